"""A consumer for the chaos bench that hears every fact and writes down when: `celery -A bench._audit`, and the relay.

Its table has no constraint at all, so a fact handled twice, or in the wrong order, is seen.
"""

from __future__ import annotations

import signal
import threading
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

import worker
from kernel import facts, relay
from kernel.database import Sessions
from kernel.facts import KINDS, Consumer, FactRow

NAME = "bench.audit"
TABLE = """
    CREATE TABLE bench_audit (
        n bigint GENERATED ALWAYS AS IDENTITY, position bigint NOT NULL, aggregate_id uuid NOT NULL
    )
"""


def write_down(session: Session, fact: FactRow) -> None:
    """Remember that the fact was handled, in the order of handling."""
    session.execute(
        text("INSERT INTO bench_audit (position, aggregate_id) VALUES (:position, :aggregate_id)"),
        {"position": fact.position, "aggregate_id": fact.aggregate_id},
    )


AUDIT = Consumer.of(NAME, dict.fromkeys(KINDS.values(), write_down))
worker.REACTIONS = {fact: (*consumers, AUDIT) for fact, consumers in worker.REACTIONS.items()}
celery = worker.celery


@celery.task(name=NAME)
def audit(*, aggregate_id: str) -> None:
    """Handle what was not handled of one aggregate."""
    facts.drain(Sessions, consumer=AUDIT, aggregate_id=UUID(aggregate_id))


def main() -> None:
    """Be the relay, as `flask --app wsgi relay` is, with one more consumer."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    relay.run(worker.engine, forward=worker.forward, stopping=stop.is_set)


if __name__ == "__main__":
    main()
