"""Click and collect, the shop's side: accepted, prepared, ready; what becomes of the parcels then is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries import labels
from deliveries import queries as deliveries
from deliveries.drafts import DraftParcel
from deliveries.models import Delivery
from deliveries.uniqueness import told_apart
from kernel.facts import FactRow
from pickup_points.counter.check_in import ShelfMissing
from pickup_points.counter.posts import Seat
from pickup_points.orders.models import Order, OrderState
from pickup_points.orders.ordering import OPEN, drop, move, require
from pickup_points.orders.queries import order_at, order_of
from pickup_points.points import sending
from pickup_points.stays import getting_ready, staying


def accept(session: Session, seat: Seat, order_id: UUID, *, now: datetime) -> Order:
    """The shop takes the order on. OrderNotFound, OrderNotInState."""
    found = order_at(session, seat.point.id, order_id)
    require(found, OrderState.PLACED)
    found.accepted_at = now
    move(session, found, OrderState.ACCEPTED, now=now, by=seat.person_id)
    return found


def prepare(session: Session, seat: Seat, order_id: UUID, *, now: datetime) -> Order:
    """Somebody picks it. OrderNotFound, OrderNotInState."""
    found = order_at(session, seat.point.id, order_id)
    require(found, OrderState.ACCEPTED)
    found.preparing_at = now
    move(session, found, OrderState.PREPARING, now=now, by=seat.person_id)
    return found


def reject(session: Session, seat: Seat, order_id: UUID, *, reason: str, now: datetime) -> Order:
    """The shop cannot; the delivery is cancelled. OrderNotFound, OrderNotInState."""
    found = order_at(session, seat.point.id, order_id)
    drop(session, found, OrderState.REJECTED, reason=reason, now=now, by=seat.person_id)
    return found


def finish(
    session: Session, seat: Seat, order_id: UUID, parcels: Sequence[DraftParcel], *, shelf: str | None, now: datetime
) -> Order:
    """It stands packed: its parcels stay at the point, and the recipient is told.

    OrderNotFound, OrderNotInState, ShelfMissing, ParcelCodeInvalid, ParcelCodeTaken, DeliveryNotInState.
    """
    found = order_at(session, seat.point.id, order_id)
    require(found, OrderState.ACCEPTED, OrderState.PREPARING)
    if seat.point.shelf_required and not shelf:
        raise ShelfMissing()
    (delivery,) = deliveries.by_ids(session, [found.delivery_id], for_update=True)
    _stand_ready(session, seat, delivery, parcels, shelf, now)
    found.preparing_at, found.ready_at = found.preparing_at or now, now
    move(session, found, OrderState.READY, now=now, by=seat.person_id)
    return found


def _stand_ready(
    session: Session, seat: Seat, delivery: Delivery, parcels: Sequence[DraftParcel], shelf: str | None, now: datetime
) -> None:
    made = labels.read_parcels(parcels)
    codes = [parcel.code for parcel in made]
    with told_apart(session, merchant_id=delivery.merchant_id, external_id=None, codes=codes):
        delivery.parcels.extend(made)
        session.flush()
    stays = sending.expect(session, delivery, point_id=seat.point.id, now=now)
    session.flush()
    for stay in stays:
        staying.check_in(session, stay, delivery=delivery, shelf=shelf, now=now, by=seat.person_id)
        getting_ready.make_ready(session, stay, point=seat.point, now=now, by=seat.person_id)


# What the parcels' and the delivery's facts make of an order: which states it may come from, and where it goes.
_FOLLOWS: Mapping[str, tuple[tuple[OrderState, ...], OrderState]] = {
    "delivery.collected": ((OrderState.READY, OrderState.EXPIRED), OrderState.COLLECTED),
    "delivery.cancelled": (OPEN, OrderState.CANCELLED),
    "delivery.returning": ((OrderState.READY,), OrderState.EXPIRED),
    "stay.expired": ((OrderState.READY,), OrderState.EXPIRED),
    "stay.extended": ((OrderState.EXPIRED,), OrderState.READY),
}


def follow(session: Session, fact: FactRow) -> None:
    """Let the order follow what became of its delivery and its parcels."""
    found = order_of(session, fact.aggregate_id)
    if found is None:
        return
    before, after = _FOLLOWS[fact.kind]
    if found.state not in before:
        return
    found.ended_at = None if after is OrderState.READY else fact.at
    move(session, found, after, now=fact.at, by=fact.by)
