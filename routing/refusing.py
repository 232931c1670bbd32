"""Drivers who refused a delivery: no plan gives it to them again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.models import Delivery
from kernel import facts
from routing.facts import DeliveryRefused


def refuse(session: Session, delivery: Delivery, *, driver_id: UUID, now: datetime, by: UUID | None) -> None:
    """Keep with the locked delivery that the driver refused it; once more says nothing new."""
    if str(driver_id) in delivery.refused_driver_ids:
        return
    delivery.refused_driver_ids = [*delivery.refused_driver_ids, str(driver_id)]
    facts.record(session, DeliveryRefused(delivery_id=delivery.id, driver_id=driver_id, at=now, by=by))
