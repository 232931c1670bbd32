"""Two transactions at the same moment, in an order that can be trusted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database import Sessions
from kernel.errors import Refusal


def overtaken(first: Callable[[Session], object], second: Callable[[Session], object]) -> Refusal | None:
    """Do `first`, then `second` elsewhere until it ends or waits; commit both. Return what refused `second`."""
    refused: list[Refusal] = []

    def run() -> None:
        with Sessions() as session:
            try:
                second(session)
            except Refusal as refusal:
                refused.append(refusal)
            session.commit()

    thread = threading.Thread(target=run)
    with Sessions() as session:
        first(session)
        session.flush()
        thread.start()
        _until_waiting(thread)
        session.commit()
    thread.join()
    return refused[0] if refused else None


def _until_waiting(thread: threading.Thread) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with Sessions() as session:
        while thread.is_alive() and not session.scalar(waiting):
            session.rollback()
            time.sleep(0.01)
