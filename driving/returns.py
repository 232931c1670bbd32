"""What a courier takes along from the points of the round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery
from pickup_points.counter import returning
from pickup_points.counter.shelf import Kept
from routing.models import Drop, Stop, StopState
from routing.queries import published_route_of


def returns_due(session: Session, *, driver_id: UUID, now: datetime) -> Sequence[Kept]:
    """Return what waits to go back at the points where the driver's round still stops. NoRouteToday."""
    route = published_route_of(session, driver_id=driver_id, now=now)
    point_ids = session.scalars(
        select(Delivery.pickup_point_id)
        .join(Drop, Drop.delivery_id == Delivery.id)
        .join(Stop, Stop.id == Drop.stop_id)
        .where(
            Stop.route_id == route.id,
            Stop.state != StopState.DONE,
            Stop.withdrawn_at.is_(None),
            Drop.withdrawn_at.is_(None),
            Delivery.pickup_point_id.is_not(None),
        )
        .distinct()
    ).all()
    return returning.due(session, [point_id for point_id in point_ids if point_id is not None])
