"""Facts: order, positions, and that each consumer handles each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from kernel import facts, relay
from kernel.database import Sessions
from kernel.facts import Consumer, Fact, FactRow
from kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Fact, kind="test.kettle_boiled", about="kettle_id"):
    """Only tests boil kettles."""

    kettle_id: UUID
    litres: int


def boil(session: Session, kettle_id: UUID, now: datetime, litres: int = 1) -> None:
    facts.record(session, KettleBoiled(kettle_id=kettle_id, litres=litres, at=now))


class TestRelay:
    def test_gives_positions_in_order_and_once(self, committing: Engine, now: datetime) -> None:
        kettle = new_id()
        with Sessions.begin() as session:
            for litres in range(5):
                boil(session, kettle, now, litres)
        with Sessions.begin() as session:
            first = [fact.position for fact in relay.place(session)]
        with Sessions.begin() as session:
            again = relay.place(session)

        assert first == list(range(first[0] or 0, (first[0] or 0) + 5))
        assert not again

    def test_does_not_let_a_cursor_pass_a_row_that_commits_late(self, committing: Engine, now: datetime) -> None:
        early, late = new_id(), new_id()
        with Sessions() as slow:
            boil(slow, late, now)
            slow.flush()
            with Sessions.begin() as session:
                boil(session, early, now)
            with Sessions.begin() as session:
                (seen,) = relay.place(session)
            slow.commit()
        with Sessions.begin() as session:
            (after,) = facts.since(session, after=seen.position or 0) or relay.place(session)

        assert seen.aggregate_id == early
        assert after.aggregate_id == late
        assert (after.position or 0) > (seen.position or 0)

    def test_stops_when_told_and_forwards_what_it_places(self, committing: Engine, now: datetime) -> None:
        kettle = new_id()
        with Sessions.begin() as session:
            boil(session, kettle, now)
        forwarded: list[UUID] = []

        relay.run(
            committing,
            forward=lambda placed: forwarded.extend(fact.aggregate_id for fact in placed),
            stopping=lambda: bool(forwarded),
            pause_s=0.01,
        )

        assert forwarded == [kettle]

    def test_waits_in_reserve_while_another_one_runs(self, committing: Engine, now: datetime) -> None:
        with Sessions.begin() as session:
            boil(session, new_id(), now)
        with committing.connect() as other:
            other.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": relay._LOCK})
            rounds = iter([False, False, True, True, True])
            relay.run(
                committing, forward=lambda placed: pytest.fail("forwarded"), stopping=lambda: next(rounds), pause_s=0.01
            )
            other.execute(text("SELECT pg_advisory_unlock_all()"))


class TestConsumer:
    def test_handles_each_fact_once_in_order(self, session: Session, now: datetime) -> None:
        kettle, seen = new_id(), []
        for litres in (3, 1, 2):
            boil(session, kettle, now, litres)
        session.flush()
        relay.place(session)
        session.commit()
        consumer = Consumer.of("test.kettles", {KettleBoiled: lambda _, fact: seen.append(fact.data["litres"])})

        handled = facts.drain(Sessions, consumer=consumer, aggregate_id=kettle)
        again = facts.drain(Sessions, consumer=consumer, aggregate_id=kettle)

        assert (handled, again, seen) == (3, 0, [3, 1, 2])

    def test_leaves_no_trace_of_a_deed_that_failed_and_tries_it_again(self, session: Session, now: datetime) -> None:
        kettle, tries = new_id(), []
        boil(session, kettle, now)
        session.flush()
        relay.place(session)
        session.commit()

        def handle(inner: Session, fact: FactRow) -> None:
            boil(inner, kettle, now, litres=99)
            inner.flush()
            tries.append(fact.position)
            if len(tries) == 1:
                raise OSError("the kettle leaks")

        consumer = Consumer.of("test.kettles", {KettleBoiled: handle})
        with pytest.raises(OSError, match="leaks"):
            facts.drain(Sessions, consumer=consumer, aggregate_id=kettle)
        written = session.scalar(text("SELECT count(*) FROM facts WHERE data ->> 'litres' = '99'"))
        handled = facts.drain(Sessions, consumer=consumer, aggregate_id=kettle)

        assert (written, handled) == (0, 1)

    def test_is_found_by_the_sweep_until_it_has_handled(self, session: Session, now: datetime) -> None:
        kettle, other = new_id(), new_id()
        boil(session, kettle, now - timedelta(minutes=1))
        boil(session, other, now)
        session.flush()
        relay.place(session)
        session.commit()
        consumer = Consumer.of("test.kettles", {KettleBoiled: lambda _, __: None})

        before = facts.unhandled(session, consumer=consumer, before=now - timedelta(seconds=5))
        facts.drain(Sessions, consumer=consumer, aggregate_id=kettle)
        after = facts.unhandled(session, consumer=consumer, before=now - timedelta(seconds=5))

        assert (before, after) == ([kettle], [])


class TestPrune:
    def test_keeps_what_is_young_and_what_has_no_position(self, session: Session, now: datetime) -> None:
        old, young, unplaced = new_id(), new_id(), new_id()
        boil(session, old, now - timedelta(days=2))
        boil(session, young, now)
        session.flush()
        relay.place(session)
        boil(session, unplaced, now - timedelta(days=2))
        session.flush()

        assert facts.prune(session, before=now - timedelta(days=1)) == 1
        left = session.scalars(text("SELECT aggregate_id FROM facts")).all()
        assert set(left) == {young, unplaced}
