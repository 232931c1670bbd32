"""Guessing codes is slow: after some wrong ones in a row a caller waits at that point, longer each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.errors import NotAllowed
from pickup_points.counter.models import CodeTries
from pickup_points.counter.posts import Seat

FREE = 5  # wrong codes that cost nothing but a word
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=1)


class CodesLocked(NotAllowed):
    """Too many wrong codes: no other is listened to for a while."""


def require_open(session: Session, seat: Seat, *, now: datetime) -> CodeTries:
    """Return the caller's tries at the point, locked, so that a thousand at once are a thousand. CodesLocked."""
    key = {"point_id": seat.point.id, "caller_id": seat.caller_id}
    session.execute(insert(CodeTries).values(**key, wrong=0, last_at=now).on_conflict_do_nothing())
    tries = session.scalars(
        select(CodeTries).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()
    if tries.locked_until is not None and now < tries.locked_until:
        raise CodesLocked(locked_until=tries.locked_until, wrong_codes=tries.wrong)
    if now - tries.last_at > _FORGOTTEN_AFTER:
        tries.wrong = 0
    return tries


def count_wrong(tries: CodeTries, *, now: datetime) -> None:
    """Count one more wrong code, and lock when they are too many: for a minute, twice as long each time, to an hour."""
    tries.wrong, tries.last_at = tries.wrong + 1, now
    over = tries.wrong - FREE
    if over >= 0:
        tries.locked_until = now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(over, 10))


def forget(session: Session, seat: Seat) -> None:
    """Forget the tries of a caller who has shown a right code."""
    session.execute(delete(CodeTries).where(CodeTries.point_id == seat.point.id, CodeTries.caller_id == seat.caller_id))
