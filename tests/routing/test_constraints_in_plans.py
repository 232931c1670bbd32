"""What a plan was asked for is what its routes keep: from the request through the real search to the stored stops."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from deliveries.models import Alternative, Delivery
from kernel.database import Sessions
from kernel.facts import FactRow
from routing import publishing, settling
from routing.claiming import claim
from routing.familiarity import familiar
from routing.given import fingerprint, given_delivery, given_shift
from routing.models import Outcome, Pause, Plan, PlanState, Profile, Shift
from routing.settling import PlanNotBeingSolved
from routing.tasks import solve
from routing.traffic import Spell
from routing.wishes import Wishes
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes
from tests.routing.solving.running import errands


def solved(house: House, *shifts: Shift, limit_s: int = 1, **wishes: Any) -> Plan:
    plan_id = house.request(*shifts, limit_s=limit_s, wishes=Wishes(**wishes))
    solve(aggregate_id=str(plan_id))
    plan = house.plan(plan_id)
    assert plan.state is PlanState.SOLVED, plan.failure
    return plan


def brought(plan: Plan) -> dict[UUID, UUID]:
    """Which shift brings which delivery."""
    return {drop.delivery_id: route.shift_id for route in plan.routes for stop in route.stops for drop in stop.drops}


def vehicle(house: House, **given: Any) -> Any:
    with Sessions.begin() as session:
        return rows.vehicle(session, carrier=session.merge(house.carrier), now=house.now, **given)


class TestADelivery:
    def test_goes_where_somebody_can_receive_it(self, house: House) -> None:
        shift = house.shift()
        asleep = (shift.starts_at - minutes(300), shift.starts_at - minutes(240))
        evening = (shift.starts_at + minutes(60), shift.starts_at + minutes(120))
        written = [{"starts_at": evening[0].isoformat(), "ends_at": evening[1].isoformat()}]
        locker = Alternative(sequence=0, address_text="Locker 7", place=rows.near(700), written_windows=written)
        each = house.delivery(300, windows=[asleep], alternatives=[locker])
        free = house.delivery(
            400, alternatives=[Alternative(sequence=0, address_text="Far", place=rows.near(9000), written_windows=[])]
        )

        plan = solved(house, shift)

        (route,) = plan.routes
        chosen = {drop.delivery_id: (drop.alternative_id, stop) for stop in route.stops for drop in stop.drops}
        alternative_id, stop = chosen[each.id]
        assert (alternative_id, stop.place, stop.drops[0].address.text) == (locker.id, locker.place, "Locker 7")
        assert evening[0] <= stop.planned_start_at < evening[1]
        assert chosen[free.id][0] is None
        assert (len(route.stops), plan.unassigned) == (2, [])
        with Sessions.begin() as session:
            publishing.publish(session, session.get_one(Plan, plan.id), now=house.now, by=None)
        with Sessions() as session:
            promised = session.get_one(Delivery, each.id).promise
        assert promised is not None
        assert evening[0] <= promised.from_ < promised.until <= evening[1]

    def test_is_brought_by_who_can_and_may(self, house: House) -> None:
        cooled = house.shift(by=vehicle(house, skills=["cooled"]), skills=["two_people"])
        plain, third = house.shift(), house.shift()
        needs = house.delivery(300, required_skills=["cooled", "two_people"])
        shuns = house.delivery(400, excluded_skills=["cooled"], refused_driver_ids=[str(third.driver_id)])
        kept = house.delivery(500)
        nobody = house.delivery(700, required_skills=["wings"])

        plan = solved(house, cooled, plain, third, allowed_shifts={kept.id: (third.id,)})

        assert brought(plan) == {needs.id: cooled.id, shuns.id: plain.id, kept.id: third.id}
        (left,) = plan.unassigned
        assert (left.delivery_id, left.reason) == (nobody.id, "SKILL")

    def test_takes_its_time_to_park(self, house: House) -> None:
        house.delivery(300, setup_s=300)
        house.delivery(900, setup_s=None)

        plan = solved(house, house.shift(end_place=None), setup_s=60)

        (route,) = plan.routes
        near, far = route.stops
        parked = near.planned_arrival_at - route.departs_at - timedelta(seconds=near.leg_duration_s)
        assert parked == minutes(5)
        assert far.planned_arrival_at == near.planned_departure_at + timedelta(seconds=far.leg_duration_s + 60)
        assert plan.cost is not None
        assert plan.cost["setup_s"] == 360

    def test_has_a_price_by_its_priority(self, house: House) -> None:
        shift = house.shift(max_stops=1)
        for metres in (300, 900):
            house.delivery(metres, priority=10)

        plan = solved(house, shift)

        assert (len(brought(plan)), len(plan.unassigned)) == (1, 1)
        assert plan.cost is not None
        assert plan.cost["penalties"] == 1200

    def test_leaves_room_for_what_comes_back(self, house: House) -> None:
        shift = house.shift(by=vehicle(house, capacities={"weight_g": 1500}))
        for metres in (300, 600):
            house.delivery(metres, weights_g=[100], collects={"weight_g": 1000}, penalty_s=900)

        plan = solved(house, shift)

        assert len(brought(plan)) == 1
        assert len(plan.unassigned) == 1


class TestAVehicle:
    def test_slows_down_in_traffic_and_takes_every_break(self, house: House) -> None:
        start = house.now + minutes(60)
        pauses = [
            Pause(start + minutes(60), start + minutes(70), 600),
            Pause(start + minutes(120), start + minutes(130), 900),
        ]
        shift = house.shift(by=vehicle(house, profile=Profile.CAR, kerb_side=True), breaks=pauses)
        early, late = (start, start + minutes(50)), (start + minutes(180), start + minutes(200))
        house.delivery(3000, windows=[early])
        house.delivery(3000, windows=[late], recipient_name="Late")
        day = Spell(0, 1440, 200, (Profile.CAR,))

        free, slow = solved(house, shift), solved(house, shift, traffic=(day,))

        assert free.cost is not None
        assert slow.cost is not None
        assert slow.cost["travel_s"] == pytest.approx(2 * free.cost["travel_s"], abs=4)
        assert slow.cost["break_s"] == free.cost["break_s"] == 1500
        (route,) = slow.routes
        legs = [stop.leg_duration_s for stop in route.stops]
        assert legs[0] == pytest.approx(2 * free.routes[0].stops[0].leg_duration_s, abs=1)


class TestFamiliarity:
    def past(self, house: House, metres: float, outcome: Outcome | None) -> UUID:
        """A route driven before, to a door so far away; returns who drove it."""
        shift = house.shift(starts_in=timedelta(hours=-30))
        each = house.delivery(metres)
        with Sessions.begin() as session:
            route = rows.published_route(session, on=session.merge(shift), stops=[[session.merge(each)]], now=house.now)
            route.stops[0].drops[0].outcome = outcome
        return shift.driver_id

    def test_is_who_handed_something_over_near_there(self, house: House) -> None:
        knows = self.past(house, 1000, Outcome.DELIVERED_TO_RECIPIENT)
        failed = self.past(house, 1000, Outcome.FAILED_NOT_HOME)
        never = self.past(house, 1000, None)
        far = self.past(house, 1500, Outcome.DELIVERED_TO_MAILBOX)
        new, other = house.delivery(1250), house.delivery(5000)

        with Sessions.begin() as session:
            found = familiar(session, delivery_ids=[new.id, other.id], driver_ids=[knows, failed, never, far])
            nobody = familiar(session, delivery_ids=[new.id], driver_ids=[failed])

        assert found == {(new.id, knows), (new.id, far)}
        assert nobody == frozenset()

    def test_decides_between_two_who_could(self, house: House) -> None:
        knows = self.past(house, 1000, Outcome.DELIVERED_TO_RECIPIENT)
        with Sessions.begin() as session:
            from accounts.models import Person

            driver = session.get_one(Person, knows)
            mine = rows.shift(session, carrier=session.merge(house.carrier), now=house.now, driver=driver)
        stranger = house.shift()
        new = house.delivery(1100)

        plan = solved(house, stranger, mine, familiarity_cost=3600)

        assert brought(plan) == {new.id: mine.id}
        assert plan.cost is not None
        assert plan.cost["preference"] == 0

    def test_is_not_asked_for_where_it_costs_nothing(self, house: House) -> None:
        house.delivery(300)
        plan_id = house.request(house.shift())

        with Sessions.begin() as session:
            assert claim(session, plan_id, now=house.now).familiar == frozenset()


class TestTakingTheBestSoFar:
    def test_ends_the_search_with_a_plan(self, house: House) -> None:
        shift = house.shift()
        wanted = [house.delivery(metres) for metres in range(100, 4000, 100)]
        plan_id = house.request(shift, limit_s=120)
        began_s = time.monotonic()
        task = threading.Thread(target=solve, kwargs={"aggregate_id": str(plan_id)})
        task.start()
        while house.plan(plan_id).best_cost is None:
            assert time.monotonic() - began_s < 60, "no plan was ever told of"
            time.sleep(0.05)

        assert house.plan(plan_id).best_unassigned is not None
        for _ in range(2):
            with Sessions.begin() as session:
                settling.finish(session, session.get_one(Plan, plan_id), now=house.now, by=None)
        task.join(timeout=60)

        assert not task.is_alive()
        plan = house.plan(plan_id)
        assert (plan.state, plan.finish_asked_at) == (PlanState.SOLVED, house.now)
        assert len(brought(plan)) + len(plan.unassigned) == len(wanted)
        with Sessions() as session:
            told = select(FactRow.kind).where(FactRow.aggregate_id == plan_id).order_by(FactRow.seq)
            assert list(session.scalars(told)) == ["plan.requested", "plan.finish_asked", "plan.solved"]

    def test_needs_a_search_that_runs(self, house: House) -> None:
        house.delivery(300)
        plan_id = house.request(house.shift())

        with pytest.raises(PlanNotBeingSolved) as refused, Sessions.begin() as session:
            settling.finish(session, session.get_one(Plan, plan_id), now=house.now, by=None)
        assert refused.value.facts == {"state": "queued"}


class TestAFingerprint:
    def test_is_another_for_all_that_planning_reads(self, house: House) -> None:
        shift = house.shift()
        each = house.delivery(300)
        start = house.now + minutes(60)
        person = shift.driver_id
        deliveries = [
            {"priority": 5},
            {"setup_s": 5},
            {"required_skills": ["a"]},
            {"excluded_skills": ["a"]},
            {"preferred_from": start, "preferred_until": start + minutes(5)},
            {"preferred_driver_id": person},
            {"refused_driver_ids": [str(person)]},
            {"collects": {"parcels": 1}},
            {"alternatives": [Alternative(sequence=0, address_text="x", place=rows.near(5), written_windows=[])]},
        ]
        shifts: list[dict[str, Any]] = [
            {"breaks": [Pause(start, start, 60)]},
            {"skills": ["a"]},
            {"max_duration_s": 5},
            {"max_distance_m": 5},
            {"max_stops": 5},
        ]
        vehicles: list[dict[str, Any]] = [
            {"skills": ["b"]},
            {"kerb_side": True},
            {"fixed_cost": 5},
            {"cost_per_h": 5},
            {"cost_per_km": 5},
        ]

        def changed(row: Any, values: dict[str, Any]) -> None:
            for name, value in values.items():
                setattr(row, name, value)

        seen = []
        for values in deliveries:
            with Sessions() as session:
                (found,) = session.scalars(select(Delivery)).unique()
                from deliveries.queries import by_ids

                (found,) = by_ids(session, [each.id])
                plain = fingerprint(given_delivery(found))
                changed(found, values)
                seen.append(fingerprint(given_delivery(found)))
                session.rollback()
        assert len({plain, *seen}) == len(deliveries) + 1
        assert plain == fingerprint(given_delivery(each))

        from routing.fleet import shifts_by_ids

        seen = []
        for values, of_vehicle in [(each, False) for each in shifts] + [(each, True) for each in vehicles]:
            with Sessions() as session:
                (laid_out,) = shifts_by_ids(session, [shift.id], carrier_id=shift.carrier_id)
                whole = fingerprint(given_shift(laid_out))
                changed(laid_out.vehicle if of_vehicle else laid_out, values)
                seen.append(fingerprint(given_shift(laid_out)))
                session.rollback()
        assert len({whole, *seen}) == len(shifts) + len(vehicles) + 1


class TestBadInput:
    def test_of_windows_that_nobody_can_meet_leaves_out_what_has_them(self, house: House) -> None:
        shift = house.shift()
        before = house.delivery(300, windows=[(shift.starts_at - minutes(90), shift.starts_at)])
        too_far = house.delivery(6000, windows=[(shift.starts_at, shift.starts_at + minutes(5))])
        good = house.delivery(400)

        plan = solved(house, shift)

        assert brought(plan) == {good.id: shift.id}
        assert {left.delivery_id: left.reason for left in plan.unassigned} == {
            before.id: "TIME_WINDOW",
            too_far.id: "TIME_WINDOW",
        }

    def test_of_a_solver_that_is_killed_fails_the_plan_and_nothing_else(self, house: House) -> None:
        shift = house.shift()
        for metres in range(100, 6000, 100):
            house.delivery(metres)
        plan_id = house.request(shift, limit_s=60)
        task = threading.Thread(target=solve, kwargs={"aggregate_id": str(plan_id)})
        task.start()
        until_s = time.monotonic() + 30
        while not (solvers := errands("solve")):
            assert time.monotonic() < until_s, "no solver was ever started"
            time.sleep(0.05)

        for pid in solvers:
            os.kill(pid, signal.SIGKILL)
        task.join(timeout=30)

        plan = house.plan(plan_id)
        assert (plan.state, plan.routes, plan.unassigned) == (PlanState.FAILED, [], [])
        assert "the search failed" in (plan.failure or "")
        assert solved(house, shift).routes
