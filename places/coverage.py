"""What is asked about zones: which a caller's carrier has, and which of them cover a place."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, cast, func, select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import NotFound
from kernel.geo import Point, PointType
from kernel.paging import Page, page
from places.models import Zone


class ZoneNotFound(NotFound):
    """There is no such zone."""


def zone(session: Session, zone_id: UUID, *, caller: Principal, for_update: bool = False) -> Zone:
    """Return a zone of the carrier that drives for the caller, retired or not; locked when asked. ZoneNotFound."""
    asked = select(Zone).where(Zone.id == zone_id, Zone.carrier_id == caller.carrier_id)
    if for_update:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise ZoneNotFound()
    return found


def zones(
    session: Session,
    *,
    caller: Principal,
    around: Point | None = None,
    retired: bool = False,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Zone]:
    """Return the carrier's zones, newest first: all, or those around a place; the retired ones too when asked."""
    asked = select(Zone).where(Zone.carrier_id == caller.carrier_id)
    if around is not None:
        asked = asked.where(covers(around))
    if not retired:
        asked = asked.where(Zone.retired_at.is_(None))
    return page(session, asked, by=Zone.id, cursor=cursor, limit=limit)


def zones_around(session: Session, place: Point, *, carrier_id: UUID) -> Sequence[Zone]:
    """Return the carrier's zones in service that cover `place`, oldest first; its edge belongs to a zone."""
    asked = select(Zone).where(Zone.carrier_id == carrier_id, Zone.retired_at.is_(None), covers(place))
    return session.scalars(asked.order_by(Zone.id)).all()


def is_around(session: Session, zone_id: UUID, place: Point) -> bool:
    """Whether the zone covers `place`."""
    return session.scalar(select(Zone.id).where(Zone.id == zone_id, covers(place))) is not None


def covers(place: Point) -> ColumnElement[bool]:
    """Return the condition that a zone covers `place`; its index answers it."""
    return func.ST_Covers(Zone.area, cast(cast(place, PointType), Geometry("POINT", srid=4326)))
