"""One driver's rest of a round between real addresses, windows tight round the times of an order that is feasible."""

import random

import numpy as np

from places.streets import Matrix
from routing.solving.problem import Problem, Profile, Stop, Vehicle

SIZES = (20, 50, 100, 150)
ROUNDS = 5
HOUR = 3600
_TIGHT_S = 2700
_WINDOWED = 0.7


def a_round(matrix: Matrix, *, stops: int, seed: int) -> tuple[Problem, list[Stop]]:
    """The problem and the order that stands: from the depot, place 0, where the round also ends.

    The windows, 45 minutes for seven stops in ten, hold for a hidden tour that is always to the nearest next but for
    chance. The order that stands is that of the windows' beginnings, as a planner by hand would have it.
    """
    chance = random.Random(seed)
    places = [0, *chance.sample(range(1, len(matrix.duration_s)), stops)]
    duration_s = np.ascontiguousarray(matrix.duration_s[np.ix_(places, places)])
    found, now_s = [], 8 * HOUR
    for before, place in _tour(duration_s, chance):
        now_s += int(duration_s[before, place])
        stop = _stop(chance, place, now_s)
        found.append((stop.windows[0][0] if stop.windows else now_s, stop))
        now_s += stop.service_s
    present = [stop for _, stop in sorted(found, key=lambda each: each[0])]
    problem = Problem(
        places=stops + 1,
        profiles={
            "car": Profile(
                duration_s=duration_s, distance_m=np.ascontiguousarray(matrix.distance_m[np.ix_(places, places)])
            )
        },
        vehicles=(
            Vehicle(
                id="van",
                profile="car",
                start_place=0,
                end_place=0,
                shift_start_s=8 * HOUR,
                shift_end_s=now_s + HOUR,
            ),
        ),
        stops=tuple(sorted(present, key=lambda stop: stop.place)),
    )
    return problem, present


def _tour(duration_s: np.ndarray, chance: random.Random) -> list[tuple[int, int]]:
    """To one of the three nearest that are left, from each."""
    left, here, legs = set(range(1, len(duration_s))), 0, []
    while left:
        nearest = sorted(left, key=lambda place: (int(duration_s[here, place]), place))[:3]
        there = chance.choices(nearest, weights=(6, 3, 1)[: len(nearest)])[0]
        legs.append((here, there))
        left.remove(there)
        here = there
    return legs


def _stop(chance: random.Random, place: int, arrival_s: int) -> Stop:
    before_s = chance.randrange(_TIGHT_S)
    start_s = max(0, arrival_s - before_s)
    tight = chance.random() < _WINDOWED
    return Stop(
        id=f"stop {place}",
        place=place,
        service_s=chance.choice((60, 90, 120, 180)),
        windows=((start_s, start_s + _TIGHT_S),) if tight else (),
    )
