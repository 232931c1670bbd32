"""A published plan made anew on the road: what must stay, what may change, who is told, who wins of two."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from accounts.models import Person
from api.unit import App
from deliveries import cancelling
from deliveries.models import Delivery, DeliveryState, DeliveryWindow
from deliveries.queries import by_ids
from driving import reporting
from driving.models import StopEventKind
from driving.reporting import Report
from kernel import clock, facts, relay
from kernel.clock import Clock
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.ids import new_id
from places.streets import STREETS
from routing import claiming, queries, replanning
from routing.models import Drop, Outcome, Plan, PlanState, Route, Shift, StopState
from routing.publishing import PlanAlreadyPublished, PlanOutdated
from routing.replacing import publish_replan
from routing.replan_answering import ask, told
from routing.replan_job import ReplanJob
from routing.replan_settling import store_replan
from routing.replan_terms import Seen
from routing.replanning import (
    NobodyDrives,
    NothingToReplan,
    NotInThisPlan,
    PlanNotPublished,
    StopUnderWay,
    TooLate,
    Wishes,
    WishesContradict,
)
from routing.requesting import ShiftOver, UnknownShifts
from routing.seconds import written
from routing.solving.assemble import assemble
from routing.solving.inserting.insertion import insert_all
from routing.tasks import solve
from tests import factories
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes
from tests.routing.test_publishing import at_once
from tracking.models import Arrival
from tracking.tasks import REFRESH_ARRIVALS


@dataclass
class Day:
    """A day that is under way: two couriers, each with a published route of stops east of the depot."""

    house: House
    shifts: list[Shift]
    deliveries: list[list[Delivery]]
    plan_ids: list[UUID]
    events: list[UUID] = field(default_factory=list)

    def route(self, number: int) -> Route:
        with Sessions() as session:
            found = session.scalars(
                select(Route.id).where(Route.shift_id == self.shifts[number].id, Route.published_at.is_not(None))
            ).one()
            return queries.route(session, found, caller=self.house.caller)

    def ahead(self, number: int) -> list[list[UUID]]:
        """What the courier still brings, in order."""
        stops = self.route(number).stops
        live = [stop for stop in stops if stop.withdrawn_at is None and stop.state is not StopState.DONE]
        return [[drop.delivery_id for drop in stop.drops] for stop in live]

    def ids(self, number: int, *which: int) -> list[list[UUID]]:
        return [[self.deliveries[number][each].id] for each in which]

    def drive(self, number: int, stop: int, *kinds: StopEventKind, minute: float = 0) -> None:
        """The courier reports of the stop with the delivery numbered so; the clock goes on."""
        self.at(minute) if minute else None
        delivery_id = self.deliveries[number][stop].id
        stops = {drop.delivery_id: each.id for each in self.route(number).stops for drop in each.drops}
        for kind in kinds:
            outcomes = ((delivery_id, Outcome.DELIVERED_TO_RECIPIENT),) if kind is StopEventKind.DONE else ()
            said = Report(
                id=new_id(), stop_id=stops[delivery_id], kind=kind, device_time=self.house.now, outcomes=outcomes
            )
            with Sessions.begin() as session:
                reporting.report(session, said, driver_id=self.shifts[number].driver_id, now=self.house.now)

    def at(self, minute: float) -> None:
        """It is so many minutes after the shifts began."""
        self.house.now = self.shifts[0].starts_at + minutes(minute)
        clock.use(Clock(anchor=datetime.now(UTC), starts_at=self.house.now, speed=1.0))

    def request(self, **wishes: Any) -> UUID:
        with Sessions.begin() as session:
            plan = queries.plan(session, self.plan_ids[0], caller=self.house.caller)
            asked = Wishes(**{"limit_s": 1} | wishes)
            found = replanning.request_replan(session, plan, asked, caller=self.house.caller, now=self.house.now)
        with Sessions.begin() as session:
            relay.place(session)
        return found.id

    def replan(self, **wishes: Any) -> Plan:
        plan_id = self.request(**wishes)
        solve(aggregate_id=str(plan_id))
        found = self.house.plan(plan_id)
        assert found.state is PlanState.SOLVED, found.failure
        return found

    def proposed(self, **wishes: Any) -> Plan:
        """As `replan`, with no search: the present order, and what comes in where it costs least."""
        plan_id = self.request(**wishes)
        with Sessions.begin() as session:
            job = claiming.claim(session, plan_id, now=self.house.now)
        assert isinstance(job, ReplanJob)
        asked = ask(job, streets=STREETS.get())
        sequences = [list(each) for each in asked.start]
        left = [stop for stop in asked.problem.stops if not any(stop in each for each in sequences)]
        unassigned = insert_all(asked.problem, sequences, left)
        solution = assemble(asked.problem, sequences, unassigned=unassigned, found_by="insertion")
        answer = told(asked, solution, streets=STREETS.get())
        with Sessions.begin() as session:
            store_replan(session, answer, job, now=self.house.now)
        return self.house.plan(plan_id)

    def publish(self, plan: Plan) -> None:
        with Sessions.begin() as session:
            publish_replan(session, session.get_one(Plan, plan.id), now=self.house.now, by=None)

    def promises(self) -> dict[UUID, Any]:
        with Sessions() as session:
            ids = [each.id for group in self.deliveries for each in group]
            return {each.id: each.promise for each in by_ids(session, ids)}

    def states(self, number: int) -> list[DeliveryState]:
        with Sessions() as session:
            found = {each.id: each.state for each in by_ids(session, [each.id for each in self.deliveries[number]])}
        return [found[each.id] for each in self.deliveries[number]]

    def kinds(self, aggregate_id: UUID) -> list[str]:
        with Sessions() as session:
            about = select(FactRow.kind).where(FactRow.aggregate_id == aggregate_id).order_by(FactRow.seq)
            return list(session.scalars(about))


@pytest.fixture
def day(house: House) -> Any:
    """Stops at 1, 2, 3, 4 km east for the first courier, west for the second; both leave the depot and come back."""
    shifts = [house.shift(), house.shift()]
    deliveries = [[house.delivery(way * km * 1000) for km in (1, 2, 3, 4)] for way in (1, -1)]
    with Sessions.begin() as session:
        plan = rows.published_plan(
            session,
            on=[session.merge(shift) for shift in shifts],
            stops=[[[session.merge(each)] for each in group] for group in deliveries],
            now=house.now,
        )
    made = Day(house, shifts, deliveries, [plan.id])
    made.at(-30)
    yield made
    clock.use(clock.REAL)


ENROUTE, ARRIVED, DONE = StopEventKind.ENROUTE, StopEventKind.ARRIVED, StopEventKind.DONE


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


class TestAskingForAReplan:
    def test_refuses_a_plan_that_is_not_published(self, day: Day) -> None:
        day.plan_ids = [day.proposed().id]
        with pytest.raises(PlanNotPublished):
            day.request()

    def test_names_shifts_and_stops_that_are_not_of_the_plan(self, day: Day) -> None:
        other = new_id()
        with pytest.raises(NotInThisPlan) as refused:
            day.request(broken=[day.shifts[0].id, other], available_at=[(other, day.house.now)])
        assert [error.pointer for error in refused.value.errors] == ["/broken_shift_ids/1", "/late/0/shift_id"]
        with pytest.raises(NotInThisPlan) as refused:
            day.request(refused=[other])
        assert [error.pointer for error in refused.value.errors] == ["/refused_stop_ids/0"]

    def test_refuses_a_day_without_anybody_to_drive(self, day: Day) -> None:
        with pytest.raises(NobodyDrives) as refused:
            day.request(broken=[shift.id for shift in day.shifts])
        assert [error.pointer for error in refused.value.errors] == ["/broken_shift_ids"]

    def test_refuses_a_shift_of_which_two_things_are_said(self, day: Day) -> None:
        one, other = (shift.id for shift in day.shifts)
        at = [day.house.now + minutes(each) for each in (30, 60, 90)]

        with pytest.raises(WishesContradict) as refused:
            day.request(available_at=[(one, at[0]), (other, at[1]), (one, at[2])], broken=[other], helping=[one, other])

        pointers = [error.pointer for error in refused.value.errors]
        assert pointers == ["/late/1/shift_id", "/late/2/shift_id", "/helping_shift_ids/1"]
        assert day.house.plan(day.plan_ids[0]).state is PlanState.PUBLISHED

    def test_refuses_to_take_a_stop_from_who_is_driving_there(self, day: Day) -> None:
        day.drive(0, 0, ENROUTE, minute=10)
        stops = [stop.id for stop in day.route(0).stops]

        with pytest.raises(StopUnderWay) as refused:
            day.request(refused=[stops[1], stops[0]])

        assert [error.pointer for error in refused.value.errors] == ["/refused_stop_ids/1"]
        with Sessions() as session:
            assert session.get_one(Delivery, day.deliveries[0][1].id).refused_driver_ids == []
        day.request(refused=[stops[0]], broken=[day.shifts[0].id])  # nobody is driving there any more

    def test_names_a_helping_shift_as_the_request_has_it(self, day: Day) -> None:
        nobody, over = new_id(), day.house.shift(lasts=minutes(30))
        mine = day.shifts[0].id

        with pytest.raises(UnknownShifts) as refused:
            day.request(helping=[mine, mine, nobody])
        assert [error.pointer for error in refused.value.errors] == ["/helping_shift_ids/2"]
        day.at(120)
        with pytest.raises(ShiftOver) as late:
            day.request(helping=[mine, over.id])
        assert [error.pointer for error in late.value.errors] == ["/helping_shift_ids/1"]

    def test_refuses_a_courier_who_comes_after_the_shift(self, day: Day) -> None:
        with pytest.raises(TooLate):
            day.request(available_at=[(day.shifts[0].id, day.shifts[0].ends_at)])

    def test_refuses_a_day_that_is_over(self, day: Day) -> None:
        day.at(24 * 60)
        with pytest.raises(NothingToReplan):
            day.request()


class TestOverHttp:
    def test_is_asked_for_read_published_and_seen_by_its_driver(self, day: Day, app: App) -> None:
        client, new = app.test_client(), day.house.delivery(2500)
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
            driver = factories.bearer(app, session.get_one(Person, day.shifts[0].driver_id))

        asked = client.post(f"/v1/plans/{day.plan_ids[0]}/replan", json={"delivery_ids": [str(new.id)]}, headers=desk)
        assert (asked.status_code, asked.json["replans"]) == (202, str(day.plan_ids[0])), asked.json
        with Sessions.begin() as session:
            relay.place(session)
        solve(aggregate_id=asked.json["id"])

        before = client.get("/v1/driver/route", headers=driver)
        plan = client.get(asked.headers["Location"], headers=desk).json
        (brought,) = [each for each in plan["changes"]["deliveries"] if not each["unchanged"]]
        assert (brought["delivery_id"], brought["driver_before"]) == (str(new.id), None)
        assert brought["driver_after"] == str(day.shifts[0].driver_id)
        published = client.post(f"{asked.headers['Location']}/publish", headers=desk)
        assert (published.status_code, published.json["state"]) == (200, "published"), published.json
        assert {route["id"] for route in published.json["routes"]} == {str(day.route(number).id) for number in (0, 1)}

        after = client.get("/v1/driver/route", headers=driver | {"If-None-Match": before.headers["ETag"]})
        assert (after.status_code, after.json["id"], after.json["revision"]) == (200, before.json["id"], 1)
        assert len(after.json["latest_change"]["stops_added"]) == 1
        assert [stop["id"] for stop in after.json["stops"]][2] == after.json["latest_change"]["stops_added"][0]
        other = client.post(f"{asked.headers['Location']}/publish", headers=desk)
        assert (other.status_code, other.json["type"]) == (409, "/problems/plan-already-published")

    def test_says_afterwards_what_was_asked(self, day: Day, app: App) -> None:
        client, helper, until = app.test_client(), day.house.shift(), day.house.now + minutes(20)
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
        asked = {
            "delivery_ids": [str(day.house.delivery(2500).id)],
            "helping_shift_ids": [str(helper.id)],
            "broken_shift_ids": [str(day.shifts[1].id)],
            "late": [{"shift_id": str(day.shifts[0].id), "available_at": written(until)}],
            "refused_stop_ids": [str(day.route(0).stops[1].id)],
            "fixed_stops": 1,
            "fixed_until": written(until),
            "promise_move_cost_per_h": 7200,
            "driver_change_cost": 60,
        }

        answer = client.post(f"/v1/plans/{day.plan_ids[0]}/replan", json=asked, headers=desk)

        assert answer.json["replan_terms"] == asked
        assert client.get(answer.headers["Location"], headers=desk).json["replan_terms"] == asked
        assert client.get(f"/v1/plans/{day.plan_ids[0]}", headers=desk).json["replan_terms"] is None

    def test_names_what_is_wrong(self, day: Day, app: App) -> None:
        client = app.test_client()
        with Sessions.begin() as session:
            desk = factories.bearer(app, session.get_one(Person, day.house.caller.id))
            stranger = factories.bearer(app, factories.person(session))
        path = f"/v1/plans/{day.plan_ids[0]}/replan"

        unknown = client.post(path, json={"delivery_ids": [str(new_id())]}, headers=desk)
        assert (unknown.status_code, unknown.json["type"]) == (422, "/problems/unknown-deliveries")
        planned = client.post(path, json={"delivery_ids": [str(day.deliveries[0][0].id)]}, headers=desk)
        assert (planned.status_code, planned.json["type"]) == (409, "/problems/deliveries-not-plannable")
        assert client.post(path, json={"fixed_stops": -1}, headers=desk).status_code == 422
        assert client.post(path, json={}, headers=stranger).status_code == 404


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
