"""What the chaos bench asks the database: was every fact handled once, in order, and does the state agree with it?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, text

from bench._audit import AUDIT
from worker import consumers, engine

LOOK_S = 1.0

UNPLACED = "SELECT count(*) FROM facts WHERE position IS NULL"
UNHANDLED = """
    SELECT count(*) FROM facts f WHERE f.position > :after AND f.kind = ANY(:kinds)
    AND NOT EXISTS (SELECT FROM handled h WHERE h.consumer = :consumer AND h.position = f.position)
"""
# A transaction that begins to write later has a higher number, and each fact is handled in a transaction of its own.
DISORDERED = """
    SELECT count(*) FROM (
        SELECT h.xmin::text::bigint AS number, lag(h.xmin::text::bigint) OVER (
            PARTITION BY f.aggregate_id ORDER BY f.position) AS number_before
        FROM handled h JOIN facts f USING (position) WHERE h.consumer = :consumer AND f.position > :after
    ) pairs WHERE number < number_before
"""
AUDIT_MISSED = """
    SELECT count(*) FROM facts f WHERE f.position > :after
    AND NOT EXISTS (SELECT FROM bench_audit a WHERE a.position = f.position)
"""
AUDIT_DOUBLED = "SELECT count(*) - count(DISTINCT position) FROM bench_audit"
AUDIT_DISORDERED = """
    SELECT count(*) FROM (
        SELECT position, lag(position) OVER (PARTITION BY aggregate_id ORDER BY n) AS position_before FROM bench_audit
    ) pairs WHERE position < position_before
"""
# What must have happened once to each delivery that a courier brought today.
HAPPENED_TWICE = """
    SELECT count(*) FROM (
        SELECT aggregate_id, kind FROM facts WHERE position > :after
        AND kind IN ('delivery.created', 'delivery.scheduled', 'delivery.out_for_delivery', 'delivery.courier_arrived')
        GROUP BY aggregate_id, kind HAVING count(*) > 1
        UNION ALL
        SELECT aggregate_id, 'ended' FROM facts WHERE position > :after
        AND kind IN ('delivery.delivered', 'delivery.attempt_failed') GROUP BY aggregate_id HAVING count(*) > 1
    ) doubled
"""
STATE_DIFFERS = """
    SELECT count(*) FROM deliveries d JOIN LATERAL (
        SELECT kind FROM facts f WHERE f.aggregate_id = d.id AND f.position > :after
        AND kind IN ('delivery.delivered', 'delivery.attempt_failed') ORDER BY f.position DESC LIMIT 1
    ) last ON true
    WHERE d.state::text <> CASE last.kind WHEN 'delivery.delivered' THEN 'delivered' ELSE 'failed_attempt' END
"""


def drained(*, after: int, patience_s: float) -> None:
    """Return when nothing behind a position is left to place or to handle, or when patience is over."""
    over_at = time.monotonic() + patience_s
    while time.monotonic() < over_at:
        with engine.connect() as connection:
            if not _left(connection, after):
                return
        time.sleep(LOOK_S)


def _left(connection: Connection, after: int) -> bool:
    return bool(_count(connection, UNPLACED)) or any(
        _count(connection, UNHANDLED, after=after, consumer=consumer.name, kinds=consumer.kinds)
        for consumer in consumers()
    )


def judge(*, after: int) -> Iterator[tuple[str, bool, str]]:
    """Yield for each rule whether it holds for the facts behind a position, and the figures."""
    with engine.connect() as connection:
        facts = int(
            connection.scalar(text("SELECT count(*) FROM facts WHERE position > :after"), {"after": after}) or 0
        )
        unplaced = _count(connection, UNPLACED)
        yield "every committed fact has a position", unplaced == 0, f"{facts} facts, {unplaced} without"
        for consumer in consumers():
            given = {"after": after, "consumer": consumer.name}
            unhandled = _count(connection, UNHANDLED, **given, kinds=consumer.kinds)
            disordered = _count(connection, DISORDERED, **given)
            detail = f"{unhandled} not handled, {disordered} out of order"
            yield f"{consumer.name} handled each of its facts, in order", not unhandled and not disordered, detail
        missed = _count(connection, AUDIT_MISSED, after=after)
        doubled = _count(connection, AUDIT_DOUBLED)
        disordered = _count(connection, AUDIT_DISORDERED)
        detail = f"{missed} missed, {doubled} twice, {disordered} out of order"
        yield f"what {AUDIT.name} did, was done once and in order", not (missed or doubled or disordered), detail
        twice = _count(connection, HAPPENED_TWICE, after=after)
        yield "nothing happened twice to a delivery", twice == 0, f"{twice} doubled"
        differs = _count(connection, STATE_DIFFERS, after=after)
        yield "every delivery's state is what its facts say", differs == 0, f"{differs} differ"


def _count(connection: Connection, question: str, **given: object) -> int:
    return int(connection.scalar(text(question), given) or 0)
