"""What time does to stays: what was prepared is ready, who has not come is reminded, what nobody fetched expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Time, cast, func, select
from sqlalchemy.orm import Session, selectinload

from pickup_points.models import PickupPoint, Stay, StayKind, StayState
from pickup_points.points.terms import USUAL, Terms
from pickup_points.stays import getting_ready, staying

MOST = 500  # stays in one transaction; the rest waits for the next
# Nobody wants to be woken for a parcel, and nobody is reminded of what they were told a moment ago.
_WAKING = (time(8), time(20, 59))
_NOT_BEFORE = timedelta(hours=2)


@dataclass(frozen=True)
class Passed:
    """How many stays moved on."""

    ready: int
    reminded: int
    expired: int


def pass_time(session: Session, *, now: datetime) -> Passed:
    """Move on what is due. Stays that somebody holds at this moment wait for the next time."""
    ready = _due(session, StayState.CHECKED_IN, _prepared(now))
    for stay, point in ready:
        getting_ready.make_ready(session, stay, point=point, now=now, by=None)
    expired = _due(session, StayState.READY, Stay.expires_at <= now)
    expired += _due(session, StayState.REMINDED, Stay.expires_at <= now)
    for stay, _ in expired:
        staying.expire(session, stay, now=now, by=None)
    session.flush()
    reminded = _due(session, StayState.READY, _nearly_over(now) & _is_waking(now))
    for stay, _ in reminded:
        staying.remind(session, stay, now=now, by=None)
    session.flush()
    return Passed(len(ready), len(reminded), len(expired))


def _due(session: Session, state: StayState, due: ColumnElement[bool]) -> list[tuple[Stay, PickupPoint]]:
    rows = session.execute(
        select(Stay, PickupPoint)
        .join(PickupPoint, PickupPoint.id == Stay.point_id)
        .outerjoin(Terms, Terms.point_id == Stay.point_id)
        .where(Stay.state == state, Stay.kind == StayKind.INBOUND, due)
        .order_by(Stay.id)
        .limit(MOST)
        .options(selectinload(PickupPoint.closures))
        .with_for_update(of=Stay, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [(stay, point) for stay, point in rows]


def _prepared(now: datetime) -> ColumnElement[bool]:
    return Stay.checked_in_at + func.make_interval(0, 0, 0, 0, 0, 0, PickupPoint.preparation_s) <= now


def _nearly_over(now: datetime) -> ColumnElement[bool]:
    before_s = func.coalesce(Terms.remind_before_s, USUAL["remind_before_s"])
    nearly = Stay.expires_at - func.make_interval(0, 0, 0, 0, 0, 0, before_s) <= now
    return nearly & (Stay.expires_at > now) & (Stay.ready_at <= now - _NOT_BEFORE)


def _is_waking(now: datetime) -> ColumnElement[bool]:
    return cast(func.timezone(PickupPoint.zone, now), Time).between(*_WAKING)
