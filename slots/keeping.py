"""Holds as they stand: finding them, and letting those go that nobody confirmed in time.

Whoever changes a hold locks its slot first and the hold then, so that nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from accounts.principals import Principal
from accounts.scoping import scoped
from kernel import facts
from kernel.errors import Conflict, NotFound
from kernel.paging import Page, page
from slots import room
from slots.facts import HoldRanOut
from slots.models import Hold, HoldState, Slot

_COUNTS = ("taken_count", "taken_parcels", "taken_weight_g", "taken_volume_cm3")


class HoldNotFound(NotFound):
    """There is no such hold."""


class HoldLapsed(Conflict):
    """The hold was not confirmed in time, and its place is given back."""

    keeps = True  # that it lapsed is written all the same


def hold(session: Session, hold_id: UUID, *, caller: Principal) -> Hold:
    """Return a hold with its slot. HoldNotFound."""
    found = session.scalar(_own(caller).where(Hold.id == hold_id))
    if found is None:
        raise HoldNotFound()
    return found


def holds(
    session: Session,
    *,
    caller: Principal,
    state: HoldState | None = None,
    slot_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Hold]:
    """Return the caller's holds with their slots, newest first."""
    asked = _own(caller)
    if state is not None:
        asked = asked.where(Hold.state == state)
    if slot_id is not None:
        asked = asked.where(Hold.slot_id == slot_id)
    return page(session, asked, by=Hold.id, cursor=cursor, limit=limit)


def locked(session: Session, hold_id: UUID, *, caller: Principal) -> Hold:
    """Return a hold with its slot and template, slot and hold locked in this order. HoldNotFound."""
    asked = scoped(_locked(Hold.id == hold_id), caller=caller, carrier=Hold.carrier_id, merchant=Hold.merchant_id)
    found = session.scalar(asked)
    if found is None:
        raise HoldNotFound()
    return found


def _locked(which: ColumnElement[bool]) -> Select[Hold]:
    """A hold with its slot. PostgreSQL locks the rows of one result in the order in which it is told."""
    asked = select(Hold).join(Hold.slot).where(which).options(contains_eager(Hold.slot))
    asked = asked.with_for_update(of=[Slot, Hold], key_share=True)
    return asked.execution_options(populate_existing=True)


def lapse(session: Session, hold: Hold, slot: Slot, *, now: datetime) -> None:
    """End a locked hold that nobody confirmed in time; its room is free."""
    hold.state, hold.ended_at = HoldState.LAPSED, now
    session.flush()
    room.release(session, hold, slot, now=now)

    facts.record(session, HoldRanOut(hold_id=hold.id, slot_id=hold.slot_id, at=now))


def lapse_overdue(session: Session, slot: Slot, *, now: datetime) -> int:
    """End the holds of a locked slot whose time is over, and return how many."""
    overdue = select(Hold).where(Hold.slot_id == slot.id, Hold.state == HoldState.HELD, Hold.expires_at <= now)
    found = session.scalars(overdue.order_by(Hold.id).with_for_update().execution_options(populate_existing=True)).all()
    for each in found:
        lapse(session, each, slot, now=now)
    if found:
        session.refresh(slot, _COUNTS)  # the database has counted anew
    return len(found)


def lapse_overdue_at(session: Session, slot: Slot, *, now: datetime) -> int:
    """End the holds whose time is over in the other slots of a locked slot's point, and return how many.

    Slots that somebody else has locked are passed by: two who wait for each other's would wait for ever.
    """
    overdue = exists().where(Hold.slot_id == Slot.id, Hold.state == HoldState.HELD, Hold.expires_at <= now)
    others = select(Slot).where(Slot.point_id == slot.point_id, overdue).order_by(Slot.id)
    locked = others.with_for_update(of=Slot, key_share=True, skip_locked=True)
    found = session.scalars(locked.execution_options(populate_existing=True)).all()
    return sum(lapse_overdue(session, each, now=now) for each in found)


def booking_of(session: Session, delivery_id: UUID) -> Hold | None:
    """Return what is booked for a delivery, with its slot, both locked; None when nothing is."""
    return session.scalar(_locked(and_(Hold.delivery_id == delivery_id, Hold.state == HoldState.CONFIRMED)))


def overdue_slots(session: Session, *, now: datetime, limit: int = 500) -> Sequence[tuple[UUID, UUID]]:
    """Return the slots that have holds whose time is over, each with its carrier."""
    asked = select(Slot.id, Slot.carrier_id).join(Hold, Hold.slot_id == Slot.id)
    asked = asked.where(Hold.state == HoldState.HELD, Hold.expires_at <= now).distinct().limit(limit)
    return [(slot_id, carrier_id) for slot_id, carrier_id in session.execute(asked)]


def _own(caller: Principal) -> Select[Hold]:
    own = scoped(select(Hold), caller=caller, carrier=Hold.carrier_id, merchant=Hold.merchant_id)
    return own.options(joinedload(Hold.slot, innerjoin=True))
