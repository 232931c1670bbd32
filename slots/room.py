"""The room that a hold keeps beside its place in the slot: a compartment at the point, or a gap in the routes.

The one place where either is kept, given back and handed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pickup_points.models import PickupPoint, PointKind
from pickup_points.room import reserving
from pickup_points.room.packing import Measures
from slots.models import Hold, Slot

# A door is kept no longer than a courier needs; a counter is closed on some days.
_TO_A_LOCKER, _TO_A_COUNTER = timedelta(hours=36), timedelta(hours=72)


def reserve(
    session: Session, hold: Hold, slot: Slot, point: PickupPoint, parcels: Sequence[Measures], *, now: datetime
) -> None:
    """Keep it for the hold, at the slot's point. NothingFits, PointFull, PointTakesNothing."""
    starts_at, ends_at = stay(slot, point, now=now)
    reserving.reserve(
        session, point, parcels, starts_at=starts_at, ends_at=ends_at, hold_id=hold.id, delivery_id=None, now=now
    )


def release(session: Session, hold: Hold, slot: Slot, *, now: datetime) -> None:
    """Give it back."""
    if slot.point_id is not None:
        reserving.release(session, hold_id=hold.id, now=now)


def hand_on(session: Session, hold: Hold, slot: Slot, *, now: datetime) -> None:
    """Make it the delivery's for which the hold was confirmed."""
    assert hold.delivery_id is not None
    if slot.point_id is not None:
        reserving.assign(session, hold_id=hold.id, delivery_id=hold.delivery_id, now=now)


def ready_by(slot: Slot, point: PickupPoint) -> datetime:
    """Return when the parcels of a slot have to be at its point, to be prepared as the slot begins."""
    return slot.starts_at - timedelta(seconds=point.preparation_s)


def brought_from(slot: Slot, point: PickupPoint, *, now: datetime) -> datetime:
    """Return when the parcels of a slot may come to its point at the earliest: from then on their room is kept."""
    ahead = _TO_A_LOCKER if point.kind is PointKind.LOCKER else _TO_A_COUNTER
    return max(now, ready_by(slot, point) - ahead)


def stay(slot: Slot, point: PickupPoint, *, now: datetime) -> tuple[datetime, datetime]:
    """Return the half-open time in which the parcels of a slot lie at its point.

    From when they may come; until those who forget them have had their days.
    """
    return brought_from(slot, point, now=now), slot.ends_at + timedelta(days=point.hold_days)
