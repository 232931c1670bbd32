"""From what a clock on the wall shows to what time it is, on the two odd nights of the year as on the others.

As RFC 5545 (section 3.3.5) says: a local time that does not exist, because the clocks go forward over it, is read with
the offset from before the change, so it is moved forward by as much as they are; one that comes twice is the first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def at(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when a clock in `zone` shows `wall`, which has no zone of its own: aware, in UTC."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def span(wall: datetime, duration: timedelta, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open time from `wall` until the clock has moved on by `duration`.

    What people read holds: 08:00 to 10:00 is that on both sides of the change, and 01:00 to 05:00 lasts an hour less or
    more in that one night. A window that begins at a time that does not exist keeps its length instead.
    """
    starts_at = at(wall, zone)
    ends_at = at(wall + duration, zone)
    if starts_at.astimezone(zone).replace(tzinfo=None) != wall or ends_at <= starts_at:
        ends_at = starts_at + duration
    return starts_at, ends_at


def shown(utc: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock in `zone` shows at `utc`, which is UTC with or without saying so."""
    return utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
