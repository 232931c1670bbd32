"""Click and collect, the customer's side: an order is placed, with a promise, and may be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import cancelling, progress
from deliveries import queries as deliveries
from deliveries.facts import DeliveryCreated
from deliveries.merchants import check_sendable, sendable
from deliveries.models import Delivery, DeliveryState, ProofRequirement, Recipient
from deliveries.uniqueness import told_apart
from kernel import facts
from kernel.errors import Conflict, FieldError
from pickup_points.models import PickupPoint, PointKind
from pickup_points.orders.facts import OrderMoved, OrderPlaced
from pickup_points.orders.models import Order, OrderState
from pickup_points.orders.promising import ready_by
from pickup_points.orders.queries import order
from pickup_points.points import queries, terms
from pickup_points.points.sending import RecipientUnreachable, check_takes_parcels
from pickup_points.stays import waiting

OPEN = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.PREPARING)


class OrderNotInState(Conflict):
    """The order is not in a state that allows this."""


class NobodyPrepares(Conflict):
    """A locker has nobody who could pick and pack an order."""


@dataclass(frozen=True)
class Wanted:
    """An order to place. `lines` are what to pick: `text` and `quantity`."""

    point_id: UUID
    recipient: Recipient
    lines: Sequence[Mapping[str, Any]]
    external_id: str | None = None
    proof_requirements: tuple[ProofRequirement, ...] = ()
    merchant_id: UUID | None = None


def promise(session: Session, point_id: UUID, *, caller: Principal, now: datetime) -> datetime:
    """Return when an order placed now would be ready. PointNotFound, NeverOpen and what refuses a point."""
    return _promise(session, _open_point(session, point_id, caller), now)


def place(session: Session, wanted: Wanted, *, caller: Principal, now: datetime) -> Order:
    """Place an order, which is promised at once. Its delivery is bound for the point and for no courier.

    PointNotFound, PointSuspended, PointRetired, NothingCollectedHere, NeverOpen, RecipientUnreachable,
    ExternalIdTaken, MerchantUnknown.
    """
    if wanted.recipient.phone is None and wanted.recipient.email is None:
        raise RecipientUnreachable(errors=[FieldError("/recipient", "needs a phone or an email")])
    point = _open_point(session, wanted.point_id, caller)
    merchant_id = wanted.merchant_id or caller.organisation_id
    check_sendable(merchant_id, sendable(session, [merchant_id], caller=caller))
    promised_at = _promise(session, point, now)

    delivery = _delivery(wanted, point, merchant_id, now)
    placed = Order(
        point_id=point.id,
        merchant_id=merchant_id,
        carrier_id=point.carrier_id,
        external_id=wanted.external_id,
        state=OrderState.PLACED,
        lines=[dict(line) for line in wanted.lines],
        promised_at=promised_at,
        placed_at=now,
    )
    with told_apart(session, merchant_id=merchant_id, external_id=wanted.external_id, codes=()):
        session.add(delivery)
        session.flush()
        placed.delivery_id = delivery.id
        session.add(placed)
        session.flush()
    _announce(session, delivery, placed, point, caller, now)
    return placed


def cancel(session: Session, order_id: UUID, *, caller: Principal, now: datetime) -> Order:
    """Take an order back until it is ready; its delivery is cancelled with it. OrderNotFound, OrderNotInState."""
    found = order(session, order_id, caller=caller, for_update=True)
    drop(session, found, OrderState.CANCELLED, reason=None, now=now, by=caller.person_id)
    return found


def drop(
    session: Session, found: Order, state: OrderState, *, reason: str | None, now: datetime, by: UUID | None
) -> None:
    """End a locked order before it is ready, and its delivery with it. OrderNotInState, DeliveryNotInState."""
    require(found, *OPEN)
    (delivery,) = deliveries.by_ids(session, [found.delivery_id], for_update=True)
    if delivery.state is not DeliveryState.CANCELLED:
        cancelling.cancel(session, delivery, now=now, by=by)
    found.reason, found.ended_at = reason, now
    move(session, found, state, now=now, by=by)


def require(found: Order, *states: OrderState) -> None:
    """Guard a step. OrderNotInState."""
    if found.state not in states:
        raise OrderNotInState(f"it is {found.state}", order_id=found.id, state=found.state, needed=[*states])


def move(session: Session, found: Order, state: OrderState, *, now: datetime, by: UUID | None) -> None:
    """Put a locked order into another state."""
    before, found.state = found.state, state
    session.flush()
    facts.record(
        session,
        OrderMoved(
            delivery_id=found.delivery_id,
            order_id=found.id,
            point_id=found.point_id,
            before=before,
            state=state,
            reason=found.reason,
            at=now,
            by=by,
        ),
    )


def _open_point(session: Session, point_id: UUID, caller: Principal) -> PickupPoint:
    point = queries.point(session, point_id, caller=caller)
    check_takes_parcels(point)
    if point.kind is PointKind.LOCKER:
        raise NobodyPrepares(pickup_point_id=point.id)
    return point


def _promise(session: Session, point: PickupPoint, now: datetime) -> datetime:
    return ready_by(point, cut_off=terms.terms_of(session, point.id).order_cut_off, now=now)


def _delivery(wanted: Wanted, point: PickupPoint, merchant_id: UUID, now: datetime) -> Delivery:
    return Delivery(
        merchant_id=merchant_id,
        carrier_id=point.carrier_id,
        external_id=wanted.external_id,
        state=DeliveryState.CONFIRMED,
        attempts=0,
        recipient_name=wanted.recipient.name,
        recipient_phone=wanted.recipient.phone,
        recipient_email=wanted.recipient.email,
        address_text=point.address_text or point.name,
        place=point.place,
        zone=point.zone,
        pickup_point_id=point.id,
        service_s=0,
        proof_requirements=[*wanted.proof_requirements],
        created_at=now,
        windows=[],
        parcels=[],
        alternatives=[],
        pickup=None,
    )


def _announce(
    session: Session, delivery: Delivery, placed: Order, point: PickupPoint, caller: Principal, now: datetime
) -> None:
    facts.record(
        session,
        DeliveryCreated(
            delivery_id=delivery.id,
            merchant_id=delivery.merchant_id,
            carrier_id=delivery.carrier_id,
            external_id=delivery.external_id,
            state=delivery.state,
            at=now,
            by=caller.person_id,
        ),
    )
    # Promised, it is no plan's to take up: the shop has it already.
    until = waiting.last_moment(point, since=placed.promised_at, days=point.hold_days)
    progress.schedule(
        session,
        delivery,
        promised_from=placed.promised_at,
        promised_until=until,
        now=now,
        by=caller.person_id,
    )
    facts.record(
        session,
        OrderPlaced(
            delivery_id=delivery.id,
            order_id=placed.id,
            point_id=point.id,
            promised_at=placed.promised_at,
            at=now,
            by=caller.person_id,
        ),
    )
    session.flush()
