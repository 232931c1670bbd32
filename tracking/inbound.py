"""What is coming to a pickup point, and when the courier is thought to bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from deliveries.models import Delivery, Parcel
from pickup_points.models import Stay, StayState
from routing.models import Drop, Route, Stop
from tracking.models import Arrival

MOST = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Inbound:
    """An expected parcel; its courier's arrival: None while no published route brings it."""

    stay: Stay
    parcel: Parcel
    delivery: Delivery
    courier_expected_at: datetime | None

    @property
    def recipient_name(self) -> str:
        """To whom it goes."""
        return self.delivery.recipient_name


def inbound(session: Session, point_id: UUID, *, before: datetime | None) -> Sequence[Inbound]:
    """Return what is expected at the point, soonest first; what no route brings yet comes last.

    With `before` only what a courier brings by then.
    """
    rows = session.execute(
        select(Stay, Parcel, Delivery)
        .join(Parcel, Parcel.id == Stay.parcel_id)
        .join(Delivery, Delivery.id == Stay.delivery_id)
        .where(Stay.point_id == point_id, Stay.state == StayState.EXPECTED)
        .order_by(Stay.id)
        .limit(MOST)
    ).all()
    arrivals = _arrivals(session, {row[2].id for row in rows})
    found = [Inbound(*row, arrivals.get(row[2].id)) for row in rows]
    if before is not None:
        found = [each for each in found if each.courier_expected_at is not None and each.courier_expected_at < before]
    return sorted(found, key=lambda each: (each.courier_expected_at is None, each.courier_expected_at or _EPOCH))


def _arrivals(session: Session, delivery_ids: set[UUID]) -> dict[UUID, datetime]:
    """Return when the newest published route brings each delivery: as estimated now, else as planned."""
    rows = session.execute(
        select(Drop.delivery_id, Arrival.expected_at, Stop.planned_arrival_at)
        .ext(distinct_on(Drop.delivery_id))
        .join(Stop, Stop.id == Drop.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .outerjoin(Arrival, Arrival.stop_id == Stop.id)
        .where(
            Drop.delivery_id.in_(delivery_ids),
            Drop.withdrawn_at.is_(None),
            Drop.outcome.is_(None),
            Route.published_at.is_not(None),
        )
        .order_by(Drop.delivery_id, Route.departs_at.desc(), Route.id.desc())
    )
    return {delivery_id: expected_at or planned_at for delivery_id, expected_at, planned_at in rows}
