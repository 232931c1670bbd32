"""The growing set: one depot and random road-side stops of a whole region, from a hundred stops to ten thousand."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from bench.routing.kept_matrix import kept
from bench.routing.plan_trial import Day
from bench.routing.region import SEED, Region
from bench.routing.street_server import read_extract, roadsides, streets
from places.streets import Matrix

EXTRACT = "osm/rnv-roads.osm.pbf"
SIZES = (100, 300, 1000, 3000, 10_000)
SECONDS = (1.0, 3.0, 10.0, 30.0, 120.0)
"""The limits that each size is planned with: how soon a good plan is there depends on how much time the search has."""


def days(*, data: Path, scratch: Path, only: str) -> Iterator[Day]:
    """The days of all sizes wanted, the small ones first; a smaller one has the first stops of a larger one."""
    chosen = [stops for stops in SIZES if any(fnmatch(_name(stops), one) for one in only.split(","))]
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
        points = roadsides(read_extract(file), count=SIZES[-1] + 1, seed=SEED)[:count]
        with streets(file, scratch=scratch, sample=points, profiles=["car"]) as (adapter, _):
            return adapter.matrix("car", points)

    names = [f"region-{places}" for places in (count, SIZES[-1] + 1)]
    name = next((one for one in names if (scratch / f"{one}-streets.npy").exists()), names[0])
    kept(name, scratch=scratch, ask=ask)
    return name
