"""Publishing a plan: its routes become what the drivers drive, its deliveries are promised. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from deliveries import progress
from deliveries.models import Delivery
from deliveries.queries import by_ids
from kernel import facts
from kernel.errors import Conflict
from routing.constraints import refused_as
from routing.facts import PlanPublished, RoutePublished
from routing.fleet import routed_shifts
from routing.given import Span
from routing.models import Drop, Plan, PlanState, Route, Stop
from routing.point_hours import brought_to_closed
from routing.promises import promise
from routing.requesting import ShiftAlreadyRouted, ShiftOver
from routing.settling import drops_of, outdated_drops, outdated_shifts


class PlanAlreadyPublished(Conflict):
    """Somebody published this plan already."""


class PlanNotSolved(Conflict):
    """Only a solved plan can be published."""


class PlanWithoutRoutes(Conflict):
    """Nobody would drive anything; `unassigned` says why."""


class PlanOutdated(Conflict):
    """What the plan was made from has changed since; make a new one."""


def publish(session: Session, plan: Plan, *, now: datetime, by: UUID | None) -> None:
    """Publish the plan, whoever comes first.

    PlanAlreadyPublished, PlanNotSolved, PlanWithoutRoutes; ShiftAlreadyRouted, ShiftOver; PlanOutdated names the shifts
    and deliveries that are not what they were when the plan was made.
    """
    take(session, plan, now=now)
    routes = _routes(session, plan)
    if not routes:
        raise PlanWithoutRoutes()
    _check_shifts(session, plan, routes, now=now)
    _check_deliveries(session, routes)

    with refused_as({"uq_routes_shift_published": ShiftAlreadyRouted}, session):
        for route in routes:
            route.published_at = now
    _schedule(session, routes, now=now, by=by)

    route_ids = tuple(route.id for route in routes)
    facts.record(session, PlanPublished(plan_id=plan.id, route_ids=route_ids, at=now, by=by))
    for route in routes:
        facts.record(session, published(route, now=now, by=by))
    session.flush()


def take(session: Session, plan: Plan, *, now: datetime) -> None:
    """Make a solved plan a published one. PlanAlreadyPublished, PlanNotSolved.

    Of two at once, the second waits here for the first, and then finds nothing to take.
    """
    taken = session.scalar(
        update(Plan)
        .where(Plan.id == plan.id, Plan.state == PlanState.SOLVED)
        .values(state=PlanState.PUBLISHED, published_at=now, version=Plan.version + 1)
        .returning(Plan.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(plan, ["state", "published_at", "version"])
    if taken is not None:
        return
    if plan.state is PlanState.PUBLISHED:
        raise PlanAlreadyPublished(published_at=plan.published_at)
    raise PlanNotSolved(f"the plan is {plan.state}", state=plan.state)


def _routes(session: Session, plan: Plan) -> list[Route]:
    asked = select(Route).where(Route.plan_id == plan.id).order_by(Route.id)
    return list(
        session.scalars(asked.options(selectinload(Route.stops).selectinload(Stop.drops).joinedload(Drop.delivery)))
    )


def _check_shifts(session: Session, plan: Plan, routes: list[Route], *, now: datetime) -> None:
    outdated = outdated_shifts(session, routes, carrier_id=plan.carrier_id, for_update=True)
    routed = routed_shifts(session, [route.shift_id for route in routes])
    if routed:
        raise ShiftAlreadyRouted(shift_ids=routed)
    if outdated:
        raise PlanOutdated(shift_ids=outdated)
    over = [route.shift_id for route in routes if route.ends_at <= now]
    if over:
        raise ShiftOver("its route would have ended already", shift_ids=over)


def _check_deliveries(session: Session, routes: list[Route]) -> None:
    outdated = outdated_drops(session, list(drops_of(routes)), for_update=True)
    if outdated:
        raise PlanOutdated(delivery_ids=outdated)
    closed = brought_to_closed(session, routes)
    if closed:
        raise PlanOutdated("their pickup points have closed meanwhile", delivery_ids=closed)


def _schedule(session: Session, routes: Sequence[Route], *, now: datetime, by: UUID | None) -> None:
    planned = {
        drop.delivery_id: (stop.planned_start_at, drop.alternative_id)
        for route in routes
        for stop in route.stops
        for drop in stop.drops
    }
    for delivery in by_ids(session, planned.keys()):
        planned_at, alternative_id = planned[delivery.id]
        start, end = promise(planned_at, windows=chosen_windows(delivery, alternative_id), now=now)
        progress.schedule(session, delivery, promised_from=start, promised_until=end, now=now, by=by)


def chosen_windows(delivery: Delivery, alternative_id: UUID | None) -> Sequence[Span]:
    """Return when the delivery may come to the place that was chosen for it."""
    chosen = next((each for each in delivery.alternatives if each.id == alternative_id), delivery)
    return [(window.starts_at, window.ends_at) for window in chosen.windows]


def published(route: Route, *, now: datetime, by: UUID | None) -> RoutePublished:
    """Return the fact that the driver has this route from now on."""
    return RoutePublished(
        route_id=route.id,
        plan_id=route.plan_id,
        shift_id=route.shift_id,
        driver_id=route.driver_id,
        delivery_ids=tuple(drop.delivery_id for drop in drops_of([route])),
        at=now,
        by=by,
    )
