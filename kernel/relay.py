"""The relay: gives each committed fact its position and tells those who react.

A row that commits late with a lower number would be skipped by a reader who counts numbers. So one relay, under an
advisory lock, numbers only what it can see committed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kernel import ticks
from kernel.database import alone
from kernel.facts import FactRow, RelayState

_LOCK = 0x0D005  # any constant of ours
_BATCH = 500
log = structlog.get_logger()

type Forward = Callable[[Sequence[FactRow]], None]


def place(session: Session) -> Sequence[FactRow]:
    """Give positions to at most one batch of committed facts, in the order they were written. Return them."""
    fresh = session.scalars(select(FactRow).where(FactRow.position.is_(None)).order_by(FactRow.seq).limit(_BATCH)).all()
    if not fresh:
        return fresh
    last = session.scalar(
        update(RelayState)
        .where(RelayState.id == 1)
        .values(last_position=RelayState.last_position + len(fresh))
        .returning(RelayState.last_position)
    )
    if last is None:
        raise RuntimeError("relay_state has no row: were the migrations run?")
    for offset, fact in enumerate(fresh, start=last - len(fresh) + 1):
        fact.position = offset
    session.flush()
    return fresh


def run(engine: Engine, *, forward: Forward, stopping: Callable[[], bool], pause_s: float = 0.5) -> None:
    """Relay until `stopping()`: wait for a nudge or `pause_s`, place, publish, forward. Survives lost servers."""
    nudges = ticks.CHANNEL.get().listen([ticks.RELAY], timeout_s=pause_s)
    while not stopping():
        try:
            with _alone(engine) as first:
                if first:
                    _relay(engine, forward, stopping, nudges)
        except DBAPIError as lost:
            log.warning("relay lost the database", reason=str(lost.orig))
        time.sleep(pause_s)


def _relay(engine: Engine, forward: Forward, stopping: Callable[[], bool], nudges: Iterator[object]) -> None:
    while not stopping():
        while True:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                placed = place(session)
            if not placed:
                break
            _tell(placed, forward)
        next(nudges)


def _tell(placed: Sequence[FactRow], forward: Forward) -> None:
    ticks.publish(ticks.FACTS, {"last": placed[-1].position})
    try:
        forward(placed)
    except Exception as down:
        log.warning("relay could not forward", facts=len(placed), reason=str(down))


@contextmanager
def _alone(engine: Engine) -> Iterator[bool]:
    """Hold the relay's lock for as long as the connection lives; a second relay waits in reserve."""
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        alone(connection, _LOCK) as got,
    ):
        yield got
