"""When a point is open: OSM's opening hours in the point's zone, with public holidays, less its closures.

Spans are half-open and aware. A point whose hours nobody knows counts as always open, for a plan must not leave it
out for that; `known` says so to whoever shows them. Hours that say `unknown` of a time count as closed in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Self
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the errors out
    OpeningHours,
    ParserError,
    State,
    UnknownCountryError,
)

from kernel.errors import FieldError, Invalid
from kernel.geo import Point
from pickup_points.models import Closure, PickupPoint

type Span = tuple[datetime, datetime]

_SHOWN = 24
LONGEST_TEXT = 1000  # four times what OSM keeps
_LOOK_AHEAD = (timedelta(days=8), timedelta(days=400))
# The library finds the words; only sunrise and its like need the place.
_SUN = ("sun", "dawn", "dusk")


class HoursNotUnderstood(Invalid):
    """These opening hours are not in OSM's grammar."""


@dataclass(frozen=True)
class Hours:
    """When a point is open. `rules` None: nobody knows."""

    rules: OpeningHours | None
    closed: tuple[Span, ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, point: PickupPoint, closures: Sequence[Closure]) -> Self:
        """Return the hours of a point that is closed in `closures` whatever it says. HoursNotUnderstood."""
        rules = None
        if point.opening_hours is not None:
            rules = parsed(point.opening_hours, zone=point.zone, country=point.country, place=point.place)
        closed = sorted((each.starts_at, each.ends_at) for each in closures)
        return cls(rules, tuple(closed), ZoneInfo(point.zone))

    @property
    def known(self) -> bool:
        """Whether anybody says when it is open."""
        return self.rules is not None

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at `at`."""
        if any(starts_at <= at < ends_at for starts_at, ends_at in self.closed):
            return False
        return self.rules is None or self.rules.is_open(at.astimezone(self.zone))

    def open_spans(self, from_: datetime, until: datetime) -> list[Span]:
        """Return when it is open within `[from_, until)`, in order and apart, in UTC."""
        return [*_without(self._by_rules(from_, until), self.closed)]

    def next_opening(self, at: datetime) -> datetime | None:
        """Return when it opens next after `at`, None when it never closes until then or not within 400 days."""
        for ahead in _LOOK_AHEAD:
            for starts_at, _ in self.open_spans(at, at + ahead):
                if starts_at > at:
                    return starts_at
        return None

    def _by_rules(self, from_: datetime, until: datetime) -> Iterator[Span]:
        if until <= from_:
            return
        if self.rules is None:
            yield from_.astimezone(UTC), until.astimezone(UTC)
            return
        open_from: datetime | None = None
        for starts_at, _, state, _ in self.rules.intervals(from_.astimezone(self.zone), until.astimezone(self.zone)):
            # Two intervals may differ in their comment only.
            if state is State.OPEN and open_from is None:
                open_from = starts_at.astimezone(UTC)
            elif state is not State.OPEN and open_from is not None:
                yield open_from, starts_at.astimezone(UTC)
                open_from = None
        if open_from is not None:
            yield open_from, until.astimezone(UTC)


def check_hours(text: str, *, zone: str, country: str | None, place: Point) -> None:
    """Refuse hours that cannot be read, under the pointer of their field. HoursNotUnderstood."""
    if not text.strip():  # the library reads it as always open
        raise _not_understood("say nothing: leave them out when nobody knows them", column=1)
    parsed(text, zone=zone, country=country, place=place)


def parsed(text: str, *, zone: str, country: str | None, place: Point) -> OpeningHours:
    """Return what the text means there. HoursNotUnderstood says why not and where in the text."""
    if len(text) > LONGEST_TEXT:
        raise _not_understood(f"has {len(text)} characters: at most {LONGEST_TEXT} are read", column=LONGEST_TEXT + 1)
    under_the_sun = any(word in text.lower() for word in _SUN)
    coordinates = (round(place.latitude, 2), round(place.longitude, 2)) if under_the_sun else None
    try:
        return _parsed(text, zone, (country or "").upper(), coordinates)
    except ParserError as fault:
        raise _not_understood(*_reason(text, str(fault))) from None


def holidays(*, zone: str, country: str | None) -> OpeningHours:
    """Return what is open on the country's public holidays and never else; where the country is unknown, never."""
    return _parsed("PH", zone, (country or "").upper(), None)


@lru_cache(maxsize=20_000)
def _parsed(text: str, zone: str, country: str, coordinates: tuple[float, float] | None) -> OpeningHours:
    # The point says its country; `auto_timezone=False` would switch the sun off, and an own zone wins anyway.
    read = partial(OpeningHours, text, ZoneInfo(zone), coords=coordinates, auto_country=False)
    try:
        return read(country=country or None)
    except UnknownCountryError:  # a country of which the library has no calendar has no public holidays here
        return read(country=None)


def _reason(text: str, fault: str) -> tuple[str, int]:
    """Return as a sentence what the parser draws, with the place as ` --> 1:7`, and the column."""
    place = next((line for line in fault.splitlines() if "-->" in line), ":1")
    column = int(place.rpartition(":")[2])
    rest = text[column - 1 :]
    seen = f"'{rest[:_SHOWN]}{'...' if len(rest) > _SHOWN else ''}'" if rest.strip() else "its end"
    return (f"from character {column} on, {seen} is not what OSM's grammar expects there", column)


def _not_understood(reason: str, column: int) -> HoursNotUnderstood:
    return HoursNotUnderstood(
        f"the opening hours: {reason}", errors=[FieldError("/opening_hours", reason)], column=column
    )


def _without(spans: Iterator[Span], closed: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans less `closed`, which is sorted."""
    for starts_at, ends_at in spans:
        start = starts_at
        for shut_from, shut_until in closed:
            if shut_until <= start or shut_from >= ends_at:
                continue
            if shut_from > start:
                yield start, shut_from.astimezone(UTC)
            start = max(start, shut_until.astimezone(UTC))
        if start < ends_at:
            yield start, ends_at
