"""Making a draft binding: from then on a plan may take it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.facts import DeliveryConfirmed
from deliveries.models import Delivery, DeliveryState
from deliveries.progress import require
from deliveries.windows import check_still_open
from kernel import facts


def confirm(session: Session, delivery: Delivery, *, now: datetime, by: UUID | None) -> None:
    """Confirm a draft whose windows are not over; its version rises. DeliveryNotInState, WindowsPassed."""
    require(delivery, DeliveryState.DRAFT)
    check_still_open(delivery.windows, now=now)

    delivery.state = DeliveryState.CONFIRMED
    session.flush()

    facts.record(session, DeliveryConfirmed(delivery_id=delivery.id, at=now, by=by))
