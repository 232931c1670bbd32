"""What is asked about stays: held for a deed, or read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries import queries as deliveries
from deliveries.models import Delivery
from kernel.errors import NotFound
from pickup_points.models import STAY_ENDED, Stay

type Held = tuple[Sequence[Stay], Mapping[UUID, Delivery]]


class StayNotFound(NotFound):
    """There is no such stay at this point."""


def held(session: Session, stay_ids: Collection[UUID]) -> Held:
    """Return the stays, locked, by id, and their deliveries, locked before, by delivery id. StayNotFound."""
    delivery_ids = set(session.scalars(select(Stay.delivery_id).where(Stay.id.in_(stay_ids))))
    locked = {each.id: each for each in deliveries.by_ids(session, delivery_ids, for_update=True)}
    stays = session.scalars(
        select(Stay)
        .where(Stay.id.in_(stay_ids))
        .order_by(Stay.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(stays) < len(set(stay_ids)):
        known = {stay.id for stay in stays}
        raise StayNotFound(stay_ids=sorted(set(stay_ids) - known))
    return stays, locked


def live_of(session: Session, delivery: Delivery) -> Sequence[Stay]:
    """Return the stays of a locked delivery that have not ended, locked, by id."""
    return session.scalars(
        select(Stay)
        .where(Stay.delivery_id == delivery.id, Stay.state.not_in(STAY_ENDED))
        .order_by(Stay.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def held_of(session: Session, delivery_id: UUID) -> Sequence[Stay]:
    """Return the stays of a delivery that have not ended, it and they locked, by id."""
    (delivery,) = deliveries.by_ids(session, [delivery_id], for_update=True)
    return live_of(session, delivery)
