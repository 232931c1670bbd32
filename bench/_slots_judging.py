"""What the bench of slots asks the database: is nothing over capacity, and is everybody's word kept?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine

from bench._slots_load import Ledger

OVER = "SELECT count(*) FROM slots WHERE taken_count > most_count OR taken_weight_g > most_weight_g"
MISCOUNTED = """
    SELECT count(*) FROM slots s WHERE s.taken_count <> (
        SELECT count(*) FROM holds h WHERE h.slot_id = s.id AND h.state IN ('held', 'confirmed'))
"""
DOUBLY_RENTED = """
    SELECT count(*) FROM compartment_rents a JOIN compartment_rents b ON a.compartment_id = b.compartment_id
    AND a.id < b.id AND a.state <> 'released' AND b.state <> 'released'
    AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
"""
# At a point each live hold has its door, and no other does; those of `measures = []` were there before.
DOORS_ASTRAY = """
    SELECT count(*) FROM holds h JOIN slots s ON s.id = h.slot_id
    WHERE s.point_id IS NOT NULL AND h.measures <> '[]' AND (h.state IN ('held', 'confirmed')) <> (
        EXISTS (SELECT FROM compartment_rents r WHERE r.hold_id = h.id AND r.state <> 'released'))
"""
DELIVERIES_ASTRAY = """
    SELECT count(*) FROM deliveries d WHERE (
        SELECT count(*) FROM holds h WHERE h.delivery_id = d.id AND h.confirmed_at IS NOT NULL) <> 1
"""
WITHOUT_PROMISE = """
    SELECT count(*) FROM holds h JOIN slots s ON s.id = h.slot_id JOIN deliveries d ON d.id = h.delivery_id
    WHERE h.state = 'confirmed' AND (d.promised_from, d.promised_until) IS DISTINCT FROM (s.starts_at, s.ends_at)
"""
OVERDUE = "SELECT count(*) FROM holds WHERE state = 'held' AND expires_at < now() - interval '15 seconds'"
STATES = "SELECT id::text, state, delivery_id::text FROM holds WHERE measures <> '[]'"
TOLD = {"confirmed": {"confirmed"}, "released": {"released"}, "cancelled": {"cancelled"}, "left": {"held", "lapsed"}}


def judge(engine: Engine, ledger: Ledger, *, patience_s: float = 60.0) -> Iterator[tuple[str, bool, str]]:
    """Yield each rule, whether it holds, and the numbers; wait first until the sweep is through."""
    until = time.monotonic() + patience_s
    while _count(engine, OVERDUE) and time.monotonic() < until:
        time.sleep(1)
    with engine.connect() as connection:
        yield _none(connection, "no slot over its capacity", OVER)
        yield _none(connection, "every slot counts its holds", MISCOUNTED)
        yield _none(connection, "no compartment let twice", DOUBLY_RENTED)
        yield _none(connection, "a door for each live hold at the locker, and for no other", DOORS_ASTRAY)
        yield _none(connection, "one booking a delivery", DELIVERIES_ASTRAY)
        yield _none(connection, "each booking is its delivery's promise", WITHOUT_PROMISE)
        yield _none(connection, "no hold outlives its time", OVERDUE)
        found = {row[0]: (row[1], row[2]) for row in connection.execute(text(STATES))}
    yield from _told(found, ledger)


def _told(found: dict[str, tuple[str, str | None]], ledger: Ledger) -> Iterator[tuple[str, bool, str]]:
    lost = [hold for hold in ledger.ended if hold not in found]
    wrong = [
        hold
        for hold, (told, delivery) in ledger.ended.items()
        if hold in found
        and told != "undecided"
        and (found[hold][0] not in TOLD[told] or (delivery or found[hold][1]) != found[hold][1])
    ]
    unasked = [hold for hold in found if hold not in ledger.ended]
    undecided = len(ledger.unknown)
    yield "no hold or booking lost", not lost, f"{len(lost)} of {len(ledger.ended)}"
    yield "each is as its customer was told", not wrong, f"{len(wrong)} differ"
    yield "none that nobody was told of", len(unasked) <= undecided, f"{len(unasked)}, {undecided} undecided"
    yield "every request was decided", not undecided, f"{undecided} were not"


def _none(connection: Connection, rule: str, statement: str) -> tuple[str, bool, str]:
    found = connection.scalar(text(statement)) or 0
    return rule, found == 0, f"{found} found"


def _count(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(statement)) or 0)
