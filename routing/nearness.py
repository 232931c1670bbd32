"""How long a way may take at best, by what other drives take for each metre of the great circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.geo import EARTH_RADIUS_M, Point
from routing.solving.pricing.tour import Ways

_QUICK = 0.15
"""The share of the drives that are quicker than the guess. Too slow it would hide positions, too quick ask for more."""
_SHORT_M = 50.0
"""A drive below this says nothing of the others."""
_FEW = 20
"""So few drives say nothing either: a courier who waited on one of them would hide all that is far."""


class Drive(NamedTuple):
    """A drive that is known: great-circle metres, seconds and metres by the streets."""

    straight_m: float
    duration_s: int
    distance_m: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds and street metres for each metre of the great circle."""

    seconds: float
    metres: float


EASY = Pace(seconds=0.15, metres=1.2)
"""Where too few drives say anything: a car's, on straight streets."""


def pace(drives: Iterable[Drive]) -> Pace:
    """The pace of the quicker ones among these drives; of a few: EASY."""
    known = [
        (drive.duration_s / drive.straight_m, drive.distance_m / drive.straight_m)
        for drive in drives
        if drive.straight_m >= _SHORT_M
    ]
    if len(known) < _FEW:
        return EASY
    seconds, metres = np.quantile(np.array(known), _QUICK, axis=0).tolist()
    return Pace(seconds, metres)


def guessed(xy: NDArray[np.float64], place: Point, *, paces: Mapping[str, Pace]) -> dict[str, Ways]:
    """The ways between `place` and those in `xy` (rows of degrees) by profile, rather too short than too long."""
    straight_m = _straight_m(xy, place)
    return {profile: _ways(straight_m * each.seconds, straight_m * each.metres) for profile, each in paces.items()}


def _ways(seconds: NDArray[np.float64], metres: NDArray[np.float64]) -> Ways:
    duration_s, distance_m = seconds.astype(np.int32), metres.astype(np.int32)
    return Ways(to_s=duration_s, to_m=distance_m, from_s=duration_s.copy(), from_m=distance_m.copy())


def _straight_m(xy: NDArray[np.float64], place: Point) -> NDArray[np.float64]:
    """Great-circle metres from each row of degrees to the place (haversine formula)."""
    longitude, latitude = np.radians(xy).T
    here_x, here_y = np.radians((place.longitude, place.latitude))
    half = np.sin((latitude - here_y) / 2) ** 2
    half += np.cos(latitude) * np.cos(here_y) * np.sin((longitude - here_x) / 2) ** 2
    straight_m: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return straight_m
