"""Other points that could take parcels instead of one that is full: near, open then, with room for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, selectinload

from kernel.geo import PointType
from pickup_points.models import PickupPoint, PointService
from pickup_points.points.hours import Hours
from pickup_points.room.free import free_room
from pickup_points.room.packing import Measures

_LOOKED_AT = 20


def with_room(
    session: Session,
    full: PickupPoint,
    parcels: Sequence[Measures],
    *,
    at: datetime,
    until: datetime,
    within_m: int,
) -> list[PickupPoint]:
    """Return the carrier's points nearest to `full` that are open at `at` and take all the parcels until `until`."""
    here = cast("ColumnElement[Geography]", literal(full.place, PointType))
    near = session.scalars(
        select(PickupPoint)
        .where(
            PickupPoint.carrier_id == full.carrier_id,
            PickupPoint.id != full.id,
            PickupPoint.retired_at.is_(None),
            PickupPoint.suspended_at.is_(None),
            PickupPoint.services.contains([PointService.COLLECT.value]),
            func.ST_DWithin(PickupPoint.place, here, within_m),
        )
        .order_by(PickupPoint.place.op("<->")(here), PickupPoint.id)
        .limit(_LOOKED_AT)
        .options(selectinload(PickupPoint.closures))
    ).all()
    room = free_room(session, [point.id for point in near], at=at, until=until)
    return [point for point in near if room[point.id].takes(parcels) and _is_open(point, at)]


def _is_open(point: PickupPoint, at: datetime) -> bool:
    hours = Hours.of(point, point.closures)
    return not hours.known or hours.is_open(at)
