"""A day that is under way: two couriers with published routes, and what tests do with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from deliveries.models import Delivery, DeliveryState
from deliveries.queries import by_ids
from driving import reporting
from driving.models import StopEventKind
from driving.reporting import Report
from kernel import clock, relay
from kernel.clock import Clock
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.ids import new_id
from places.streets import STREETS
from routing import claiming, queries, replanning
from routing.models import Outcome, Plan, PlanState, Route, Shift, StopState
from routing.replacing import publish_replan
from routing.replan_answering import ask, told
from routing.replan_job import ReplanJob
from routing.replan_settling import store_replan
from routing.replanning import (
    Wishes,
)
from routing.solving.assemble import assemble
from routing.solving.inserting.insertion import insert_all
from routing.tasks import solve
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes


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
