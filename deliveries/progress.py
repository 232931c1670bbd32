"""How a delivery moves on: each step guards the state, makes it, and records the fact.

Rooms above ask for these steps while they hold the delivery's row (`queries.delivery(..., for_update=True)` or
`queries.by_ids(..., for_update=True)`).

What comes to a pickup point is seen twice: by the courier, whose telephone may have no network, and at the counter.
Whoever is first moves the delivery; the other's word then changes nothing, so both orders end the same.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.facts import (
    AttemptFailed,
    CourierArrived,
    DeliveryAtPoint,
    DeliveryBooked,
    DeliveryCollected,
    DeliveryDelivered,
    DeliveryOutForDelivery,
    DeliveryReturning,
    DeliveryScheduled,
    DeliveryUnbooked,
    DeliveryUnscheduled,
    ParcelsPickedUp,
    PickupFailed,
    PromiseMoved,
)
from deliveries.models import PLANNABLE, Delivery, DeliveryState
from kernel import facts
from kernel.errors import Conflict

_SAID_BY_THE_POINT = frozenset(
    {
        DeliveryState.AT_POINT,
        DeliveryState.COLLECTED,
        DeliveryState.RETURNING,
        DeliveryState.RETURNED,
        DeliveryState.FAILED_ATTEMPT,
    }
)


class DeliveryNotInState(Conflict):
    """The delivery is not in a state that allows this."""


def require(delivery: Delivery, *states: DeliveryState) -> None:
    """Guard a step. DeliveryNotInState, which names the state and those that allow the step."""
    if delivery.state in states:
        return
    needed = sorted(states, key=list(DeliveryState).index)
    raise DeliveryNotInState(
        f"it is {delivery.state}, and would have to be {' or '.join(needed)}",
        delivery_id=delivery.id,
        state=delivery.state,
        needed=needed,
    )


def book(
    session: Session,
    delivery: Delivery,
    *,
    promised_from: datetime,
    promised_until: datetime,
    now: datetime,
    by: UUID | None,
) -> None:
    """Promise the recipient the half-open slot that was chosen: no plan makes another of it. DeliveryNotInState."""
    require(delivery, *PLANNABLE)

    delivery.promise_window(promised_from, promised_until)
    delivery.promise_booked = True

    facts.record(
        session,
        DeliveryBooked(
            delivery_id=delivery.id, promised_from=promised_from, promised_until=promised_until, at=now, by=by
        ),
    )


def unbook(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """Withdraw the slot that was booked, and the plan with it: it is a draft again. DeliveryNotInState."""
    require(delivery, *PLANNABLE, DeliveryState.SCHEDULED)

    if delivery.state is DeliveryState.SCHEDULED:
        unschedule(session, delivery, now=now, by=by)
    delivery.state = DeliveryState.DRAFT
    delivery.withdraw_promise()

    facts.record(session, DeliveryUnbooked(delivery_id=delivery.id, at=now, by=by))


def schedule(
    session: Session,
    delivery: Delivery,
    *,
    promised_from: datetime,
    promised_until: datetime,
    now: datetime,
    by: UUID | None,
) -> None:
    """Promise the recipient the half-open window, unless a slot was booked. DeliveryNotInState.

    The first promise is kept beside it.
    """
    require(delivery, *PLANNABLE)

    delivery.state = DeliveryState.SCHEDULED
    promised_from, promised_until = _kept(delivery) or (promised_from, promised_until)
    delivery.promise_window(promised_from, promised_until)

    facts.record(
        session,
        DeliveryScheduled(
            delivery_id=delivery.id, promised_from=promised_from, promised_until=promised_until, at=now, by=by
        ),
    )


def move_promise(
    session: Session,
    delivery: Delivery,
    *,
    promised_from: datetime,
    promised_until: datetime,
    now: datetime,
    by: UUID | None,
) -> None:
    """Promise another half-open window than before; the first promise stays on record. DeliveryNotInState.

    A slot in which it can be collected at a point is not moved by when the courier comes there.
    """
    require(delivery, DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY)
    if delivery.promise is not None and delivery.bound_to is None:
        return

    before = delivery.promise
    delivery.promise_window(promised_from, promised_until)

    facts.record(
        session,
        PromiseMoved(
            delivery_id=delivery.id,
            state=delivery.state,
            promised_from=promised_from,
            promised_until=promised_until,
            before_from=None if before is None else before.from_,
            before_until=None if before is None else before.until,
            at=now,
            by=by,
        ),
    )


def call_back(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """No courier brings it today, though one may have it on board: it waits for a plan again. DeliveryNotInState."""
    require(delivery, DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY)

    delivery.state = DeliveryState.SCHEDULED
    unschedule(session, delivery, now=now, by=by)


def unschedule(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """Withdraw the promise, unless it is a slot that was booked: it waits for a plan again. DeliveryNotInState."""
    require(delivery, DeliveryState.SCHEDULED)

    delivery.state = DeliveryState.CONFIRMED if delivery.attempts == 0 else DeliveryState.RESCHEDULED
    if not delivery.promise_booked:
        delivery.withdraw_promise()

    facts.record(session, DeliveryUnscheduled(delivery_id=delivery.id, state=delivery.state, at=now, by=by))


def send_out(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The courier is on the way with it. DeliveryNotInState."""
    require(delivery, DeliveryState.SCHEDULED)

    delivery.state = DeliveryState.OUT_FOR_DELIVERY

    facts.record(session, DeliveryOutForDelivery(delivery_id=delivery.id, at=now, by=by))


def pick_up(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The courier has fetched the parcels, and is on the way with them. DeliveryNotInState."""
    require(delivery, DeliveryState.SCHEDULED)

    facts.record(session, ParcelsPickedUp(delivery_id=delivery.id, at=now, by=by))
    send_out(session, delivery, now=now, by=by)


def fail_pickup(session: Session, delivery: Delivery, *, outcome: str, now: datetime, by: UUID | None) -> None:
    """The parcels are not to be had: the promise is over, and no attempt is counted. DeliveryNotInState."""
    require(delivery, DeliveryState.SCHEDULED)

    delivery.state = DeliveryState.FAILED_ATTEMPT
    delivery.withdraw_promise()

    facts.record(session, PickupFailed(delivery_id=delivery.id, outcome=outcome, cause="merchant", at=now, by=by))


def courier_arrived(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The courier is at the door; the state stays. DeliveryNotInState."""
    if _point_was_first(delivery):
        return
    require(delivery, DeliveryState.OUT_FOR_DELIVERY)

    facts.record(session, CourierArrived(delivery_id=delivery.id, at=now, by=by))


def complete(session: Session, delivery: Delivery, *, outcome: str, now: datetime, by: UUID | None) -> None:
    """The parcels changed hands: an attempt is counted, and `outcome` says to whom or where. DeliveryNotInState."""
    require(delivery, DeliveryState.OUT_FOR_DELIVERY)

    delivery.state = DeliveryState.DELIVERED
    delivery.attempts += 1

    facts.record(
        session,
        DeliveryDelivered(delivery_id=delivery.id, outcome=outcome, attempt=delivery.attempts, at=now, by=by),
    )


def fail_attempt(session: Session, delivery: Delivery, *, outcome: str, now: datetime, by: UUID | None) -> None:
    """The courier leaves with the parcels: an attempt is counted, the promise is over. DeliveryNotInState."""
    if _point_was_first(delivery):
        return
    require(delivery, DeliveryState.OUT_FOR_DELIVERY)

    delivery.state = DeliveryState.FAILED_ATTEMPT
    delivery.attempts += 1
    delivery.withdraw_promise()

    facts.record(
        session,
        AttemptFailed(delivery_id=delivery.id, outcome=outcome, attempt=delivery.attempts, at=now, by=by),
    )


def _kept(delivery: Delivery) -> tuple[datetime, datetime] | None:
    """Return the promise that no plan may replace."""
    promise = delivery.promise
    return (promise.from_, promise.until) if delivery.promise_booked and promise is not None else None


def leave_at_point(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The courier left its parcels at the pickup point: an attempt is counted. DeliveryNotInState."""
    if not _point_was_first(delivery):
        receive_at_point(session, delivery, now=now, by=by)


def receive_at_point(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The first of its parcels is in at the point: an attempt is counted, once a visit. DeliveryNotInState."""
    if delivery.state is DeliveryState.AT_POINT:
        return
    require(delivery, *PLANNABLE, DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY)

    _count_visit(delivery)
    delivery.state = DeliveryState.AT_POINT

    facts.record(
        session,
        DeliveryAtPoint(
            delivery_id=delivery.id, point_id=delivery.pickup_point_id, attempt=delivery.attempts, at=now, by=by
        ),
    )


def refuse_at_point(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The point took none of its parcels in, whatever the courier said: the attempt failed. DeliveryNotInState."""
    if delivery.state is DeliveryState.FAILED_ATTEMPT:
        return
    require(delivery, *PLANNABLE, DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY, DeliveryState.AT_POINT)

    _count_visit(delivery)
    delivery.state = DeliveryState.FAILED_ATTEMPT
    delivery.withdraw_promise()

    facts.record(
        session,
        AttemptFailed(delivery_id=delivery.id, outcome="failed_refused", attempt=delivery.attempts, at=now, by=by),
    )


def collect(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """The recipient has the last of its parcels from the point. DeliveryNotInState."""
    require(delivery, DeliveryState.AT_POINT)

    delivery.state = DeliveryState.COLLECTED

    facts.record(session, DeliveryCollected(delivery_id=delivery.id, at=now, by=by))


def send_back(session: Session, delivery: Delivery, *, cause: str, now: datetime, by: UUID | None) -> None:
    """What was not collected has left the point on its way back: the promise is over. DeliveryNotInState."""
    require(delivery, DeliveryState.AT_POINT)

    delivery.state = DeliveryState.RETURNING
    delivery.withdraw_promise()

    facts.record(session, DeliveryReturning(delivery_id=delivery.id, cause=cause, at=now, by=by))


def _point_was_first(delivery: Delivery) -> bool:
    """Whether the counter has said already what became of what the courier brought to the point."""
    return delivery.pickup_point_id is not None and delivery.state in _SAID_BY_THE_POINT


def _count_visit(delivery: Delivery) -> None:
    # The courier's word on this visit has counted it already.
    if delivery.state not in (DeliveryState.AT_POINT, DeliveryState.FAILED_ATTEMPT):
        delivery.attempts += 1
