"""The rich set: days between real addresses of an extract, by its real streets, for cars and bicycles."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from bench.routing.kept_matrix import kept
from bench.routing.plan_trial import Day
from bench.routing.rich import SIZES, rich_day
from bench.routing.street_server import addresses, read_extract, streets
from places.streets import Matrix, Profile

EXTRACT = "osm/prague-small.osm.pbf"
PROFILES: Sequence[Profile] = ("car", "bicycle")
_SEED = 1


def days(*, data: Path, scratch: Path, only: str) -> Iterator[Day]:
    """The days of all sizes, the small ones first."""
    found = matrices(data, scratch)
    for stops in SIZES:
        name = f"prague-{stops}"
        if any(fnmatch(name, one) for one in only.split(",")):
            yield Day(set="rich", name=name, stops=stops, work=rich_day(found, stops=stops, seed=_SEED))


def matrices(data: Path, scratch: Path) -> Mapping[str, Matrix]:
    """Between as many addresses as the largest day has places, by profile; asked for once."""
    file, count = data / EXTRACT, SIZES[-1] + 1

    def ask(profile: Profile) -> Matrix:
        points = addresses(read_extract(file), count=count, seed=_SEED)
        with streets(file, scratch=scratch, sample=points, profiles=[profile]) as (adapter, _):
            return adapter.matrix(profile, points)

    return {
        profile: kept(f"prague-{profile}-{count}", scratch=scratch, ask=partial(ask, profile)) for profile in PROFILES
    }
