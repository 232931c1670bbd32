"""A day's rounds at random: vans and bicycles in a small town, windows, loads and lunch breaks."""

import math
import random

import numpy as np

from routing.solving.problem import Break, Problem, Profile, Stop, Vehicle, Window

HOUR = 3600


def round_of(*, stops: int, vehicles: int, seed: int) -> Problem:
    chance = random.Random(seed)
    points = [(chance.uniform(0, 4000), chance.uniform(0, 4000)) for _ in range(stops + 1)]
    metres = np.array([[1.35 * math.dist(start, end) for end in points] for start in points])
    return Problem(
        places=stops + 1,
        profiles={
            "bicycle": Profile(duration_s=(metres / 4.2).astype(np.int32), distance_m=metres.astype(np.int32)),
            "car": Profile(duration_s=(metres / 6.5).astype(np.int32), distance_m=(metres * 1.1).astype(np.int32)),
        },
        vehicles=tuple(_vehicle(number) for number in range(vehicles)),
        stops=tuple(_stop(chance, number) for number in range(stops)),
        capacity_names=("parcels",),
    )


def _vehicle(number: int) -> Vehicle:
    on_bicycle = number % 2 == 0
    return Vehicle(
        id=f"vehicle {number}",
        profile="bicycle" if on_bicycle else "car",
        start_place=0,
        end_place=0,
        shift_start_s=8 * HOUR,
        shift_end_s=16 * HOUR,
        capacities=(70 if on_bicycle else 150,),
        breaks=(Break(earliest_start_s=11 * HOUR, latest_start_s=13 * HOUR, duration_s=1800),),
    )


def _stop(chance: random.Random, number: int) -> Stop:
    return Stop(
        id=f"stop {number}",
        place=number + 1,
        service_s=chance.choice((120, 180, 240, 300)),
        windows=_windows(chance),
        demands=(chance.randint(1, 4),),
    )


def _windows(chance: random.Random) -> tuple[Window, ...]:
    start = chance.randrange(8, 14) * HOUR
    return chance.choice(((), ((start, start + 2 * HOUR),), ((9 * HOUR, 10 * HOUR), (14 * HOUR, 16 * HOUR))))
