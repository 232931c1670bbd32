"""Holding a place in a slot, keeping it once longer, and giving it back: a hold or, until the cut-off, a booking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import progress
from deliveries import queries as deliveries
from deliveries.drafts import DEFAULT_SERVICE_S, DraftAddress
from deliveries.locating import AddressMissing, Located, locate, locate_all
from deliveries.merchants import check_sendable, sendable
from deliveries.models import DeliveryState
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid, Refusal
from kernel.geo import Point
from kernel.ids import new_id
from pickup_points.models import PickupPoint, PointService
from pickup_points.points.hours import Hours
from pickup_points.points.sending import NothingCollectedHere
from pickup_points.room.reserving import PointFull
from places.cities import bounds
from routing.constraints import flush_as
from routing.resting import somebody_works
from slots import keeping, room, route_room
from slots.admitting import OVER_CAPACITY, Load, SlotFull, SlotWithdrawn, check
from slots.facts import BookingCancelled, HoldExtended, HoldReleased, SlotHeld
from slots.keeping import HoldLapsed, lapse
from slots.models import Hold, HoldState, Slot
from slots.offered_prices import discounted
from slots.offering_points import is_shut
from slots.queries import Admission, admission, counted
from slots.route_room import FoundRoom

KEPT_FOR = timedelta(minutes=15)

type FindRoute = Callable[[], FoundRoom | None]
"""Returns the cheapest room in the routes, None where the slot's count alone decides."""


class OutsideZone(Invalid):
    """The place lies outside the zone of this slot."""


class PointClosed(Conflict):
    """The point is closed all the time in which this could be brought or collected."""


class ExtendedAlready(Conflict):
    """A hold is extended once, and this one was."""


class HoldEnded(Conflict):
    """The hold has been given back."""


class BookedBefore(Conflict):
    """The hold is confirmed: it does not expire any more."""


class TooLateToCancel(Conflict):
    """The slot's cut-off has come: its bookings stand."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a customer wants to have in a slot. `address` None: the slot is at a point. Money in minor units."""

    slot_id: UUID
    load: Load
    address: DraftAddress | None = None
    merchant_id: UUID | None = None
    order_minor: int | None = None
    service_s: int = DEFAULT_SERVICE_S
    keep_for: timedelta = KEPT_FOR


def hold(
    session: Session, wish: Wish, *, caller: Principal, now: datetime, find_route: FindRoute | None = None
) -> Hold:
    """Keep a place in the slot, and the room that goes with it, until the hold expires.

    `find_route` is asked where somebody may be laid out to drive. The room that it finds in the routes makes the price.

    SlotNotFound, MerchantUnknown; all of `admitting.check`; of a zone's slot OutsideZone and all that
    `deliveries.locating.locate` refuses; of a point's OutsideCity, NothingCollectedHere, PointClosed and all of
    `room.reserve`; what `find_route` raises; RouteRoomTaken.
    """
    merchant_id = _merchant(session, wish, caller=caller)
    place = _place(session, wish.address)
    admitted = admission(
        session, wish.slot_id, None if isinstance(place, Refusal) else place, carrier_id=caller.carrier_id, now=now
    )
    slot, point = admitted.slot, admitted.point
    if slot.zone_id is not None:
        _check_zone(admitted, place)
    _admit(session, admitted, wish, now=now)
    # Last, as most who come to a full slot come for nothing.
    located = None if slot.zone_id is None or wish.address is None else locate(session, wish.address)
    if point is not None:
        _check_point(session, point, slot, now=now)
    route = find_route() if find_route is not None and _may_be_driven(session, admitted, now=now) else None

    made = _hold(slot, wish, located, merchant_id=merchant_id, now=now)
    session.add(made)
    flush_as(OVER_CAPACITY, session)
    if point is not None:
        _reserve(session, made, slot, point, wish, now=now)
    if route is not None:
        route_room.take(session, made, route, now=now)
        made.price_minor = discounted(slot.price_minor, added_cost=route.offer.added_cost)

    fact = SlotHeld(
        hold_id=made.id,
        slot_id=slot.id,
        merchant_id=merchant_id,
        expires_at=made.expires_at,
        at=now,
        by=caller.person_id,
    )
    facts.record(session, fact)
    return made


def extend(session: Session, hold_id: UUID, *, longer: timedelta = KEPT_FOR, caller: Principal, now: datetime) -> Hold:
    """Keep the place longer, once. HoldNotFound, HoldLapsed, HoldEnded, BookedBefore, ExtendedAlready."""
    found = keeping.locked(session, hold_id, caller=caller)
    if found.state is HoldState.CONFIRMED:
        raise BookedBefore(delivery_id=found.delivery_id)
    check_held(session, found, now=now)
    if found.extended_at is not None:
        raise ExtendedAlready(extended_at=found.extended_at)

    found.expires_at = max(found.expires_at, min(found.expires_at + longer, found.slot.starts_at))
    found.extended_at = now

    fact = HoldExtended(
        hold_id=found.id, slot_id=found.slot_id, expires_at=found.expires_at, at=now, by=caller.person_id
    )
    facts.record(session, fact)
    return found


def release(session: Session, hold_id: UUID, *, caller: Principal, now: datetime) -> Hold:
    """Give the place back; once more says nothing new. A booking is cancelled, until the slot closes.

    The delivery of a booking is a draft again: another slot can be booked for it. HoldNotFound, HoldLapsed,
    TooLateToCancel, DeliveryNotInState.
    """
    found = keeping.locked(session, hold_id, caller=caller)
    if found.state in (HoldState.RELEASED, HoldState.CANCELLED):
        return found
    if found.state is HoldState.CONFIRMED:
        _cancel(session, found, caller=caller, now=now)
        return found
    check_held(session, found, now=now)

    _end(session, found, HoldState.RELEASED, now=now)
    facts.record(session, HoldReleased(hold_id=found.id, slot_id=found.slot_id, at=now, by=caller.person_id))
    return found


def check_held(session: Session, hold: Hold, *, now: datetime) -> None:
    """Refuse a locked hold that is none any more; one whose time is over lapses by this. HoldLapsed, HoldEnded."""
    if hold.state is HoldState.HELD and hold.expires_at > now:
        return
    if hold.state is HoldState.HELD:
        lapse(session, hold, hold.slot, now=now)
    if hold.state is HoldState.LAPSED:
        raise HoldLapsed(f"it was kept until {hold.expires_at.isoformat()}", expired_at=hold.expires_at)
    raise HoldEnded(f"it is {hold.state}", state=hold.state, ended_at=hold.ended_at)


def free_booking(session: Session, delivery_id: UUID, *, now: datetime) -> None:
    """Give back what was booked for a delivery that was cancelled."""
    booked = keeping.booking_of(session, delivery_id)
    if booked is None:
        return
    _end(session, booked, HoldState.CANCELLED, now=now)
    fact = BookingCancelled(hold_id=booked.id, slot_id=booked.slot_id, delivery_id=delivery_id, at=now)
    facts.record(session, fact)


def _cancel(session: Session, booked: Hold, *, caller: Principal, now: datetime) -> None:
    if booked.slot.closes_at <= now:
        raise TooLateToCancel(f"it closed at {booked.slot.closes_at.isoformat()}", closed_at=booked.slot.closes_at)
    assert booked.delivery_id is not None
    delivery = deliveries.by_ids(session, [booked.delivery_id], for_update=True)[0]
    if delivery.state is not DeliveryState.CANCELLED:
        progress.unbook(session, delivery, now=now, by=caller.person_id)

    _end(session, booked, HoldState.CANCELLED, now=now)
    fact = BookingCancelled(
        hold_id=booked.id, slot_id=booked.slot_id, delivery_id=delivery.id, at=now, by=caller.person_id
    )
    facts.record(session, fact)


def _end(session: Session, hold: Hold, state: HoldState, *, now: datetime) -> None:
    hold.state, hold.ended_at = state, now
    session.flush()
    room.release(session, hold, hold.slot, now=now)


def _merchant(session: Session, wish: Wish, *, caller: Principal) -> UUID:
    if wish.merchant_id is None or wish.merchant_id == caller.organisation_id:
        return caller.organisation_id
    check_sendable(wish.merchant_id, sendable(session, {wish.merchant_id}, caller=caller))
    return wish.merchant_id


def _place(session: Session, address: DraftAddress | None) -> Point | Refusal | None:
    """Return where it is to go. A place counts as it is given; whether it may be there is asked of who gets in."""
    if address is None or address.place is not None:
        return None if address is None else address.place
    (found,) = locate_all(session, [address])
    return found if isinstance(found, Refusal) else found.place


def _check_zone(admitted: Admission, place: Point | Refusal | None) -> None:
    if not admitted.served:
        raise SlotWithdrawn("its zone has been retired")
    if isinstance(place, Refusal):
        raise place
    if place is None:
        raise AddressMissing(errors=[FieldError("/address", "needs a text, a place, or both: the slot is at home")])
    if not admitted.covered:
        zone_id = admitted.slot.zone_id
        raise OutsideZone(errors=[FieldError("/address/place", "lies outside the zone")], zone_id=zone_id)


def _admit(session: Session, admitted: Admission, wish: Wish, *, now: datetime) -> None:
    """Check the locked slot; those who have overstayed make room only when it is full."""
    slot = admitted.slot
    try:
        check(slot, counted(slot), wish.load, order_minor=wish.order_minor, now=now)
    except SlotFull:
        if not (admitted.overstayed and keeping.lapse_overdue(session, slot, now=now)):
            raise
        check(slot, counted(slot), wish.load, order_minor=wish.order_minor, now=now)


def _check_point(session: Session, point: PickupPoint, slot: Slot, *, now: datetime) -> None:
    """Refuse what could never be brought there, or collected."""
    bounds(session).check_inside(point.place)
    if PointService.COLLECT not in point.services:
        raise NothingCollectedHere(point_id=point.id)
    if is_shut(slot, point, Hours.of(point, point.closures), now=now):
        raise PointClosed(point_id=point.id)


def _may_be_driven(session: Session, admitted: Admission, *, now: datetime) -> bool:
    """Whether somebody is laid out to drive when the courier may come. When a point is open is not looked at here."""
    slot, point = admitted.slot, admitted.point
    if point is None:
        span = (slot.starts_at, slot.ends_at)
    else:
        span = (room.brought_from(slot, point, now=now), room.ready_by(slot, point))
    return somebody_works(session, [span], carrier_id=slot.carrier_id)


def _reserve(session: Session, hold: Hold, slot: Slot, point: PickupPoint, wish: Wish, *, now: datetime) -> None:
    """Keep the room beside the place, if need be that of those who have overstayed in the point's other slots."""
    try:
        room.reserve(session, hold, slot, point, wish.load.measures, now=now)
    except PointFull:
        if not keeping.lapse_overdue_at(session, slot, now=now):
            raise
        room.reserve(session, hold, slot, point, wish.load.measures, now=now)


def _hold(slot: Slot, wish: Wish, located: Located | None, *, merchant_id: UUID, now: datetime) -> Hold:
    return Hold(
        id=new_id(),
        slot=slot,
        carrier_id=slot.carrier_id,
        merchant_id=merchant_id,
        state=HoldState.HELD,
        address_text=None if located is None else located.text,
        place=None if located is None else located.place,
        parcels=wish.load.parcels,
        weight_g=wish.load.weight_g,
        volume_cm3=wish.load.volume_cm3,
        measures=[asdict(each) for each in wish.load.measures],
        service_s=wish.service_s,
        price_minor=slot.price_minor,
        currency=slot.currency,
        created_at=now,
        expires_at=min(now + wish.keep_for, slot.starts_at),
    )
