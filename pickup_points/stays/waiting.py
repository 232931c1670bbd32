"""How long a parcel waits: whole days of the point's own calendar, until it closes on the last of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pickup_points.models import PickupPoint
from pickup_points.points.hours import Hours

_LOOK_AHEAD = timedelta(days=35)  # a point that stays shut for longer keeps nothing for anybody

SMALL_HOURS = timedelta(hours=6)


def last_moment(point: PickupPoint, *, since: datetime, days: int) -> datetime:
    """Return until when a parcel waits that is ready at `since`: the close of the point, `days` local days later.

    When it does not open on that day, the close of the next day on which it does. A point that is open around the
    clock, or whose hours nobody knows, waits until that day's midnight. `point` has its closures loaded.
    """
    zone = ZoneInfo(point.zone)
    last_day = since.astimezone(zone).date() + timedelta(days=days)
    day_starts = datetime.combine(last_day, time(), zone).astimezone(UTC)
    day_ends = datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)
    spans = Hours.of(point, point.closures).open_spans(day_starts, day_starts + _LOOK_AHEAD)
    if not spans:
        return day_ends
    first = spans[0][0].astimezone(zone).date()
    midnight = datetime.combine(first + timedelta(days=1), time(), zone).astimezone(UTC)
    closes = [ends_at for starts_at, ends_at in spans if starts_at < midnight]
    # What closes after midnight closes on the day on which it opened, as people say it.
    return closes[-1] if closes[-1] - midnight < SMALL_HOURS else midnight
