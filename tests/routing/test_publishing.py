"""Publishing: all of it or nothing, one winner, and what happens to a route afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from accounts.models import Person, Role
from deliveries import cancelling
from deliveries.models import Delivery, DeliveryState
from deliveries.queries import by_ids
from kernel import facts, relay
from kernel.database import Sessions
from kernel.errors import Refusal
from kernel.facts import FactRow
from routing import publishing
from routing.constraints import refused_as
from routing.given import fingerprint, given_delivery, given_shift
from routing.models import Drop, Plan, PlanState, Route, Shift, Stop, StopState
from routing.publishing import PlanAlreadyPublished, PlanNotSolved, PlanOutdated, PlanWithoutRoutes
from routing.requesting import ShiftAlreadyRouted, ShiftOver
from routing.tasks import SHOW, WITHDRAW
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes


def solved(house: House, shift: Shift, *groups: list[Delivery]) -> Plan:
    """A solved plan as the task would have stored it, a stop for each group, without the wait."""
    with Sessions.begin() as session:
        on = session.merge(shift)
        route = rows.published_route(
            session,
            on=on,
            stops=[[session.merge(each) for each in group] for group in groups],
            now=house.now,
            published=False,
        )
        route.fingerprint = fingerprint(given_shift(on))
        for drop in (drop for stop in route.stops for drop in stop.drops):
            drop.fingerprint = fingerprint(given_delivery(drop.delivery))
        return session.get_one(Plan, route.plan_id)


def publish(house: House, plan: Plan) -> None:
    with Sessions.begin() as session:
        publishing.publish(session, session.get_one(Plan, plan.id), now=house.now, by=house.caller.person_id)


def at_once(*deeds: Callable[[], None]) -> list[Refusal | None]:
    """Run the deeds in threads that start together; return what each was refused with."""
    gate, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(index: int, deed: Callable[[], None]) -> None:
        gate.wait()
        try:
            deed()
        except Refusal as refusal:
            outcomes[index] = refusal  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(outcomes)


def unchanged(house: House, *deliveries: Delivery) -> bool:
    with Sessions() as session:
        published = session.scalars(select(Route).where(Route.published_at.is_not(None))).all()
        states = {each.state for each in by_ids(session, [each.id for each in deliveries])}
    return not published and DeliveryState.SCHEDULED not in states


class TestPublishing:
    def test_schedules_and_promises_and_tells(self, house: House) -> None:
        shift = house.shift()
        window = (shift.starts_at, shift.starts_at + minutes(25))
        free, tight = house.delivery(300), house.delivery(600, windows=[window])
        plan = solved(house, shift, [free], [tight])

        publish(house, plan)

        after = house.plan(plan.id)
        (route,) = after.routes
        assert (after.state, after.published_at, route.published_at) == (PlanState.PUBLISHED, house.now, house.now)
        by_id = {drop.delivery_id: drop.delivery for stop in route.stops for drop in stop.drops}
        assert {each.state for each in by_id.values()} == {DeliveryState.SCHEDULED}
        ten, half = minutes(10), minutes(30)
        promised = by_id[free.id].promise
        assert promised is not None
        assert (promised.from_, promised.until) == (shift.starts_at + ten - half, shift.starts_at + ten + half)
        promised = by_id[tight.id].promise
        assert promised is not None
        assert (promised.from_, promised.until) == window
        with Sessions() as session:
            told = session.scalars(select(FactRow).where(FactRow.kind == "route.published")).one()
        assert told.data["driver_id"] == str(shift.driver_id)
        assert set(told.data["delivery_ids"]) == {str(free.id), str(tight.id)}

    def test_is_done_by_one_of_two_at_once(self, house: House) -> None:
        plan = solved(house, house.shift(), [house.delivery(300)])

        outcomes = at_once(lambda: publish(house, plan), lambda: publish(house, plan))

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "PlanAlreadyPublished"]
        with Sessions() as session:
            assert len(session.scalars(select(FactRow).where(FactRow.kind == "plan.published")).all()) == 1

    def test_of_two_plans_for_one_shift_at_once_lets_one_win(self, house: House) -> None:
        shift = house.shift()
        one, two = (solved(house, shift, [house.delivery(metres)]) for metres in (300, 600))

        outcomes = at_once(lambda: publish(house, one), lambda: publish(house, two))

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "ShiftAlreadyRouted"]
        states = {house.plan(one.id).state, house.plan(two.id).state}
        assert states == {PlanState.PUBLISHED, PlanState.SOLVED}

    def test_of_two_plans_with_one_delivery_at_once_lets_one_win(self, house: House) -> None:
        shared = house.delivery(300)
        one, two = (solved(house, house.shift(), [shared]) for _ in range(2))

        outcomes = at_once(lambda: publish(house, one), lambda: publish(house, two))

        (refusal,) = [outcome for outcome in outcomes if outcome is not None]
        assert isinstance(refusal, PlanOutdated)
        assert refusal.facts["delivery_ids"] == [shared.id]

    def test_is_held_to_one_route_a_shift_by_the_database(self, house: House) -> None:
        shift = house.shift()
        publish(house, solved(house, shift, [house.delivery(300)]))

        second = solved(house, shift, [house.delivery(600)])

        def past_the_check() -> None:
            with (
                Sessions.begin() as session,
                refused_as({"uq_routes_shift_published": ShiftAlreadyRouted}, session),
            ):
                session.scalars(select(Route).where(Route.plan_id == second.id)).one().published_at = house.now

        with pytest.raises(ShiftAlreadyRouted):
            past_the_check()

    def test_refuses_what_changed_since_and_changes_nothing(self, house: House) -> None:
        shift, stays, moves = house.shift(), house.delivery(300), house.delivery(600)
        plan = solved(house, shift, [stays], [moves])
        house.change(Delivery, moves.id, place=rows.near(-900))

        with pytest.raises(PlanOutdated) as refused:
            publish(house, plan)

        assert refused.value.facts == {"delivery_ids": [moves.id]}
        assert house.plan(plan.id).state is PlanState.SOLVED
        assert unchanged(house, stays, moves)

    @pytest.mark.parametrize("change", [{"active": False}, {"role": Role.COUNTER}])
    def test_refuses_a_shift_whose_driver_drives_no_more(self, house: House, change: dict[str, Any]) -> None:
        shift = house.shift()
        plan = solved(house, shift, [house.delivery(300)])
        house.change(Person, shift.driver_id, **change)

        with pytest.raises(PlanOutdated) as refused:
            publish(house, plan)

        assert refused.value.facts == {"shift_ids": [shift.id]}

    def test_refuses_a_shift_that_changed_since(self, house: House) -> None:
        shift = house.shift()
        plan = solved(house, shift, [house.delivery(300)])
        house.change(Shift, shift.id, ends_at=shift.ends_at - minutes(60))

        with pytest.raises(PlanOutdated) as refused:
            publish(house, plan)

        assert refused.value.facts == {"shift_ids": [shift.id]}

    def test_does_not_mind_a_change_that_no_plan_rests_on(self, house: House) -> None:
        each = house.delivery(300)
        plan = solved(house, house.shift(), [each])
        house.change(Delivery, each.id, access_notes="Ring twice", recipient_phone="+358409999999")

        publish(house, plan)

    def test_refuses_a_plan_that_is_not_solved(self, house: House) -> None:
        house.delivery(300)
        plan_id = house.request(house.shift())

        with pytest.raises(PlanNotSolved) as refused:
            publish(house, house.plan(plan_id))
        assert refused.value.facts == {"state": "queued"}

    def test_refuses_a_plan_in_which_nobody_drives(self, house: House) -> None:
        shift = house.shift()
        plan = house.solved(shift, deliveries=[house.delivery(300, weights_g=[1000] * 41)])

        with pytest.raises(PlanWithoutRoutes):
            publish(house, plan)
        assert house.plan(plan.id).state is PlanState.SOLVED

    def test_refuses_a_plan_that_is_published(self, house: House) -> None:
        plan = solved(house, house.shift(), [house.delivery(300)])
        publish(house, plan)

        with pytest.raises(PlanAlreadyPublished):
            publish(house, plan)

    def test_refuses_a_route_of_the_past(self, house: House) -> None:
        plan = solved(house, house.shift(), [house.delivery(300)])

        house.now += timedelta(days=1)
        with pytest.raises(ShiftOver):
            publish(house, plan)


class TestAPublishedRoute:
    def published(self, house: House, *groups: list[Delivery]) -> Route:
        plan = solved(house, house.shift(), *groups)
        publish(house, plan)
        return house.plan(plan.id).routes[0]

    def cancel(self, house: House, delivery: Delivery) -> None:
        with Sessions.begin() as session:
            (found,) = by_ids(session, [delivery.id], for_update=True)
            cancelling.cancel(session, found, now=house.now, by=None)
        with Sessions.begin() as session:
            relay.place(session)
        facts.drain(Sessions, consumer=WITHDRAW, aggregate_id=delivery.id)

    def kinds(self, route_id: UUID) -> list[str]:
        with Sessions() as session:
            about = select(FactRow.kind).where(FactRow.aggregate_id == route_id).order_by(FactRow.seq)
            return list(session.scalars(about))

    def test_loses_a_drop_when_its_delivery_is_cancelled_and_then_the_stop(self, house: House) -> None:
        one, two, other = house.delivery(300), house.delivery(300), house.delivery(600)
        route = self.published(house, [one, two], [other])

        self.cancel(house, one)
        with Sessions() as session:
            stop, untouched = session.scalars(select(Stop).order_by(Stop.sequence)).all()
            gone = {drop.delivery_id for drop in session.scalars(select(Drop).where(Drop.withdrawn_at.is_not(None)))}
            version = session.get_one(Route, route.id).version
        assert gone == {one.id}
        assert stop.withdrawn_at is None
        assert version == route.version + 1

        self.cancel(house, two)
        with Sessions() as session:
            stop, untouched = session.scalars(select(Stop).order_by(Stop.sequence)).all()
        assert stop.withdrawn_at == house.now
        assert untouched.withdrawn_at is None
        assert self.kinds(route.id) == [
            "route.published",
            "route.drop_withdrawn",
            "route.drop_withdrawn",
            "route.stop_withdrawn",
        ]

    def test_keeps_a_stop_that_is_done(self, house: House) -> None:
        each = house.delivery(300)
        route = self.published(house, [each])
        house.change(Stop, route.stops[0].id, state=StopState.DONE)

        self.cancel(house, each)

        with Sessions() as session:
            assert session.scalars(select(Drop)).one().withdrawn_at is None

    def test_shows_what_was_changed_of_a_delivery(self, house: House) -> None:
        from deliveries import changing

        each = house.delivery(300)
        route = self.published(house, [each])
        with Sessions.begin() as session:
            (found,) = by_ids(session, [each.id], for_update=True)
            changing.change(session, found, {"access_notes": "Ring twice"}, now=house.now, by=None)
        with Sessions.begin() as session:
            relay.place(session)

        assert facts.drain(Sessions, consumer=SHOW, aggregate_id=each.id) == 1
        with Sessions() as session:
            assert session.get_one(Route, route.id).version == route.version + 1
