"""What a point says of its opening: now, next, and on each day of the week to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pickup_points.models import PickupPoint
from pickup_points.points.hours import Hours, Span, holidays

_DAYS = 7
_NOON = time(12)


@dataclass(frozen=True)
class OpenSpan:
    """A half-open time of one day."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Day:
    """When it is open on a day of its own zone, closures and public holidays heeded."""

    date: date
    public_holiday: bool
    spans: tuple[OpenSpan, ...]


@dataclass(frozen=True)
class Opening:
    """When a point is open. Not `known`: nobody says, and the rest says nothing either."""

    known: bool
    open_now: bool | None
    next_opening_at: datetime | None
    week: tuple[Day, ...]


def opening(point: PickupPoint, *, now: datetime) -> Opening:
    """Return what the point, which comes with its closures, says of its opening from `now` on."""
    hours = Hours.of(point, point.closures)
    if not hours.known:
        return Opening(False, None, None, ())
    return Opening(True, hours.is_open(now), hours.next_opening(now), tuple(_week(point, hours, now)))


def _week(point: PickupPoint, hours: Hours, now: datetime) -> Iterator[Day]:
    zone = ZoneInfo(point.zone)
    today = now.astimezone(zone).date()
    midnights = [datetime.combine(today + timedelta(days=day), time(), zone) for day in range(_DAYS + 1)]
    spans = hours.open_spans(midnights[0], midnights[-1])
    kept = holidays(zone=point.zone, country=point.country)
    for starts_at, ends_at in pairwise(midnights):
        noon = datetime.combine(starts_at.date(), _NOON, zone)
        yield Day(starts_at.date(), kept.is_open(noon), tuple(_within(spans, starts_at, ends_at)))


def _within(spans: list[Span], from_: datetime, until: datetime) -> Iterator[OpenSpan]:
    for opens_at, closes_at in spans:
        if opens_at < until and closes_at > from_:
            yield OpenSpan(max(opens_at, from_), min(closes_at, until))
