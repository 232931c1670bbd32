"""Cancelling a delivery, until a courier is on the way with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.facts import DeliveryCancelled
from deliveries.models import PLANNABLE, Delivery, DeliveryState
from deliveries.progress import require
from kernel import facts

CANCELLABLE = PLANNABLE | {DeliveryState.DRAFT, DeliveryState.SCHEDULED}


def cancel(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """Cancel the delivery, withdraw its promise and free its labels; its version rises. DeliveryNotInState."""
    require(delivery, *CANCELLABLE)

    before, delivery.state = delivery.state, DeliveryState.CANCELLED
    delivery.withdraw_promise()
    for parcel in delivery.parcels:
        parcel.live = False
    session.flush()

    facts.record(session, DeliveryCancelled(delivery_id=delivery.id, state=before, at=now, by=by))
