"""A day of one depot and random road-side stops of a region, from a matrix that lies in a folder."""

import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.routing.kept_matrix import kept
from places.streets import Matrix
from routing.solving.problem import Problem, Profile, Stop, Vehicle, Window

STOPS_A_VEHICLE = 40
HOUR = 3600
SEED = 1


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where the matrix lies, and how many of its places a day uses: too much to be handed from process to process."""

    scratch: Path
    name: str
    stops: int


def problem_of(region: Region) -> Problem:
    """The day: parcel vans of one depot; every other stop has a window of four hours; a second costs 1."""
    matrix = kept(region.name, scratch=region.scratch, ask=_is_there)
    places = region.stops + 1
    chance = random.Random(SEED)
    return Problem(
        places=places,
        profiles={
            "car": Profile(
                duration_s=np.array(matrix.duration_s[:places, :places]),
                distance_m=np.array(matrix.distance_m[:places, :places]),
            )
        },
        vehicles=tuple(_van(number) for number in range(math.ceil(region.stops / STOPS_A_VEHICLE) + 4)),
        stops=tuple(_stop(chance, number) for number in range(1, places)),
        capacity_names=("parcels",),
    )


def _is_there() -> Matrix:
    raise LookupError("the matrix was asked for before")


def _van(number: int) -> Vehicle:
    return Vehicle(
        id=f"van {number}",
        profile="car",
        start_place=0,
        end_place=0,
        shift_start_s=8 * HOUR,
        shift_end_s=18 * HOUR,
        capacities=(150,),
        fixed_cost=HOUR,
    )


def _stop(chance: random.Random, number: int) -> Stop:
    return Stop(
        id=f"stop {number}",
        place=number,
        service_s=chance.choice((60, 90, 120)),
        windows=_windows(chance),
        demands=(chance.randint(1, 4),),
    )


def _windows(chance: random.Random) -> tuple[Window, ...]:
    if chance.random() < 0.5:
        return ()
    start_s = chance.choice((8, 10, 12, 14)) * HOUR
    return ((start_s, start_s + 4 * HOUR),)
