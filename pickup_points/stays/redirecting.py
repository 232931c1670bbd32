"""Sending a delivery that is on its way to one point to another one, which has room for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery, Parcel
from kernel import facts
from pickup_points.models import PickupPoint, Stay, StayState
from pickup_points.points import sending
from pickup_points.room import reserving
from pickup_points.room.packing import Measures
from pickup_points.stays import staying
from pickup_points.stays.facts import StayRedirected


def redirect(
    session: Session,
    delivery: Delivery,
    to: PickupPoint,
    *,
    at: datetime,
    until: datetime,
    reason: str,
    now: datetime,
    by: UUID | None,
) -> None:
    """Let the locked delivery, none of whose parcels is in yet, go to the point, and reserve room there over
    `[at, until)`. The recipient is told. NothingFits, PointFull, PointTakesNothing.
    """
    before = delivery.pickup_point_id
    assert before is not None
    stays = expected_stays(session, delivery.id)
    for stay in stays:
        staying.cancel(session, stay, now=now, by=by)
    reserving.release(session, delivery_id=delivery.id, now=now)

    delivery.pickup_point_id = to.id
    delivery.address_text, delivery.place, delivery.zone = to.address_text or to.name, to.place, to.zone
    parcels = parcels_of(session, delivery.id)
    sending.expect(session, delivery, point_id=to.id, now=now)
    reserving.reserve(
        session,
        to,
        [measures_of(parcel) for parcel in parcels],
        starts_at=at,
        ends_at=until,
        hold_id=None,
        delivery_id=delivery.id,
        now=now,
    )

    facts.record(
        session,
        StayRedirected(delivery_id=delivery.id, from_point_id=before, to_point_id=to.id, reason=reason, at=now, by=by),
    )


def expected_stays(session: Session, delivery_id: UUID) -> Sequence[Stay]:
    """Return the stays of the delivery's parcels that are on their way, locked."""
    return session.scalars(
        select(Stay)
        .where(Stay.delivery_id == delivery_id, Stay.state == StayState.EXPECTED)
        .order_by(Stay.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def parcels_of(session: Session, delivery_id: UUID) -> Sequence[Parcel]:
    """Return the delivery's parcels in the order in which room is reserved for them."""
    return session.scalars(select(Parcel).where(Parcel.delivery_id == delivery_id).order_by(Parcel.id)).all()


def measures_of(parcel: Parcel) -> Measures:
    """Return the parcel as a compartment judges it."""
    return Measures(parcel.length_mm, parcel.width_mm, parcel.height_mm, parcel.weight_g)
