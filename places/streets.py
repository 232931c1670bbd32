"""Streets: how long and how far from here to there, and along which line. The port; adapters stand beside it.

Every answer is whole: where the streets give none, it holds great-circle estimates marked `by_streets=False`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from kernel.errors import Unavailable
from kernel.geo import Point
from kernel.ports import Port

Profile = Literal["car", "bicycle", "foot"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


class StreetsUnavailable(Unavailable):
    """Street times are not to be had now; try again."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """Travel from each of n origins (rows) to each of m destinations (columns).

    `duration_s` and `distance_m` are int32, n x m, never negative. `by_streets` is bool, n x m: False where the
    figure is a great-circle estimate because the streets gave no answer.
    """

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    by_streets: NDArray[np.bool_]

    @property
    def estimated_share(self) -> float:
        """Return the share of entries, 0 to 1, that are great-circle estimates."""
        return float(1.0 - self.by_streets.mean()) if self.by_streets.size else 0.0


@dataclass(frozen=True)
class Leg:
    """The way from one point to the next. `line` has at least two points; seconds and metres are whole."""

    duration_s: int
    distance_m: int
    line: tuple[Point, ...]
    by_streets: bool


@dataclass(frozen=True)
class Drive:
    """The way through points in their order: n points, n - 1 legs."""

    legs: tuple[Leg, ...]

    @property
    def duration_s(self) -> int:
        """Return the seconds under way, without halts."""
        return sum(leg.duration_s for leg in self.legs)

    @property
    def distance_m(self) -> int:
        """Return the metres of the whole way."""
        return sum(leg.distance_m for leg in self.legs)

    @property
    def by_streets(self) -> bool:
        """Say whether every leg follows the streets."""
        return all(leg.by_streets for leg in self.legs)

    @property
    def geometry(self) -> list[Point]:
        """Return the line of the whole way, the joints between legs once."""
        line: list[Point] = []
        for leg in self.legs:
            line.extend(leg.line[1:] if line and line[-1] == leg.line[0] else leg.line)
        return line


class Streets(Protocol):
    """Street times. Adapters subclass it and give `table`, `drive` and `unready`."""

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        """Return the travel times and distances from every origin to every destination.

        With `kerb_side` every point is reached, and left, on its own side of the street.
        """
        ...

    def drive(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool = False) -> Drive:
        """Return the way through two or more points in their order. ValueError when there are fewer."""
        ...

    def unready(self) -> Mapping[Profile, str]:
        """Return the profiles whose streets do not answer now, each with the reason. Empty: all is well."""
        ...

    def matrix(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool = False) -> Matrix:
        """Return the table of all points against each other; its diagonal is zero."""
        return self.table(profile, points, points, kerb_side=kerb_side)

    def durations_from(
        self, profile: Profile, origin: Point, points: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        """Return the one-row table from `origin` to each of `points`."""
        return self.table(profile, [origin], points, kerb_side=kerb_side)


# Plugged in by `wiring.py` from the settings, by tests with the adapter that they need.
STREETS: Port[Streets] = Port("streets")
