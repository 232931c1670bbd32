"""From the request to routes: the task `routing.solve`, with the real solver and great-circle times."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from deliveries.models import Delivery, DeliveryState
from kernel import facts
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.geo import Point
from places.adapters.great_circle import GreatCircleStreets
from places.streets import STREETS, Matrix, Profile
from routing import claiming, settling
from routing.claiming import MOST_CLAIMS
from routing.models import Pause, Plan, PlanState, Route, Shift, Vehicle
from routing.tasks import SOLVE, solve
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes


def kinds(plan_id: UUID) -> list[str]:
    with Sessions() as session:
        about = select(FactRow.kind).where(FactRow.aggregate_id == plan_id).order_by(FactRow.seq)
        return list(session.scalars(about))


def waits_for_the_solver(plan_id: UUID) -> bool:
    with Sessions.begin() as session:
        return facts.next_unhandled(session, consumer=SOLVE, aggregate_id=plan_id) is not None


class Meanwhile(GreatCircleStreets):
    """Does something each time a table is asked for: just what may happen while a plan is made."""

    def __init__(self, *deeds: object) -> None:
        self.deeds = list(deeds)

    def table(self, profile: Profile, origins: list[Point], destinations: list[Point], **kerb: bool) -> Matrix:  # type: ignore[override]
        if self.deeds:
            self.deeds.pop(0)()  # type: ignore[operator]
        return super().table(profile, origins, destinations, **kerb)


@pytest.fixture
def streets_again() -> object:
    yield
    STREETS.plug(GreatCircleStreets())


class TestAPlan:
    def test_gives_each_delivery_a_stop_with_a_time_and_a_line(self, house: House) -> None:
        shift = house.shift()
        wanted = [house.delivery(metres) for metres in (300, 900, -500)]

        plan = house.solved(shift)

        assert plan.state is PlanState.SOLVED
        assert plan.percent == 100
        assert plan.estimated_share is not None
        assert plan.estimated_share > 0.5  # straight lines, and the plan says so
        (route,) = plan.routes
        assert route.shift_id == shift.id
        assert shift.starts_at <= route.departs_at < route.ends_at <= shift.ends_at
        assert {drop.delivery_id for stop in route.stops for drop in stop.drops} == {each.id for each in wanted}
        assert [stop.sequence for stop in route.stops] == [1, 2, 3]
        at = route.departs_at
        for stop in route.stops:
            assert at + timedelta(seconds=stop.leg_duration_s) <= stop.planned_arrival_at <= stop.planned_start_at
            assert stop.planned_departure_at - stop.planned_start_at == timedelta(seconds=120)
            at = stop.planned_departure_at
        assert plan.cost is not None
        assert plan.cost["distance_m"] == route.distance_m > 0
        assert kinds(plan.id) == ["plan.requested", "plan.solved"]
        assert not waits_for_the_solver(plan.id)

    def test_keeps_windows_capacity_and_the_break(self, house: House) -> None:
        start = house.now + minutes(60)
        pause = Pause(start + minutes(60), start + minutes(120), 1800)
        with Sessions.begin() as session:
            van = rows.vehicle(
                session, carrier=session.merge(house.carrier), now=house.now, capacities={"weight_g": 3000}
            )
        shift = house.shift(by=van, breaks=[pause])
        early, late = (start, start + minutes(20)), (start + minutes(180), start + minutes(200))
        house.delivery(400, windows=[late])
        house.delivery(300, windows=[early])
        for metres in (500, 700):
            house.delivery(metres, penalty_s=100_000)

        plan = house.solved(shift)

        (route,) = plan.routes
        (left,) = plan.unassigned
        assert left.reason == "NO_ROOM"
        timed = [stop for stop in route.stops if stop.drops[0].delivery.windows]
        for stop, window in zip(timed, (early, late), strict=True):
            assert window[0] <= stop.planned_start_at < window[1]
        (taken,) = route.breaks
        assert taken["starts_at"].endswith("Z")
        assert sum(drop.delivery.parcels[0].weight_g for stop in route.stops for drop in stop.drops) == 3000

    def test_makes_one_stop_of_one_recipient_at_one_door(self, house: House) -> None:
        shift = house.shift()
        twice = [house.delivery(300), house.delivery(300)]
        other_window = [(house.now, house.now + minutes(400))]
        house.delivery(300, windows=other_window)
        house.delivery(300, recipient_name="Eino Leino")

        plan = house.solved(shift)

        (route,) = plan.routes
        together = [stop for stop in route.stops if len(stop.drops) == 2]
        assert [{drop.delivery_id for drop in stop.drops} for stop in together] == [{each.id for each in twice}]
        assert together[0].service_s == 240
        assert len(route.stops) == 3

    def test_says_why_it_leaves_a_delivery_out(self, house: House) -> None:
        shift = house.shift()
        house.delivery(300)
        over = house.delivery(400, windows=[(house.now - minutes(60), house.now - minutes(30))])
        far = house.delivery(90_000)
        too_much = house.delivery(500, weights_g=[10] * 41)

        plan = house.solved(shift)

        reasons = {left.delivery_id: left for left in plan.unassigned}
        assert reasons[over.id].reason == "TIME_WINDOW"
        assert reasons[far.id].reason == "SHIFT_TIME"
        assert reasons[too_much.id].reason == "CAPACITY"
        assert "Bicycle (Aino Virtanen)" in reasons[too_much.id].detail
        assert len(plan.routes[0].stops) == 1

    def test_starts_now_when_its_shift_has_begun(self, house: House) -> None:
        begun = house.shift(starts_in=minutes(-120))
        house.delivery(300)

        plan = house.solved(begun)

        assert plan.routes[0].departs_at >= house.now

    def test_uses_each_vehicles_own_pace(self, house: House) -> None:
        with Sessions.begin() as session:
            on_foot = rows.vehicle(session, carrier=session.merge(house.carrier), now=house.now, profile="foot")
        house.delivery(800)

        walked, ridden = house.solved(house.shift(by=on_foot)), house.solved(house.shift())

        assert walked.routes[0].stops[0].leg_duration_s > ridden.routes[0].stops[0].leg_duration_s


@pytest.mark.usefixtures("streets_again")
class TestWhatChangesMeanwhile:
    def test_is_taken_in_by_solving_again(self, house: House) -> None:
        shift, stays, goes = house.shift(), house.delivery(300), house.delivery(600)
        plan_id = house.request(shift)
        STREETS.plug(Meanwhile(lambda: house.change(Delivery, goes.id, state=DeliveryState.CANCELLED)))

        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert plan.state is PlanState.SOLVED
        assert [drop.delivery_id for stop in plan.routes[0].stops for drop in stop.drops] == [stays.id]
        assert [(left.delivery_id, left.reason) for left in plan.unassigned] == [(goes.id, "CHANGED")]

    def test_fails_the_plan_when_it_never_rests(self, house: House) -> None:
        shift, restless = house.shift(), house.delivery(300)
        plan_id = house.request(shift)

        def change() -> None:
            with Sessions.begin() as session:
                session.get_one(Delivery, restless.id).service_s += 1

        STREETS.plug(Meanwhile(*[change] * 10))
        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert (plan.state, plan.failure) == (PlanState.FAILED, "changed meanwhile: 1 delivery")
        assert kinds(plan_id) == ["plan.requested", "plan.failed"]
        assert not waits_for_the_solver(plan_id)

    def test_does_not_count_when_no_plan_rests_on_it(self, house: House) -> None:
        shift, each = house.shift(), house.delivery(300)
        plan_id = house.request(shift)
        STREETS.plug(Meanwhile(lambda: house.change(Delivery, each.id, access_notes="Ring twice")))

        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert (plan.state, plan.claims) == (PlanState.SOLVED, 1)

    def test_fails_the_plan_when_a_shift_is_cancelled(self, house: House) -> None:
        shift = house.shift()
        house.delivery(300)
        plan_id = house.request(shift)
        house.change(Shift, shift.id, cancelled_at=house.now)

        solve(aggregate_id=str(plan_id))

        assert (house.plan(plan_id).failure or "").startswith("changed meanwhile: a shift")

    def test_counts_when_the_vehicle_is_another_one(self, house: House) -> None:
        shift = house.shift()
        house.delivery(300)
        plan_id = house.request(shift)
        STREETS.plug(Meanwhile(lambda: house.change(Vehicle, shift.vehicle_id, capacities={"parcels": 1})))

        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert (plan.state, plan.claims) == (PlanState.SOLVED, 2)


class TestALostWorker:
    def test_leaves_a_plan_that_the_next_one_takes_up(self, house: House) -> None:
        shift, _ = house.shift(), house.delivery(300)
        plan_id = house.request(shift)
        with Sessions.begin() as session:
            claiming.claim(session, plan_id, now=house.now)  # and then it is gone
        assert house.plan(plan_id).state is PlanState.SOLVING

        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert (plan.state, plan.claims, len(plan.routes)) == (PlanState.SOLVED, 2, 1)

    def test_is_not_replaced_for_ever(self, house: House) -> None:
        shift, _ = house.shift(), house.delivery(300)
        plan_id = house.request(shift)
        house.change(Plan, plan_id, claims=MOST_CLAIMS)

        solve(aggregate_id=str(plan_id))

        plan = house.plan(plan_id)
        assert plan.state is PlanState.FAILED
        assert "given up" in (plan.failure or "")
        assert not waits_for_the_solver(plan_id)

    def test_is_solved_once_when_the_task_comes_twice(self, house: House) -> None:
        house.delivery(300)
        plan = house.solved(house.shift())

        solve(aggregate_id=str(plan.id))

        assert kinds(plan.id) == ["plan.requested", "plan.solved"]
        with Sessions() as session:
            assert len(session.scalars(select(Route)).all()) == 1

    def test_does_not_start_beside_a_search_that_runs(self, house: House) -> None:
        shift = house.shift()
        for metres in range(100, 4000, 100):
            house.delivery(metres)
        plan_id = house.request(shift, limit_s=3)
        tasks = [threading.Thread(target=solve, kwargs={"aggregate_id": str(plan_id)}) for _ in range(2)]
        for task in tasks:
            task.start()
        for task in tasks:
            task.join()

        plan = house.plan(plan_id)
        assert (plan.state, plan.claims) == (PlanState.SOLVED, 1)


class TestCancelling:
    def test_ends_the_search_within_a_second(self, house: House) -> None:
        shift = house.shift()
        for metres in range(100, 6000, 100):
            house.delivery(metres)
        plan_id = house.request(shift, limit_s=60)
        task = threading.Thread(target=solve, kwargs={"aggregate_id": str(plan_id)})
        task.start()
        wait_until(lambda: house.plan(plan_id).best_cost is not None)
        watched = house.plan(plan_id)
        assert watched.state is PlanState.SOLVING

        with Sessions.begin() as session:
            settling.cancel(session, session.get_one(Plan, plan_id), now=house.now, by=None)
        asked_s = time.monotonic()
        task.join(timeout=5)

        assert not task.is_alive()
        assert time.monotonic() - asked_s < 2.5  # a second, and what a busy machine takes
        plan = house.plan(plan_id)
        assert (plan.state, plan.routes) == (PlanState.CANCELLED, [])
        assert kinds(plan_id) == ["plan.requested", "plan.cancelled"]
        assert not waits_for_the_solver(plan_id)

    def test_of_a_queued_plan_leaves_the_solver_nothing_to_do(self, house: House) -> None:
        house.delivery(300)
        plan_id = house.request(house.shift())
        with Sessions.begin() as session:
            settling.cancel(session, session.get_one(Plan, plan_id), now=house.now, by=None)

        solve(aggregate_id=str(plan_id))

        assert house.plan(plan_id).state is PlanState.CANCELLED
        assert not waits_for_the_solver(plan_id)


def wait_until(true: object, *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, "it never came to pass"
        time.sleep(0.05)
