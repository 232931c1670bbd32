"""Street times between wanted places and those of carriers' days: asked at once, one table there and one back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point
from places.streets import Matrix, Streets
from routing.days import CarrierDay
from routing.given import Travel
from routing.traffic import slowed

type Pair = tuple[Travel, Point, Point]
"""How somebody moves, a wanted place, and one of a day."""

type Way = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Seconds and metres, by place."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The ways of one travel: `there` from the days' places (rows) to the wanted ones, `back` the other way round."""

    wanted: Mapping[Point, int]
    known: Mapping[Point, int]
    there: Matrix
    back: Matrix


@dataclass(frozen=True, eq=False)
class StreetTimes:
    """What the streets say of all that was asked."""

    tables: Mapping[Travel, Tables]

    def ways(self, day: CarrierDay, profile: str, place: Point, near: Sequence[int]) -> tuple[Way, Way]:
        """The ways to `place` from these places of the day, and from there to them, in the day's worst traffic."""
        tables = self.tables[day.travels[profile]]
        at, rows = tables.wanted[place], [tables.known[day.places[number]] for number in near]
        there, back = tables.there, tables.back
        return (
            (slowed(there.duration_s[rows, at], day.slowest), there.distance_m[rows, at]),
            (slowed(back.duration_s[at, rows], day.slowest), back.distance_m[at, rows]),
        )

    @property
    def estimated_share(self) -> float:
        """The share of the times, 0 to 1, that are great-circle estimates."""
        shares = [each.estimated_share for tables in self.tables.values() for each in (tables.there, tables.back)]
        return sum(shares) / len(shares) if shares else 0.0


def street_times(pairs: Iterable[Pair], *, streets: Streets) -> StreetTimes:
    """Ask the streets, so let no transaction be open: one call there and one back for each way of moving."""
    wanted: defaultdict[Travel, dict[Point, int]] = defaultdict(dict)
    known: defaultdict[Travel, dict[Point, int]] = defaultdict(dict)
    for travel, place, other in pairs:
        wanted[travel].setdefault(place, len(wanted[travel]))
        known[travel].setdefault(other, len(known[travel]))
    return StreetTimes({travel: _asked(travel, wanted[travel], known[travel], streets) for travel in wanted})


def _asked(travel: Travel, wanted: Mapping[Point, int], known: Mapping[Point, int], streets: Streets) -> Tables:
    here, there = list(wanted), list(known)
    ask = partial(streets.table, travel.profile.value, kerb_side=travel.kerb_side)
    with ThreadPoolExecutor(1) as meanwhile:
        back = meanwhile.submit(ask, here, there)
        return Tables(wanted, known, there=ask(there, here), back=back.result())
