"""When the slots of a template are: its rule, its exceptions and its blackouts, in the local time of the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slots import wall_clock
from slots.rules import compiled

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """What a template says about time. `duration` is on the wall clock, `blackouts` are half-open."""

    rule: str
    start_time: time
    duration: timedelta
    zone: ZoneInfo
    valid_from: date
    valid_until: date | None
    excepted: frozenset[date]
    blackouts: tuple[Span, ...]


@dataclass(frozen=True)
class Occurrence:
    """One slot's half-open time, and the local day on which it starts."""

    starts_at: datetime
    ends_at: datetime
    local_date: date


def occurrences(recurrence: Recurrence, *, first: date, last: date) -> Iterator[Occurrence]:
    """Return those that start on the local days from `first` to `last`, as the wall orders them; no two at one time."""
    made = compiled(recurrence.rule, first=_first(recurrence), zone=recurrence.zone)
    until = last if recurrence.valid_until is None else min(last, recurrence.valid_until - timedelta(days=1))
    # Times that do not exist are moved onto others in the one night of the year: then the first stays.
    seen: set[datetime] = set()
    for wall in made.xafter(datetime.combine(first, time()), inc=True):
        if wall.date() > until:
            return
        starts_at, ends_at = wall_clock.span(wall, recurrence.duration, recurrence.zone)
        if wall.date() in recurrence.excepted or _blacked_out(recurrence, starts_at, ends_at) or starts_at in seen:
            continue
        seen.add(starts_at)
        yield Occurrence(starts_at, ends_at, wall.date())


def comes_ever(recurrence: Recurrence, *, from_: date) -> bool:
    """Whether the rule has an occurrence on that local day or later."""
    made = compiled(recurrence.rule, first=_first(recurrence), zone=recurrence.zone)
    return made.after(datetime.combine(from_, time()), inc=True) is not None


def _first(recurrence: Recurrence) -> datetime:
    return datetime.combine(recurrence.valid_from, recurrence.start_time)


def _blacked_out(recurrence: Recurrence, starts_at: datetime, ends_at: datetime) -> bool:
    return any(start < ends_at and starts_at < end for start, end in recurrence.blackouts)
