"""Confirming a hold: the delivery is made, or one that waits takes the place; the recipient is promised the slot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import changing, progress
from deliveries import confirming as drafts
from deliveries import queries as deliveries
from deliveries.drafts import Draft, DraftAddress, DraftParcel
from deliveries.models import PLANNABLE, Delivery, DeliveryState, ProofRequirement, Recipient, Window
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from kernel.geo import distance_m
from pickup_points.points import sending
from pickup_points.room.packing import Measures
from routing.constraints import flush_as
from slots import keeping, room, route_room
from slots.admitting import Load, SlotWithdrawn
from slots.facts import HoldConfirmed
from slots.holding import check_held
from slots.models import Hold, HoldState, Slot
from slots.queries import own_point

NEAR_M = 50.0  # the same door, as two maps have it


class SlotBegun(Conflict):
    """The slot has begun: nobody can be promised it any more."""


class BookedForAnother(Conflict):
    """The hold is confirmed already, for another delivery."""


class DeliveryDoesNotFit(Conflict):
    """The delivery is not what the place in the slot was held for."""


class DeliveryBookedAlready(Conflict):
    """A slot is booked for this delivery already."""


class ParcelsDiffer(Invalid):
    """The parcels are not those for which the place was held."""


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A delivery to be made for a hold, which knows where and when. `parcels` None: as held, without labels."""

    recipient: Recipient
    external_id: str | None = None
    access_notes: str | None = None
    parcels: Sequence[DraftParcel] | None = None
    proof_requirements: tuple[ProofRequirement, ...] = ()


def confirm(
    session: Session,
    hold_id: UUID,
    what: NewDelivery | UUID,
    *,
    caller: Principal,
    now: datetime,
    check_route: Callable[[], object] | None = None,
) -> Hold:
    """Book the place that is held, for a new delivery or the one of this id; once more returns the same booking.

    `check_route` is asked where the hold has room in the routes, whether it is still there.

    HoldNotFound, HoldLapsed, HoldEnded, SlotWithdrawn, SlotBegun, BookedForAnother; ParcelsDiffer and all of
    `sending.create`; DeliveryNotFound, DeliveryNotInState, DeliveryDoesNotFit, DeliveryBookedAlready.
    """
    found = keeping.locked(session, hold_id, caller=caller)
    if found.state is HoldState.CONFIRMED:
        if isinstance(what, UUID) and what != found.delivery_id:
            raise BookedForAnother(delivery_id=found.delivery_id)
        return found
    check_held(session, found, now=now)
    _check_still_served(found.slot, now=now)
    if check_route is not None and route_room.is_kept(session, found.id):
        check_route()

    delivery = (
        _made(session, found, what, caller=caller, now=now)
        if isinstance(what, NewDelivery)
        else _attached(session, found, what, caller=caller, now=now)
    )
    found.state, found.confirmed_at, found.delivery_id = HoldState.CONFIRMED, now, delivery.id
    flush_as({"uq_holds_delivery_id": DeliveryBookedAlready}, session)
    room.hand_on(session, found, found.slot, now=now)
    progress.book(
        session,
        delivery,
        promised_from=found.slot.starts_at,
        promised_until=found.slot.ends_at,
        now=now,
        by=caller.person_id,
    )

    fact = HoldConfirmed(hold_id=found.id, slot_id=found.slot_id, delivery_id=delivery.id, at=now, by=caller.person_id)
    facts.record(session, fact)
    return found


def _check_still_served(slot: Slot, *, now: datetime) -> None:
    # A template that was disabled meanwhile, or a cut-off that came, does not harm who held the place before.
    if slot.withdrawn_at is not None:
        raise SlotWithdrawn(withdrawn_at=slot.withdrawn_at)
    if slot.starts_at <= now:
        raise SlotBegun(starts_at=slot.starts_at)


def _made(session: Session, hold: Hold, new: NewDelivery, *, caller: Principal, now: datetime) -> Delivery:
    draft = Draft(
        merchant_id=hold.merchant_id,
        recipient=new.recipient,
        external_id=new.external_id,
        access_notes=new.access_notes,
        proof_requirements=new.proof_requirements,
        parcels=_parcels(hold, new.parcels),
        windows=(window_of(session, hold.slot, now=now),),
        service_s=hold.service_s,
        address=DraftAddress(text=hold.address_text, place=hold.place),
        pickup_point_id=hold.slot.point_id,
    )
    return sending.create(session, draft, caller=caller, now=now)


def _attached(session: Session, hold: Hold, delivery_id: UUID, *, caller: Principal, now: datetime) -> Delivery:
    delivery = deliveries.delivery(session, delivery_id, caller=caller, for_update=True)
    progress.require(delivery, DeliveryState.DRAFT, *PLANNABLE)
    if delivery.promise_booked:
        raise DeliveryBookedAlready(delivery_id=delivery.id)
    faults = [*_misfits(hold, delivery)]
    if faults:
        raise DeliveryDoesNotFit("; ".join(faults), faults=faults)

    by = caller.person_id
    windows = [window_of(session, hold.slot, now=now)]
    changing.change(session, delivery, {"windows": windows, "service_s": hold.service_s}, now=now, by=by)
    if delivery.state is DeliveryState.DRAFT:
        drafts.confirm(session, delivery, now=now, by=by)
    return delivery


def window_of(session: Session, slot: Slot, *, now: datetime) -> Window:
    """Return when the courier may come: in the slot; to a point before it begins, as people collect in it."""
    if slot.point_id is None:
        return Window(slot.starts_at, slot.ends_at)
    point = own_point(session, slot.point_id, carrier_id=slot.carrier_id)
    assert point is not None  # a point is never deleted
    first, latest = room.brought_from(slot, point, now=now), room.ready_by(slot, point)
    # Who confirms late keeps the place all the same: the point has less time to prepare it then.
    return Window(first, latest if latest > first else slot.starts_at)


def _misfits(hold: Hold, delivery: Delivery) -> Iterator[str]:
    if delivery.merchant_id != hold.merchant_id:
        yield "it is another merchant's"
    if delivery.pickup_point_id != hold.slot.point_id:
        yield "it goes elsewhere"
    elif hold.place is not None and distance_m(hold.place, delivery.place) > NEAR_M:
        yield f"its place is more than {NEAR_M:.0f} m from the one that was held for"
    if delivery.alternatives:
        yield "it may go to other places instead"
    load = Load([Measures(each.length_mm, each.width_mm, each.height_mm, each.weight_g) for each in delivery.parcels])
    if not _is_held_for(hold, load):
        yield "its parcels are more than was held for"


def _parcels(hold: Hold, given: Sequence[DraftParcel] | None) -> tuple[DraftParcel, ...]:
    if given is None:
        return tuple(DraftParcel(**measures) for measures in hold.measures)
    load = Load([Measures(each.length_mm, each.width_mm, each.height_mm, each.weight_g) for each in given])
    if not _is_held_for(hold, load):
        detail = f"more than the {hold.parcels} parcels, {hold.weight_g} g and {hold.volume_cm3} cm³ that were held for"
        raise ParcelsDiffer(detail, errors=[FieldError("/delivery/parcels", detail)])
    return tuple(given)


def _is_held_for(hold: Hold, load: Load) -> bool:
    held = (hold.parcels, hold.weight_g, hold.volume_cm3)
    fits = all(one <= most for one, most in zip((load.parcels, load.weight_g, load.volume_cm3), held, strict=True))
    return fits and (hold.slot.point_id is None or _go_where_held(hold, load))


def _go_where_held(hold: Hold, load: Load) -> bool:
    """Whether each parcel is no larger than the one in its place that was held for: a door was chosen by its sides.

    One whose sides are not told again is as it was held.
    """
    return all(
        side <= most
        for parcel, held in zip(load.measures, hold.measures, strict=False)
        for side, most in zip(_sides(parcel, unknown=0), _sides(Measures(**held), unknown=inf), strict=True)
    )


def _sides(measures: Measures, *, unknown: float) -> Sequence[float]:
    """Its sides, the longest first, as it may be turned."""
    sides = (measures.length_mm, measures.width_mm, measures.height_mm)
    return sorted((unknown if each is None else each for each in sides), reverse=True)
