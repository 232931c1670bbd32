"""A driver's own order: the rest of the round re-sequenced from here, proposed at once, taken if the driver likes it.

Nobody is left out and nothing changes hands; what cannot be on time any more is late at a price. Three steps, with
no transaction open in the middle one: `prepare` reads, `reorder` searches, `take` puts in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from kernel.geo import Point
from places.streets import STREETS
from routing import replacing
from routing.changes import changes
from routing.facts import RouteReplanned
from routing.models import Plan, Route
from routing.queries import published_route_of
from routing.replan_answering import Asked, ask, told
from routing.replan_job import ReplanJob, job_of, live_routes
from routing.replan_levels import check_no_trips
from routing.replan_terms import Seen, Terms
from routing.solving.assemble import assemble
from routing.solving.problem import Step, Stop
from routing.solving.replanning.one_route import NotDriveable, Reordered, one_route
from routing.standing import lock_routes
from tracking import positions, refreshing


class NothingAhead(Conflict):
    """Every stop of the round is done."""


class RouteMovedOn(Conflict):
    """The round is not the one that the order was made for any more; ask for a new one."""


class NotTheRestOfTheRound(Invalid):
    """An order names each stop that is still to come once, those under way first, and no other."""


class CannotReorder(Conflict):
    """The round cannot be driven in any order, not even late."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The round as it was read, at `version`."""

    job: ReplanJob
    version: int

    @property
    def stop_ids(self) -> list[UUID]:
        """The stops to come, in their present order."""
        return [stop.stop_id for stop in self.job.standing[0].stops]


@dataclass(frozen=True, eq=False)
class Proposal:
    """An order for the rest of the round, and what it changes. Nothing of it is stored."""

    prepared: Prepared
    route: Route
    stop_ids: list[UUID]
    changes: dict[str, Any]
    found: Reordered

    @property
    def saves_s(self) -> int:
        """Seconds by which the round ends earlier."""
        return self.found.before.end_s - self.found.after.end_s

    @property
    def saves_m(self) -> int:
        """Metres less to drive."""
        return self.found.before.distance_m - self.found.after.distance_m


def prepare(session: Session, *, driver_id: UUID, place: Point | None, now: datetime) -> Prepared:
    """Read the driver's round as it stands; `place` is where the driver is, if the device says so.

    NoRouteToday, NothingAhead, RoundHasTrips.
    """
    current = published_route_of(session, driver_id=driver_id, now=now)
    (route,) = live_routes(session, [current.shift_id])
    check_no_trips([route])
    here = {driver_id: Seen(place, now)} if place else positions.last_seen(session, [driver_id], now=now)
    plan = session.get_one(Plan, route.plan_id)
    job = job_of(session, plan, [route.shift], [route], terms=Terms(seen=here), now=now)
    if not job.standing[0].stops:
        raise NothingAhead()
    return Prepared(job, route.version)


def reorder(prepared: Prepared, *, order: Sequence[UUID] | None, now: datetime) -> Proposal:
    """Search for a better order, or time the given one. No transaction is open. NotTheRestOfTheRound, CannotReorder."""
    streets = STREETS.get()
    asked = ask(prepared.job, streets=streets)
    steps: list[Step] = list(asked.start[0])
    try:
        if order is None:
            found = one_route(asked.problem, steps)
        else:
            found = one_route(asked.problem, _given(prepared, asked, order), iterations=0)
    except NotDriveable as fault:
        raise CannotReorder(str(fault)) from fault

    solution = assemble(found.problem, [found.steps], unassigned=(), found_by="one route")
    (route,) = told(asked, solution, streets=streets).routes
    stop_ids = {str(stop.delivery_ids[0]): stop.stop_id for stop in prepared.job.standing[0].stops}
    return Proposal(
        prepared=prepared,
        route=route,
        stop_ids=[stop_ids[step.id] for step in found.steps if isinstance(step, Stop)],
        changes=changes(prepared.job, [route], now=now),
        found=found,
    )


def take(session: Session, proposal: Proposal, *, now: datetime, by: UUID) -> int:
    """Put the order in force, if the round is still the one it was made for; return the new version. RouteMovedOn."""
    prepared = proposal.prepared
    round_ = prepared.job.standing[0]
    lock_routes(session, [round_.shift_id])
    (route,) = live_routes(session, [round_.shift_id])
    if route.version != prepared.version:
        raise RouteMovedOn(version=route.version)
    if proposal.stop_ids == prepared.stop_ids and not proposal.changes["moved_promises"]:
        return route.version

    known = {frozenset(stop.delivery_ids): stop.stop_id for stop in round_.stops}
    replacing.rewrite(session, route, proposal.route, known=known, since=prepared.job.now, now=now)
    replacing.promise_anew(session, proposal.changes, now=now, by=by)
    (change,) = proposal.changes["drivers"]
    route.latest_change = replacing.latest_change(change, plan_id=None, moved=_moved(proposal), now=now)
    facts.record(session, _fact(route, change["order_changed"], now=now, by=by))
    session.flush()
    refreshing.refresh(session, route_id=route.id, travel=None, now=now)
    return route.version


def _given(prepared: Prepared, asked: Asked, order: Sequence[UUID]) -> list[Step]:
    stops = {stop.id: stop for stop in asked.problem.stops}
    named = {stop.stop_id: stops[str(stop.delivery_ids[0])] for stop in prepared.job.standing[0].stops}
    locked = [stop.stop_id for stop in prepared.job.standing[0].locked]
    if sorted(order) != sorted(named) or list(order[: len(locked)]) != locked:
        raise NotTheRestOfTheRound(errors=[FieldError("/stop_ids", "is not the rest of the round")])
    return [named[stop_id] for stop_id in order]


def _moved(proposal: Proposal) -> list[UUID]:
    return [
        UUID(each["delivery_id"])
        for each in proposal.changes["deliveries"]
        if each["promise_before"] not in (None, each["promise_after"])
    ]


def _fact(route: Route, order_changed: bool, *, now: datetime, by: UUID) -> RouteReplanned:
    return RouteReplanned(
        route_id=route.id,
        plan_id=None,
        shift_id=route.shift_id,
        driver_id=route.driver_id,
        added=(),
        removed=(),
        order_changed=order_changed,
        at=now,
        by=by,
    )
