"""What a carrier's days rest on, told in one query: cheap enough to be asked before each use of a kept day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, true
from sqlalchemy.orm import Session

from routing.foreseen import ForeseenRoute
from routing.given import Span
from routing.models import Plan, PlanState, Route, Shift, Vehicle


@dataclass(frozen=True, slots=True)
class Resting:
    """A shift of a day, and the edition of all that its tour is made from: it changes whenever one of them does."""

    shift_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    edition: tuple[object, ...]


def resting(session: Session, *, carrier_id: UUID, first: date, days: int, zone: str) -> list[Resting]:
    """Return the carrier's shifts that begin on these days of the zone, in the order of their beginning."""
    local = ZoneInfo(zone)
    asked = _editions().where(*_on(carrier_id, first, days, local), Shift.cancelled_at.is_(None))
    rows: Sequence[Any] = session.execute(asked.order_by(Shift.starts_at, Shift.id)).all()
    return [Resting(row[0], row[1].astimezone(local).date(), row[1], row[2], tuple(row[3:])) for row in rows]


def cancelled(session: Session, *, carrier_id: UUID, first: date, days: int, zone: str) -> dict[UUID, date]:
    """Return the carrier's shifts that were to begin on these days of the zone and were cancelled, with their days."""
    local = ZoneInfo(zone)
    asked = select(Shift.id, Shift.starts_at).where(*_on(carrier_id, first, days, local))
    asked = asked.where(Shift.cancelled_at.is_not(None))
    return {row[0]: row[1].astimezone(local).date() for row in session.execute(asked)}


def _on(carrier_id: UUID, first: date, days: int, zone: ZoneInfo) -> Sequence[ColumnElement[bool]]:
    starts_at = datetime(first.year, first.month, first.day, tzinfo=zone)
    ends_at = starts_at + timedelta(days=days)  # on the wall clock, whatever it does meanwhile
    return Shift.carrier_id == carrier_id, Shift.starts_at >= starts_at, Shift.starts_at < ends_at


def somebody_works(session: Session, spans: Sequence[Span], *, carrier_id: UUID) -> bool:
    """Whether a shift of the carrier lies, in part at least, within one of the half-open spans."""
    if not spans:
        return False
    within = or_(*(and_(Shift.starts_at < ends_at, Shift.ends_at > starts_at) for starts_at, ends_at in spans))
    asked = select(exists().where(Shift.carrier_id == carrier_id, Shift.cancelled_at.is_(None), within))
    return bool(session.scalar(asked))


def edition_of(session: Session, shift_id: UUID) -> tuple[object, ...] | None:
    """Return the edition of one shift as it is now, None when it is cancelled."""
    row: Any = session.execute(_editions().where(Shift.id == shift_id, Shift.cancelled_at.is_(None))).one_or_none()
    return None if row is None else tuple(row[3:])


def _editions() -> Select[Any]:
    """The shifts with their versions, their vehicles', and those of the routes that count, as `rounds` chooses them."""
    route = (
        select(Route.id, Route.version)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Route.shift_id == Shift.id, or_(Route.published_at.is_not(None), Plan.state == PlanState.SOLVED))
        .order_by(Route.published_at.is_not(None).desc(), Plan.requested_at.desc(), Route.id.desc())
        .limit(1)
        .lateral("route")
    )
    foreseen = case((route.c.id.is_(None), ForeseenRoute.id))
    own = (Shift.version, Vehicle.version, route.c.id, route.c.version, foreseen)
    return (
        select(Shift.id, Shift.starts_at, Shift.ends_at, *own)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .outerjoin(route, true())
        .outerjoin(ForeseenRoute, ForeseenRoute.shift_id == Shift.id)
    )
