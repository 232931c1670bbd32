"""What is asked about points. A caller sees those of the carrier that serves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from accounts.principals import Principal
from kernel.errors import NotFound
from pickup_points.models import PickupPoint


class PointNotFound(NotFound):
    """There is no such pickup point."""


def point(session: Session, point_id: UUID, *, caller: Principal, for_update: bool = False) -> PickupPoint:
    """Return a point with its closures, retired or not, locked when asked. PointNotFound."""
    asked = seen(select(PickupPoint), caller=caller).where(PickupPoint.id == point_id)
    asked = asked.options(selectinload(PickupPoint.closures))
    if for_update:
        # What another transaction committed while we waited for the lock counts, not what we read before.
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise PointNotFound()
    return found


def points_to_send_to(session: Session, ids: Collection[UUID], *, carrier_id: UUID) -> Mapping[UUID, PickupPoint]:
    """Return those of `ids` that are the carrier's, locked so that none is retired before this is done."""
    asked = select(PickupPoint).where(PickupPoint.id.in_(ids), PickupPoint.carrier_id == carrier_id)
    locked = asked.order_by(PickupPoint.id).with_for_update(read=True).execution_options(populate_existing=True)
    return {found.id: found for found in session.scalars(locked)} if ids else {}


def points_with_closures(session: Session, ids: Collection[UUID]) -> Mapping[UUID, PickupPoint]:
    """Return those of `ids` that there are, with their closures."""
    asked = select(PickupPoint).where(PickupPoint.id.in_(ids)).options(selectinload(PickupPoint.closures))
    return {found.id: found for found in session.scalars(asked)} if ids else {}


def seen[*Ts](asked: Select[*Ts], *, caller: Principal) -> Select[*Ts]:
    """Narrow to the points of the caller's carrier: a merchant's people choose among those of whoever serves it."""
    return asked.where(PickupPoint.carrier_id == caller.carrier_id)
