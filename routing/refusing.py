"""Drivers who refused a delivery: it is never planned for them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel import facts
from routing.facts import DeliveryRefused
from routing.models import Refused


def refuse(session: Session, *, delivery_id: UUID, driver_id: UUID, now: datetime, by: UUID | None) -> None:
    """Write down that the driver refused the delivery; once more says nothing new."""
    row = insert(Refused).values(delivery_id=delivery_id, driver_id=driver_id, refused_at=now, said_by=by)
    if session.scalar(row.on_conflict_do_nothing().returning(Refused.delivery_id)) is None:
        return
    facts.record(session, DeliveryRefused(delivery_id=delivery_id, driver_id=driver_id, at=now, by=by))


def refusals(session: Session, delivery_ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    """Return the drivers who refused, by delivery."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    asked = select(Refused.delivery_id, Refused.driver_id).where(Refused.delivery_id.in_(delivery_ids))
    for delivery_id, driver_id in session.execute(asked):
        found[delivery_id].add(driver_id)
    return {delivery_id: frozenset(drivers) for delivery_id, drivers in found.items()}
