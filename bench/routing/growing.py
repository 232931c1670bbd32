"""The growing set: one depot and random road-side stops of a whole region, from a hundred stops to ten thousand."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.routing.catalogue import wanted
from bench.routing.kept_matrix import kept
from bench.routing.plan_trial import Day
from bench.routing.street_server import read_extract, roadsides, streets
from places.streets import Matrix
from routing.solving.problem import Problem, Profile, Stop, Vehicle, Window

EXTRACT = "osm/rnv-roads.osm.pbf"
SIZES = (100, 300, 1000, 3000, 10_000)
SECONDS = (1.0, 3.0, 10.0, 30.0, 120.0)
"""The limits that each size is planned with: how soon a good plan is there depends on how much time the search has."""

STOPS_A_VEHICLE = 50
HOUR = 3600
_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where the matrix lies, and how many of its places a day uses: too much to be handed from process to process."""

    scratch: Path
    name: str
    stops: int


def days(*, data: Path, scratch: Path, only: str) -> Iterator[Day]:
    """The days of all sizes wanted, the small ones first; a smaller one has the first stops of a larger one."""
    chosen = [stops for stops in SIZES if wanted(_name(stops), only)]
    if not chosen:
        return
    matrix = _region(data / EXTRACT, scratch, count=max(chosen) + 1)
    for stops in chosen:
        yield Day(set="growth", name=_name(stops), stops=stops, work=Region(scratch=scratch, name=matrix, stops=stops))


def _name(stops: int) -> str:
    return f"region-{stops}"


def _region(file: Path, scratch: Path, *, count: int) -> str:
    """The name of a kept matrix with at least so many places."""

    def ask() -> Matrix:
        points = roadsides(read_extract(file), count=SIZES[-1] + 1, seed=_SEED)[:count]
        with streets(file, scratch=scratch, sample=points, profiles=["car"]) as (adapter, _):
            return adapter.matrix("car", points)

    names = [f"region-{places}" for places in (count, SIZES[-1] + 1)]
    name = next((one for one in names if (scratch / f"{one}-streets.npy").exists()), names[0])
    kept(name, scratch=scratch, ask=ask)
    return name


def problem_of(region: Region) -> Problem:
    """The day: parcel vans of one depot; every other stop has a window of four hours; a second costs 1."""
    matrix = kept(region.name, scratch=region.scratch, ask=_is_there)
    places = region.stops + 1
    chance = random.Random(_SEED)
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
