"""When an order will be ready: prepared while the point is open, the same day until its cut-off."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.errors import Conflict
from pickup_points.models import PickupPoint
from pickup_points.points.hours import Hours

_LOOK_AHEAD = timedelta(days=21)


class NeverOpen(Conflict):
    """This point does not open in the next three weeks."""


def ready_by(point: PickupPoint, *, cut_off: time | None, now: datetime) -> datetime:
    """Return when an order that is placed now will be ready. NeverOpen.

    Preparing takes the point's `preparation_s`, and goes on only while it is open: what is not done at its close is
    done after the next opening. Placed after `cut_off` by the point's clock, it is begun on the next day on which the
    point opens. `point` has its closures loaded.
    """
    begin = _begin(point, cut_off, now)
    left = timedelta(seconds=point.preparation_s)
    for starts_at, ends_at in Hours.of(point, point.closures).open_spans(begin, begin + _LOOK_AHEAD):
        if ends_at - starts_at >= left:
            return starts_at + left
        left -= ends_at - starts_at
    raise NeverOpen(point_id=point.id)


def _begin(point: PickupPoint, cut_off: time | None, now: datetime) -> datetime:
    zone = ZoneInfo(point.zone)
    local = now.astimezone(zone)
    if cut_off is None or local.time() < cut_off:
        return now
    return datetime.combine(local.date() + timedelta(days=1), time(), zone).astimezone(UTC)
