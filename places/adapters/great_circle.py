"""Travel times without streets: the great circle, stretched by a detour factor, at the profile's usual speed.

The numbers are the medians of street answers over great-circle distance between addresses of central Helsinki, 300 m to
3 km apart; `docs/decisions/0003-places.md` has the measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.geo import EARTH_RADIUS_M, Point
from places.streets import Drive, Leg, Matrix, Profile, Streets


class Pace(NamedTuple):
    """How a profile moves: street metres per great-circle metre, and street metres a second."""

    detour: float
    speed_mps: float


PACES: Mapping[Profile, Pace] = {
    "car": Pace(detour=1.60, speed_mps=5.9),
    "bicycle": Pace(detour=1.48, speed_mps=2.6),
    "foot": Pace(detour=1.23, speed_mps=1.39),
}


# Worked out at a time, so that a large table needs little more than its own memory.
_ROWS = 256


class GreatCircleStreets(Streets):
    """Every answer is an estimate: `by_streets` is False throughout, lines are straight."""

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        """Return the estimated times and distances from every origin to every destination; all streets are narrow."""
        pace = PACES[profile]
        distance_m = np.empty((len(origins), len(destinations)), dtype=np.float32)
        for start in range(0, len(origins), _ROWS):
            rows = slice(start, start + _ROWS)
            distance_m[rows] = _great_circle_m(origins[rows], destinations) * pace.detour
        return Matrix(
            duration_s=np.rint(distance_m / pace.speed_mps).astype(np.int32),
            distance_m=np.rint(distance_m).astype(np.int32),
            by_streets=np.zeros(distance_m.shape, dtype=np.bool_),
        )

    def drive(self, profile: Profile, points: Sequence[Point], *, kerb_side: bool = False) -> Drive:
        """Return straight legs through the points. ValueError when there are fewer than two."""
        if len(points) < 2:
            raise ValueError("a drive needs two points or more")
        return Drive(tuple(self.leg(profile, start, end) for start, end in pairwise(points)))

    def leg(self, profile: Profile, start: Point, end: Point) -> Leg:
        """Return the straight leg between two points."""
        figures = self.table(profile, [start], [end])
        return Leg(int(figures.duration_s[0, 0]), int(figures.distance_m[0, 0]), (start, end), by_streets=False)

    def unready(self) -> Mapping[Profile, str]:
        """Return nothing: arithmetic is always ready."""
        return {}


def _great_circle_m(origins: Sequence[Point], destinations: Sequence[Point]) -> NDArray[np.float64]:
    """Return great-circle distances in metres, n x m (haversine formula, as `kernel.geo.distance_m`)."""
    longitudes, latitudes = _radians(origins)
    other_longitudes, other_latitudes = _radians(destinations)
    rise = np.sin((other_latitudes[None, :] - latitudes[:, None]) / 2) ** 2
    run = np.sin((other_longitudes[None, :] - longitudes[:, None]) / 2) ** 2
    half = rise + np.cos(latitudes)[:, None] * np.cos(other_latitudes)[None, :] * run
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return metres


def _radians(points: Sequence[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    degrees = np.array([(point.longitude, point.latitude) for point in points], dtype=np.float64).reshape(-1, 2)
    radians = np.radians(degrees)
    return radians[:, 0], radians[:, 1]
