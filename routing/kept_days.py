"""Carriers' days kept ready in this process, so that a request need not make them: made once, then followed.

A day of thousands of stops takes seconds to make. It is kept with the editions of what it rests on: a route that has
changed since is read and made again alone, and days that nobody asked for longest go when there are too many stops.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from routing.days import CarrierDay, restated, standing
from routing.resting import Resting
from routing.rounds import NothingDriven, Round

MOST_STOPS = 200_000
"""Of all kept days: some 600 bytes of arrays and 3 kB of objects for each."""

type Editions = Mapping[UUID, tuple[object, ...]]
type ReadRounds = Callable[[Collection[UUID]], list[Round]]
"""Reads the rounds of these shifts, in a short unit of work of its own."""


@dataclass(frozen=True)
class Kept:
    """A day with what it rests on; `day` None: no shift of it can take a stop."""

    editions: Editions
    day: CarrierDay | None

    @property
    def stops(self) -> int:
        """How many it has; one that is empty takes room too."""
        return 1 + (self.day.stops if self.day else 0)


class KeptDays:
    """The days of one process, by carrier and date. Threads may share it: two who need one day make it once."""

    def __init__(self, *, most_stops: int = MOST_STOPS) -> None:
        self._most_stops = most_stops
        self._kept: OrderedDict[tuple[UUID, date], Kept] = OrderedDict()
        self._making: dict[tuple[UUID, date], Lock] = {}
        self._own = Lock()

    def days(self, carrier_id: UUID, shifts: Iterable[Resting], *, read: ReadRounds) -> dict[date, CarrierDay]:
        """Return the days of these shifts as they stand now. Dates on which nobody can take a stop are left out."""
        editions: dict[date, dict[UUID, tuple[object, ...]]] = {}
        for each in shifts:
            editions.setdefault(each.day, {})[each.shift_id] = each.edition
        found = {at: self._day((carrier_id, at), resting_on, read) for at, resting_on in editions.items()}
        return {at: day for at, day in found.items() if day is not None}

    def _day(self, key: tuple[UUID, date], editions: Editions, read: ReadRounds) -> CarrierDay | None:
        with self._own:
            making = self._making.setdefault(key, Lock())
        with making:
            kept = self._kept.get(key)
            if kept is None or kept.editions != editions:
                kept = followed(kept, editions, read)
            self._keep(key, kept)
        return kept.day

    def _keep(self, key: tuple[UUID, date], kept: Kept) -> None:
        with self._own:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(each.stops for each in self._kept.values()) > self._most_stops:
                gone, _ = self._kept.popitem(last=False)
                self._making.pop(gone, None)


def followed(kept: Kept | None, editions: Editions, read: ReadRounds) -> Kept:
    """Return the day of these editions, reading no more than what is another than in `kept`."""
    if kept is None or kept.day is None or kept.editions.keys() != editions.keys():
        return Kept(editions, _made(read(editions.keys())))
    changed = read([shift_id for shift_id, edition in editions.items() if kept.editions[shift_id] != edition])
    if len(changed) < sum(kept.editions[shift_id] != edition for shift_id, edition in editions.items()):
        return Kept(editions, _made(read(editions.keys())))  # one has trips now, which no day can price
    try:
        return Kept(editions, restated(kept.day, changed))
    except NothingDriven:
        return Kept(editions, None)


def _made(rounds: list[Round]) -> CarrierDay | None:
    try:
        return standing(rounds) if rounds else None
    except NothingDriven:
        return None


KEPT_DAYS = KeptDays()
"""This process's."""
