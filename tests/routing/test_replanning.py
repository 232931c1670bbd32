"""A published plan made anew on the road: what must stay, what may change, who is told, who wins of two."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from deliveries import cancelling
from deliveries.models import Delivery, DeliveryState, DeliveryWindow
from deliveries.queries import by_ids
from kernel import facts, relay
from kernel.database import Sessions
from places.streets import STREETS
from routing import claiming
from routing.models import Drop, Plan, PlanState, StopState
from routing.publishing import PlanAlreadyPublished, PlanOutdated
from routing.replan_answering import ask
from routing.replan_job import ReplanJob
from routing.replan_terms import Seen
from routing.seconds import written
from tests import routing_rows as rows
from tests.routing.conftest import minutes
from tests.routing.test_publishing import at_once
from tests.routing.under_way import ARRIVED, DONE, ENROUTE, Day, day
from tracking.models import Arrival
from tracking.tasks import REFRESH_ARRIVALS

__all__ = ["day"]


class TestAReplan:
    def test_of_an_unchanged_day_changes_nothing_and_tells_nobody(self, day: Day) -> None:
        before = [day.route(0), day.route(1)]

        plan = day.replan()
        day.publish(plan)

        assert plan.changes is not None
        assert plan.changes["unchanged_deliveries"] == 8
        assert all(each["unchanged"] for each in plan.changes["drivers"])
        for number, route in enumerate(before):
            after = day.route(number)
            assert (after.version, after.revision, after.line) == (route.version, 0, route.line)
            assert day.kinds(route.id) == []
        assert day.house.plan(plan.id).state is PlanState.PUBLISHED
        assert [route.id for route in day.house.plan(plan.id).routes] == [route.id for route in before]

    def test_puts_a_new_delivery_into_a_round_that_has_not_begun(self, day: Day) -> None:
        new = day.house.delivery(2500)
        told = day.promises()

        plan = day.replan(delivery_ids=[new.id])
        day.publish(plan)

        assert day.ahead(0) == [*day.ids(0, 0, 1), [new.id], *day.ids(0, 2, 3)]
        assert day.ahead(1) == day.ids(1, 0, 1, 2, 3)
        assert day.promises() == told
        with Sessions() as session:
            (after,) = by_ids(session, [new.id])
        assert (after.state, after.promise is not None) == (DeliveryState.SCHEDULED, True)
        assert day.kinds(new.id) == ["delivery.scheduled"]
        assert day.kinds(day.deliveries[0][0].id) == []
        assert day.kinds(day.route(0).id) == ["route.replanned"]
        assert day.kinds(day.route(1).id) == []
        change = day.route(0).latest_change
        assert change is not None
        assert (len(change["stops_added"]), change["stops_removed"], change["order_changed"]) == (1, [], False)

    def test_moves_only_the_promises_that_a_late_courier_cannot_keep(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, DONE, minute=10)
        day.drive(0, 1, ENROUTE, minute=12)
        told, untouched = day.promises(), day.route(1).version

        held_up = day.shifts[0].starts_at + minutes(40)
        plan = day.replan(available_at=[(day.shifts[0].id, held_up)])
        day.publish(plan)

        # Planned at 10, 20, 30, 40 and promised half an hour around. From 40 on, with nine minutes and a half a leg and
        # two at each door: at 49:30, 61 and 72:30.
        after = day.promises()
        first, second, third, fourth = (each.id for each in day.deliveries[0])
        assert after[first] == told[first]
        moved = {delivery_id for delivery_id, promise in after.items() if promise != told[delivery_id]}
        assert moved == {third, fourth}
        assert plan.changes is not None
        by_id = {UUID(each["delivery_id"]): each for each in plan.changes["deliveries"]}
        assert first not in by_id  # it is history
        assert by_id[third]["moved_min"] > 0
        assert by_id[second]["unchanged"]
        assert (plan.changes["moved_promises"], plan.changes["unchanged_deliveries"]) == (2, 5)
        assert "delivery.promise_moved" in day.kinds(fourth)
        assert "delivery.promise_moved" not in day.kinds(second)
        assert day.route(1).version == untouched
        change = day.route(0).latest_change
        assert change is not None
        assert set(change["promises_moved"]) == {str(third), str(fourth)}

    def test_gives_the_stops_of_a_van_that_never_left_to_others(self, day: Day) -> None:
        plan = day.replan(broken=[day.shifts[0].id])
        day.publish(plan)

        assert day.ahead(0) == []
        assert sorted(day.ahead(1)) == sorted(day.ids(0, 0, 1, 2, 3) + day.ids(1, 0, 1, 2, 3))
        assert day.states(0) == [DeliveryState.SCHEDULED] * 4
        withdrawn = day.route(0).stops
        assert [stop.withdrawn_at for stop in withdrawn] == [day.house.now] * 4
        with Sessions() as session:
            drops = session.scalars(select(Drop).where(Drop.withdrawn_at.is_(None))).all()
        assert len(drops) == len({drop.delivery_id for drop in drops}) == 8

    def test_leaves_what_is_on_board_of_a_broken_van_to_a_later_plan(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, DONE, minute=10)
        day.drive(0, 1, ENROUTE, minute=12)

        plan = day.proposed(broken=[day.shifts[0].id])
        day.publish(plan)

        assert {left.reason for left in plan.unassigned} == {"ON_BOARD"}
        assert day.states(0) == [DeliveryState.DELIVERED, *[DeliveryState.CONFIRMED] * 3]
        assert day.ahead(0) == []
        assert day.ahead(1) == day.ids(1, 0, 1, 2, 3)
        assert day.kinds(day.deliveries[0][1].id)[-1] == "delivery.unscheduled"
        assert day.route(0).stops[0].state is StopState.DONE

    def test_keeps_what_is_done_driven_to_and_on_board(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, DONE, minute=10)
        day.drive(0, 2, ENROUTE, minute=12)  # out of turn: the courier knows why
        done, driven_to = (day.route(0).stops[index].id for index in (0, 2))
        new = day.house.delivery(3100)

        held_up, seen = day.house.now + minutes(60), Seen(rows.near(1500), day.house.now)
        plan = day.replan(
            delivery_ids=[new.id],
            seen={day.shifts[0].driver_id: seen},
            available_at=[(day.shifts[0].id, held_up)],
        )
        day.publish(plan)

        route = day.route(0)
        assert [route.stops[0].id, route.stops[1].id] == [done, driven_to]
        assert route.stops[0].planned_start_at == day.shifts[0].starts_at + minutes(10)
        assert sorted(day.ahead(0)) == sorted(day.ids(0, 1, 2, 3))
        assert [new.id] in day.ahead(1)  # the only one who has not left
        assert [stop.sequence for stop in route.stops] == [1, 2, 3, 4]
        assert route.resumes_at == held_up
        assert route.departs_at == day.shifts[0].starts_at

    def test_prices_a_promise_to_its_last_second_and_lets_nobody_wait_at_the_door(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, minute=10)
        with Sessions.begin() as session:
            plan = session.get_one(Plan, day.request())
            job = claiming.claim(session, plan.id, now=day.house.now)
        assert isinstance(job, ReplanJob)

        asked = ask(job, streets=STREETS.get())

        stops = {each.id: each.soft_window for each in asked.problem.stops}
        at_the_door, next_one = (stops[str(day.deliveries[0][each].id)] for each in (0, 1))
        assert at_the_door is not None
        assert next_one is not None
        assert (at_the_door.early_cost_per_h, next_one.early_cost_per_h) == (0, next_one.late_cost_per_h)
        promise = day.promises()[day.deliveries[0][1].id]
        assert promise is not None
        assert asked.question.origin.instant(next_one.end_s) == promise.until - timedelta(seconds=1)

    def test_lets_a_helping_courier_be_late_too(self, day: Day) -> None:
        helper, held_up = day.house.shift(), day.shifts[0].starts_at + minutes(75)
        broken = [shift.id for shift in day.shifts]

        plan = day.replan(helping=[helper.id], available_at=[(helper.id, held_up)], broken=broken)

        (route,) = plan.routes
        assert route.shift_id == helper.id
        assert route.departs_at >= held_up

    def test_brings_late_what_everybody_is_too_late_for(self, day: Day) -> None:
        """Not "none of its windows is open during the shifts": they began long ago."""
        first = day.deliveries[0][0]
        window = DeliveryWindow(delivery_id=first.id, starts_at=day.house.now, ends_at=day.house.now + minutes(65))
        with Sessions.begin() as session:
            session.add(window)
        late = [(shift.id, shift.starts_at + minutes(90)) for shift in day.shifts]

        plan = day.replan(available_at=late)

        assert plan.unassigned == []
        assert first.id in {drop.delivery_id for route in plan.routes for stop in route.stops for drop in stop.drops}

    def test_brings_nothing_new_when_every_van_has_left(self, day: Day) -> None:
        for number in (0, 1):
            day.drive(number, 0, ENROUTE, minute=5)
        new = day.house.delivery(3100)

        plan = day.proposed(delivery_ids=[new.id])

        (left,) = plan.unassigned
        assert (left.delivery_id, left.reason) == (new.id, "NO_VAN_AT_DEPOT")

    def test_says_what_would_help_where_something_new_does_not_fit(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, minute=5)
        ends_at = day.shifts[1].ends_at
        late = (ends_at + minutes(10), ends_at + minutes(60))
        heavy, closed = day.house.delivery(3100, weights_g=[1000] * 41), day.house.delivery(3200, windows=[late])

        plan = day.replan(delivery_ids=[heavy.id, closed.id])

        left = {each.delivery_id: each for each in plan.unassigned}
        assert {each.nearest_vehicle["shift_id"] for each in left.values() if each.nearest_vehicle} == {
            str(day.shifts[1].id)  # the one who has not left
        }
        assert [each["rule"] for each in left[heavy.id].exceeded] == ["capacity"]
        assert left[heavy.id].relaxation is not None
        assert left[closed.id].relaxation is not None
        assert left[closed.id].relaxation["window"]["starts_at"] == written(late[0])

    @pytest.mark.parametrize("fixed", ["nothing", "stops", "time"])
    def test_never_gives_a_refused_stop_to_that_driver_again(self, day: Day, fixed: str) -> None:
        ends_at = day.shifts[0].ends_at
        wishes = {"nothing": {}, "stops": {"fixed_stops": 3}, "time": {"fixed_until": ends_at}}[fixed]
        refused = day.deliveries[0][1].id
        stop = next(stop for stop in day.route(0).stops if stop.drops[0].delivery_id == refused)

        plan = day.replan(refused=[stop.id], **wishes)
        day.publish(plan)

        assert [refused] in day.ahead(1)
        with Sessions() as session:
            assert session.get_one(Delivery, refused).refused_driver_ids == [str(day.shifts[0].driver_id)]
        assert "delivery.refused_by_driver" in day.kinds(refused)

        again = day.replan(broken=[day.shifts[1].id])
        (left,) = again.unassigned
        assert (left.delivery_id, left.reason) == (refused, "VEHICLE_NOT_ALLOWED")

    def test_keeps_the_next_stops_where_they_are_when_told_so(self, day: Day) -> None:
        # From the far end the present order is a detour; what is fixed keeps its turn all the same.
        for wishes in ({"fixed_stops": 2}, {"fixed_until": day.shifts[0].starts_at + minutes(21)}):
            with Sessions.begin() as session:
                plan = session.get_one(Plan, day.request(**wishes))
                job = claiming.claim(session, plan.id, now=day.house.now)
            assert isinstance(job, ReplanJob)
            problem = ask(job, streets=STREETS.get()).problem
            locked = [vehicle.locked for vehicle in problem.vehicles]
            assert sorted(locked) == sorted(
                tuple(str(day.deliveries[number][each].id) for each in (0, 1)) for number in (0, 1)
            )


class TestPublishingAReplan:
    def test_of_two_at_once_lets_one_win(self, day: Day) -> None:
        one, two = (day.proposed(delivery_ids=[day.house.delivery(metres).id]) for metres in (1500, 2500))

        outcomes = at_once(lambda: day.publish(one), lambda: day.publish(two))

        (refusal,) = [outcome for outcome in outcomes if outcome is not None]
        assert isinstance(refusal, PlanOutdated)
        assert refusal.facts == {"route_ids": [day.route(0).id]}
        assert len(day.ahead(0)) == 5
        assert {day.house.plan(one.id).state, day.house.plan(two.id).state} == {PlanState.PUBLISHED, PlanState.SOLVED}

    def test_of_one_twice_at_once_happens_once(self, day: Day) -> None:
        plan = day.proposed(delivery_ids=[day.house.delivery(1500).id])

        outcomes = at_once(lambda: day.publish(plan), lambda: day.publish(plan))

        assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", PlanAlreadyPublished.__name__]
        assert day.kinds(day.route(0).id) == ["route.replanned"]

    def test_does_not_mind_that_the_couriers_go_on_as_it_proposes(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, minute=10)
        plan = day.proposed(delivery_ids=[day.house.delivery(-1500).id])
        day.drive(0, 0, DONE, minute=12)
        day.drive(0, 1, ENROUTE)

        day.publish(plan)

        assert day.ahead(0) == day.ids(0, 1, 2, 3)
        assert day.states(0)[0] is DeliveryState.DELIVERED

    def test_refuses_what_a_courier_has_done_otherwise(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, minute=10)
        plan = day.proposed(available_at=[(day.shifts[0].id, day.house.now + minutes(60))])
        day.drive(0, 2, ENROUTE, ARRIVED, DONE, minute=15)
        before, told = day.ahead(0), day.promises()

        with pytest.raises(PlanOutdated) as refused:
            day.publish(plan)

        third = next(stop.id for stop in day.route(0).stops if stop.drops[0].delivery_id == day.deliveries[0][2].id)
        assert refused.value.facts == {"stop_ids": [third]}
        assert (day.ahead(0), day.promises()) == (before, told)
        assert day.house.plan(plan.id).state is PlanState.SOLVED

    def test_refuses_to_reload_a_van_that_has_left_meanwhile(self, day: Day) -> None:
        plan = day.proposed(delivery_ids=[day.house.delivery(1500).id])
        day.drive(0, 0, ENROUTE, minute=1)

        with pytest.raises(PlanOutdated) as refused:
            day.publish(plan)
        assert refused.value.facts == {"route_ids": [day.route(0).id]}

    def test_refuses_what_was_cancelled_meanwhile(self, day: Day) -> None:
        plan = day.proposed(available_at=[(day.shifts[0].id, day.shifts[0].starts_at + minutes(90))])
        gone = day.deliveries[0][3]
        with Sessions.begin() as session:
            (found,) = by_ids(session, [gone.id], for_update=True)
            cancelling.cancel(session, found, now=day.house.now, by=None)

        with pytest.raises(PlanOutdated) as refused:
            day.publish(plan)
        assert refused.value.facts == {"delivery_ids": [gone.id]}

    def test_of_a_helping_shift_gives_its_driver_a_route(self, day: Day) -> None:
        helper = day.house.shift()
        plan = day.replan(broken=[day.shifts[0].id, day.shifts[1].id], helping=[helper.id])

        day.publish(plan)

        routes = day.house.plan(plan.id).routes
        assert [route.shift_id for route in routes if route.stops[0].withdrawn_at is None] == [helper.id]
        fresh = next(route for route in routes if route.shift_id == helper.id)
        assert day.kinds(fresh.id) == ["route.published"]
        assert len(fresh.stops) == 8


class TestArrivals:
    def test_are_reckoned_from_where_the_replan_goes_on(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, ARRIVED, DONE, minute=10)
        day.at(30)  # ten minutes behind, and nobody set out
        held_up = day.house.now + minutes(15)
        day.publish(day.proposed(available_at=[(day.shifts[0].id, held_up)]))
        with Sessions.begin() as session:
            relay.place(session)

        facts.drain(Sessions, consumer=REFRESH_ARRIVALS, aggregate_id=day.route(0).id)

        with Sessions() as session:
            arrivals = session.scalars(select(Arrival).order_by(Arrival.expected_at)).all()
        ahead = [stop for stop in day.route(0).stops if stop.state is StopState.PLANNED]
        assert [arrival.stop_id for arrival in arrivals] == [stop.id for stop in ahead]
        assert arrivals[0].expected_at == held_up + timedelta(seconds=ahead[0].leg_duration_s)
