"""Geometry for wheels: places along a route's line, its legs from stop to stop, and how far a receiver errs."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random

type Place = tuple[float, float]  # longitude, latitude

METRES_A_DEGREE = 111_195.0
NOISE_M = 4.0
NOISE_AT_MOST_M = 15.0
# How strongly a leg's length in the plan speaks against a point that is nearer to the stop but elsewhere on the line.
DETOUR_WEIGHT = 0.2


def metres(a: Place, b: Place) -> float:
    """Return the distance between two places of one city: an equirectangular plane is exact enough there."""
    east, north = _offset(a, b)
    return math.hypot(east, north)


def heading_deg(a: Place, b: Place) -> float:
    """Return the compass direction from `a` to `b`, 0 north, 90 east."""
    east, north = _offset(a, b)
    return math.degrees(math.atan2(east, north)) % 360


def noisy(place: Place, random: Random) -> Place:
    """Return the place as a receiver in a street sees it: normal noise, at most `NOISE_AT_MOST_M` off."""
    off_m = min(abs(random.gauss(0, NOISE_M)), NOISE_AT_MOST_M)
    angle = random.uniform(0, 2 * math.pi)
    return _moved(place, east_m=off_m * math.sin(angle), north_m=off_m * math.cos(angle))


@dataclass(frozen=True)
class Track:
    """A line of places, measured: `reached_m[i]` is how far along it `places[i]` lies."""

    places: tuple[Place, ...]
    reached_m: tuple[float, ...]

    @classmethod
    def through(cls, places: Sequence[Place]) -> Track:
        """Return the track through the places; one place alone is a track without length. ValueError for none."""
        if not places:
            raise ValueError("a track needs a place")
        return cls(tuple(places), tuple(accumulate((metres(a, b) for a, b in pairwise(places)), initial=0.0)))

    @property
    def length_m(self) -> float:
        """How long it is."""
        return self.reached_m[-1]

    def at(self, distance_m: float) -> Place:
        """Return the place so far along; its ends for what lies outside."""
        if distance_m <= 0:
            return self.places[0]
        if distance_m >= self.length_m:
            return self.places[-1]
        behind = self._segment(distance_m)
        share = (distance_m - self.reached_m[behind]) / (self.reached_m[behind + 1] - self.reached_m[behind])
        (x0, y0), (x1, y1) = self.places[behind], self.places[behind + 1]
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share

    def heading_deg(self, distance_m: float) -> float:
        """Return the direction of travel so far along; 0 where nothing moves."""
        if self.length_m == 0:
            return 0.0
        behind = self._segment(min(max(distance_m, 0.0), self.length_m * (1 - 1e-12)))
        return heading_deg(self.places[behind], self.places[behind + 1])

    def between(self, from_m: float, until_m: float) -> tuple[Place, ...]:
        """Return the places of the part between two distances, both ends included."""
        inner = tuple(p for p, m in zip(self.places, self.reached_m, strict=True) if from_m < m < until_m)
        return self.at(from_m), *inner, self.at(until_m)

    def _segment(self, distance_m: float) -> int:
        return min(bisect_right(self.reached_m, distance_m) - 1, len(self.places) - 2)


def legs(line: Sequence[Place], *, stops: Sequence[Place], lengths_m: Sequence[float]) -> list[Track]:
    """Cut a route's line at its stops: a track to each, and one home. `lengths_m` are the legs' lengths in the plan.

    A line may use a street twice, so the nearest point to a stop is searched around where the plan expects it.
    """
    whole = Track.through(line)
    cuts = _cuts(whole, stops, lengths_m)
    starts = [whole.places[0], *stops]
    ends = [*stops, whole.places[-1]]
    return [
        Track.through((start, *whole.between(from_m, until_m), end))
        for start, end, (from_m, until_m) in zip(starts, ends, pairwise([0.0, *cuts, whole.length_m]), strict=True)
    ]


def _cuts(whole: Track, stops: Sequence[Place], lengths_m: Sequence[float]) -> list[float]:
    cuts: list[float] = []
    reached_m = 0.0
    for stop, length_m in zip(stops, lengths_m, strict=True):
        reached_m = _nearest(whole, stop, behind_m=reached_m, expected_m=reached_m + length_m)
        cuts.append(reached_m)
    return cuts


def _nearest(whole: Track, stop: Place, *, behind_m: float, expected_m: float) -> float:
    """Return how far along, at least `behind_m`, the line passes `stop` best, weighing nearness and expectation."""
    candidates = [_projected(whole, i, stop) for i in range(len(whole.places) - 1)]
    ahead = [behind_m, *(at_m for at_m in candidates if at_m > behind_m)]
    return min(ahead, key=lambda m: metres(whole.at(m), stop) + DETOUR_WEIGHT * abs(m - expected_m))


def _projected(whole: Track, segment: int, stop: Place) -> float:
    """Return how far along the line the foot of `stop` on one of its segments lies."""
    start, end = whole.places[segment], whole.places[segment + 1]
    (ax, ay), (bx, by) = _offset(start, end), _offset(start, stop)
    squared = ax * ax + ay * ay
    share = 0.0 if squared == 0 else min(1.0, max(0.0, (ax * bx + ay * by) / squared))
    return whole.reached_m[segment] + share * (whole.reached_m[segment + 1] - whole.reached_m[segment])


def _offset(a: Place, b: Place) -> tuple[float, float]:
    east = (b[0] - a[0]) * METRES_A_DEGREE * math.cos(math.radians((a[1] + b[1]) / 2))
    return east, (b[1] - a[1]) * METRES_A_DEGREE


def _moved(place: Place, *, east_m: float, north_m: float) -> Place:
    longitude, latitude = place
    east_deg = east_m / (METRES_A_DEGREE * math.cos(math.radians(latitude)))
    return longitude + east_deg, latitude + north_m / METRES_A_DEGREE
