"""Who knows their way around: drivers who have delivered near a place before."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from deliveries.models import Delivery
from routing.models import Drop, Outcome, Route, Stop

NEAR_M = 300


def familiar(
    session: Session, *, delivery_ids: Collection[UUID], driver_ids: Collection[UUID]
) -> frozenset[tuple[UUID, UUID]]:
    """Return each of the deliveries with each of the drivers who has handed something over within `NEAR_M` of it."""
    succeeded = [outcome for outcome in Outcome if outcome.succeeded]
    past = aliased(Stop)
    rows = session.execute(
        select(Delivery.id, Route.driver_id)
        .join(past, func.ST_DWithin(past.place, Delivery.place, NEAR_M))
        .join(Route, Route.id == past.route_id)
        .join(Drop, Drop.stop_id == past.id)
        .where(Delivery.id.in_(delivery_ids), Route.driver_id.in_(driver_ids), Drop.outcome.in_(succeeded))
        .distinct()
    )
    return frozenset((delivery_id, driver_id) for delivery_id, driver_id in rows)
