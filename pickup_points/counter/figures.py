"""What a counter did, in numbers: how long people waited, what came, what was given out, what lies there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.facts import FactRow
from pickup_points.counter.facts import HandOverRefused
from pickup_points.counter.models import Announcement, AnnouncementState
from pickup_points.models import INSIDE, Stay, StayState

_MEDIAN, _SLOW = 0.5, 0.9


@dataclass(frozen=True)
class Figures:
    """Of a half-open time; `inside` is of now. Waits in seconds, from `here` to the hand-over; None of nobody."""

    checked_in: int
    collected: int
    sent_back: int
    hand_overs_refused: int
    inside: int
    waited: int
    wait_p50_s: float | None
    wait_p90_s: float | None


def figures(session: Session, point_id: UUID, *, after: datetime, before: datetime) -> Figures:
    """Return the point's figures of `[after, before)`."""
    waited, median, slow = _waits(session, point_id, after, before)
    return Figures(
        checked_in=_stays(session, point_id, _within(Stay.checked_in_at, after, before)),
        collected=_stays(
            session, point_id, (Stay.state == StayState.COLLECTED) & _within(Stay.ended_at, after, before)
        ),
        sent_back=_stays(
            session, point_id, (Stay.state == StayState.SENT_BACK) & _within(Stay.ended_at, after, before)
        ),
        hand_overs_refused=session.scalar(
            select(func.count()).where(
                FactRow.kind == HandOverRefused.kind,
                FactRow.aggregate_id == point_id,
                FactRow.at >= after,
                FactRow.at < before,
            )
        )
        or 0,
        inside=_stays(session, point_id, Stay.state.in_(INSIDE)),
        waited=waited,
        wait_p50_s=median,
        wait_p90_s=slow,
    )


def _stays(session: Session, point_id: UUID, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(Stay.point_id == point_id, which)) or 0


def _waits(
    session: Session, point_id: UUID, after: datetime, before: datetime
) -> tuple[int, float | None, float | None]:
    wait_s = extract("epoch", Announcement.ended_at - Announcement.here_at)
    row = session.execute(
        select(
            func.count(),
            func.percentile_cont(_MEDIAN).within_group(wait_s),
            func.percentile_cont(_SLOW).within_group(wait_s),
        ).where(
            Announcement.point_id == point_id,
            Announcement.state == AnnouncementState.SERVED,
            Announcement.here_at.is_not(None),
            _within(Announcement.ended_at, after, before),
        )
    ).one()
    return row[0], None if row[1] is None else float(row[1]), None if row[2] is None else float(row[2])


def _within(column: InstrumentedAttribute[datetime | None], after: datetime, before: datetime) -> ColumnElement[bool]:
    return (column >= after) & (column < before)
