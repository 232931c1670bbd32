"""Days with everything that a courier company asks for, on real streets: breaks, skills, two windows, reloads ..."""

import math
import random
from collections.abc import Mapping

import numpy as np

from places.streets import Matrix
from routing.solving.problem import Break, Problem, Profile, Reload, SoftWindow, Stop, Vehicle, Window

HOUR = 3600
MINUTE = 60
SIZES = (100, 300, 1000)
STOPS_A_VEHICLE = 30
"""So few that there are plans which serve everybody, and so many that capacity and time are both felt."""

COST_PER_S = 20
"""With a cost of 1 for a metre by car: 20 euros an hour and 28 cents a kilometre."""

_SKILLS = ("cold", "two people")


def rich_day(streets: Mapping[str, Matrix], *, stops: int, seed: int) -> Problem:
    """A day from 8 to 20 h. Place 0 is the depot, place n stop n.

    Cars and bicycles in turn, all with a break at noon; cars may reload once, bicycles, which carry little, twice. Of
    the stops a quarter has two windows, a third one, three in ten have a soft window, one in four needs a skill that
    half of the vehicles have.
    """
    chance = random.Random(seed)
    count = math.ceil(stops / STOPS_A_VEHICLE) + 2
    return Problem(
        places=stops + 1,
        profiles={
            name: Profile(
                duration_s=matrix.duration_s[: stops + 1, : stops + 1].copy(),
                distance_m=matrix.distance_m[: stops + 1, : stops + 1].copy(),
            )
            for name, matrix in streets.items()
        },
        vehicles=tuple(_vehicle(number) for number in range(count)),
        stops=tuple(_stop(chance, number) for number in range(1, stops + 1)),
        capacity_names=("parcels", "kg"),
    )


def rich_example() -> Problem:
    """A day of the kind without any streets: what it consists of is to be seen in it."""
    nowhere = np.zeros((31, 31), dtype=np.int32)
    streets = {name: Matrix(nowhere, nowhere, nowhere.astype(bool)) for name in ("car", "bicycle")}
    return rich_day(streets, stops=30, seed=1)


def _vehicle(number: int) -> Vehicle:
    on_bicycle = number % 2 == 1
    late = number % 4 >= 2
    begins_s = (10 if late else 8) * HOUR
    return Vehicle(
        id=f"{'bicycle' if on_bicycle else 'car'} {number}",
        profile="bicycle" if on_bicycle else "car",
        start_place=0,
        end_place=0,
        shift_start_s=begins_s,
        shift_end_s=begins_s + 10 * HOUR,
        capacities=(25, 80) if on_bicycle else (60, 400),
        skills=frozenset(_SKILLS[number // 2 % 2 : number // 2 % 2 + 1]),
        breaks=(
            Break(earliest_start_s=begins_s + 3 * HOUR, latest_start_s=begins_s + 5 * HOUR, duration_s=30 * MINUTE),
        ),
        max_duration_s=9 * HOUR,
        fixed_cost=COST_PER_S * (HOUR // 2 if on_bicycle else HOUR),
        cost_per_s=COST_PER_S,
        cost_per_m=0 if on_bicycle else 1,
        reload=Reload(place=0, duration_s=10 * MINUTE, most=2 if on_bicycle else 1),
    )


def _stop(chance: random.Random, number: int) -> Stop:
    windows = _windows(chance)
    return Stop(
        id=f"stop {number}",
        place=number,
        service_s=chance.choice((90, 120, 180, 240)),
        windows=windows,
        soft_window=_soft_window(chance, windows) if chance.random() < 0.3 else None,
        demands=(chance.randint(1, 3), chance.choice((1, 1, 2, 3, 5, 8, 20))),
        skills=frozenset({chance.choice(_SKILLS)}) if chance.random() < 0.25 else frozenset(),
    )


def _windows(chance: random.Random) -> tuple[Window, ...]:
    start_s = chance.randrange(17, 34) * HOUR // 2
    one = ((start_s, start_s + 2 * HOUR),)
    before_and_after_work = ((8 * HOUR, 10 * HOUR), (16 * HOUR, 19 * HOUR))
    return chance.choices(((), one, before_and_after_work), weights=(5, 4, 3))[0]


def _soft_window(chance: random.Random, windows: tuple[Window, ...]) -> SoftWindow:
    begins_s = windows[-1][0] if windows else chance.randrange(9, 17) * HOUR
    return SoftWindow(
        start_s=begins_s + 30 * MINUTE,
        end_s=begins_s + 90 * MINUTE,
        early_cost_per_h=COST_PER_S * HOUR // 2,
        late_cost_per_h=COST_PER_S * HOUR * 2,
    )
