"""Publishing a replan: the routes that are driven become what it proposes. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape, to_shape
from shapely import LineString
from shapely.ops import substring
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from deliveries import progress
from deliveries.models import PLANNABLE, Delivery, DeliveryState
from deliveries.queries import by_ids
from kernel import facts
from routing.changes import same_stop
from routing.constraints import refused_as
from routing.facts import PlanPublished, RouteReplanned
from routing.models import Plan, Route, Stop, StopState
from routing.publishing import PlanOutdated, published, take
from routing.replan_job import live_routes
from routing.replan_levels import departed, live_drops
from routing.requesting import ShiftAlreadyRouted, ShiftOver
from routing.seconds import written
from routing.standing import contradictions, stops_by_deliveries

_ASIDE = 1_000_000  # no route has so many stops: there they wait for their new turn


def publish_replan(session: Session, plan: Plan, *, now: datetime, by: UUID | None) -> None:
    """Publish a replan, whoever comes first. What is done stays; a promise that holds stays; only changes are told.

    PlanAlreadyPublished, PlanNotSolved; ShiftAlreadyRouted, ShiftOver; PlanOutdated names what has become of the
    routes, stops, deliveries and shifts that the replan does not fit any more.
    """
    take(session, plan, now=now)
    basis, changes = plan.basis or {}, plan.changes or {}
    shift_ids = [UUID(each) for each in plan.shift_ids]
    routes = _proposed(session, plan)
    found = contradictions(
        session, routes, basis=basis, shift_ids=shift_ids, carrier_id=plan.carrier_id, for_update=True
    )
    if found:
        raise PlanOutdated(**found)  # type: ignore[arg-type]
    over = [route.shift_id for route in routes if route.ends_at <= now]
    if over:
        raise ShiftOver("its route would have ended already", shift_ids=over)

    live = {route.shift_id: route for route in live_routes(session, shift_ids)}
    fresh = [route for route in routes if route.shift_id not in live]
    rewritten = _put_in_force(session, plan, live, routes, now=now)
    with refused_as({"uq_routes_shift_published": ShiftAlreadyRouted}, session):
        for route in fresh:
            route.published_at = now
    promise_anew(session, changes, now=now, by=by)
    _drop_proposals(session, [route for route in routes if route.shift_id in live])

    told = [*live.values(), *fresh]
    facts.record(session, PlanPublished(plan_id=plan.id, route_ids=tuple(each.id for each in told), at=now, by=by))
    for route in fresh:
        facts.record(session, published(route, now=now, by=by))
    for change in rewritten:
        facts.record(session, _replanned(plan, change, now=now, by=by))
    session.flush()


def _proposed(session: Session, plan: Plan) -> list[Route]:
    asked = select(Route).where(Route.plan_id == plan.id, Route.published_at.is_(None)).order_by(Route.id)
    loaded = asked.options(selectinload(Route.stops).selectinload(Stop.drops))
    return list(session.scalars(loaded.execution_options(populate_existing=True)))


def _put_in_force(
    session: Session, plan: Plan, live: Mapping[UUID, Route], routes: Sequence[Route], *, now: datetime
) -> list[Mapping[str, Any]]:
    """Rewrite the routes of those whose stops, order or promises change; return what changes, by driver."""
    rewritten = []
    proposed = {route.shift_id: route for route in routes}
    basis, changes = plan.basis or {}, plan.changes or {}
    moved = {
        UUID(each["delivery_id"])
        for each in changes["deliveries"]
        if each["promise_before"] not in (None, each["promise_after"])
    }
    for change in changes["drivers"]:
        route = live.get(UUID(change["shift_id"]))
        if route is None:
            continue
        news = [each for stop in route.stops for drop in live_drops(stop) if (each := drop.delivery_id) in moved]
        if change["unchanged"] and not news:
            continue
        stood = basis["routes"][str(route.id)]["stops"]
        rewrite(
            session,
            route,
            proposed.get(route.shift_id),
            known=stops_by_deliveries(stood),
            since=datetime.fromisoformat(basis["at"]),
            now=now,
        )
        route.latest_change = latest_change(change, plan_id=plan.id, moved=news, now=now)
        rewritten.append(change)
    return rewritten


def latest_change(
    change: Mapping[str, Any], *, plan_id: UUID | None, moved: Sequence[UUID], now: datetime
) -> dict[str, Any]:
    """Return what the driver is shown of what is different from before."""
    return {
        "at": written(now),
        "plan_id": None if plan_id is None else str(plan_id),
        "stops_added": change["stops_added"],
        "stops_removed": change["stops_removed"],
        "order_changed": change["order_changed"],
        "promises_moved": [*map(str, moved)],
    }


def rewrite(
    session: Session,
    route: Route,
    proposal: Route | None,
    *,
    known: Mapping[frozenset[UUID], UUID],
    since: datetime,
    now: datetime,
) -> None:
    """Make a locked live route what is proposed, as seen at `since`: done stops first, the rest in its new order.

    `known` are the live stops by what they bring. Stops that the proposal lacks are withdrawn and come last.
    """
    own = {stop.id: stop for stop in route.stops}
    done = [stop for stop in route.stops if stop.state is StopState.DONE]
    order = []
    for twin in [] if proposal is None else list(proposal.stops):
        stop_id = same_stop(twin, known)
        stop = twin if stop_id is None else own[stop_id]
        if stop_id is None:
            stop.route = route
        elif stop.state is not StopState.DONE:
            _take_times(stop, twin)
        if stop.state is not StopState.DONE:
            order.append(stop)
    gone = [stop for stop in own.values() if stop not in done and stop not in order]
    for stop in gone:
        _withdraw(stop, now=now)
    _renumber(session, route, [*done, *order, *gone])
    _take_course(route, proposal, done, since=since, now=now)
    route.revision += 1


def _take_times(stop: Stop, twin: Stop) -> None:
    stop.leg_duration_s, stop.leg_distance_m = twin.leg_duration_s, twin.leg_distance_m
    stop.leg_by_streets = twin.leg_by_streets
    stop.planned_arrival_at, stop.planned_start_at = twin.planned_arrival_at, twin.planned_start_at
    stop.planned_departure_at = twin.planned_departure_at


def _withdraw(stop: Stop, *, now: datetime) -> None:
    """The courier passes by, and the way there is none of the route's any more."""
    stop.leg_duration_s = stop.leg_distance_m = 0
    stop.withdrawn_at = stop.withdrawn_at or now
    for drop in stop.drops:
        drop.withdrawn_at = drop.withdrawn_at or now


def _renumber(session: Session, route: Route, order: Sequence[Stop]) -> None:
    """Number the stops from 1; in two steps, for no two of a route have one number at any time."""
    for number, stop in enumerate(order, start=1):
        stop.sequence = _ASIDE + number
    session.flush()
    for number, stop in enumerate(order, start=1):
        stop.sequence = number
    session.flush()


def _take_course(route: Route, proposal: Route | None, done: Sequence[Stop], *, since: datetime, now: datetime) -> None:
    under_way = departed(route)
    rested = [taken for taken in route.breaks if datetime.fromisoformat(taken["starts_at"]) <= since]
    route.breaks = rested if under_way else []
    driven_m = sum(stop.leg_distance_m for stop in done)
    line = _driven(route, driven_m)
    if proposal is None:
        route.distance_m, route.ends_at = driven_m, max(route.departs_at, now)
    else:
        route.breaks = [*route.breaks, *proposal.breaks]
        route.distance_m, route.ends_at = driven_m + proposal.distance_m, proposal.ends_at
        line = [*line, *to_shape(proposal.line).coords]
        if under_way:
            route.resumes_at = proposal.departs_at
        else:
            route.departs_at = proposal.departs_at
        route.fingerprint = proposal.fingerprint
    route.duration_s = round((route.ends_at - route.departs_at).total_seconds())
    if len(line) > 1:
        route.line = from_shape(LineString(line), srid=4326)


def _driven(route: Route, driven_m: int) -> list[tuple[float, ...]]:
    """Return the part of the line that leads to what is done: the line is as long as the plan's distances."""
    line = to_shape(route.line)
    if not driven_m or not route.distance_m or not isinstance(line, LineString):
        return []
    part = substring(line, 0, min(1.0, driven_m / route.distance_m), normalized=True)
    return list(part.coords)


def promise_anew(session: Session, changes: Mapping[str, Any], *, now: datetime, by: UUID | None) -> None:
    """Tell those whose promise is another one, and nobody else."""
    told = {UUID(each["delivery_id"]): each["promise_after"] for each in changes["deliveries"] if _concerns(each)}
    for delivery in by_ids(session, told.keys()):
        _promise_one(session, delivery, told[delivery.id], now=now, by=by)


def _concerns(change: Mapping[str, Any]) -> bool:
    left_out = change["driver_before"] is not None and change["driver_after"] is None
    return left_out or change["promise_before"] != change["promise_after"]


def _promise_one(
    session: Session, delivery: Delivery, window: Mapping[str, str] | None, *, now: datetime, by: UUID | None
) -> None:
    under_way = delivery.state in (DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY)
    if window is None:
        if under_way:
            progress.call_back(session, delivery, now=now, by=by)
        return
    start, end = datetime.fromisoformat(window["from"]), datetime.fromisoformat(window["until"])
    if delivery.state in PLANNABLE:
        progress.schedule(session, delivery, promised_from=start, promised_until=end, now=now, by=by)
    elif under_way:
        progress.move_promise(session, delivery, promised_from=start, promised_until=end, now=now, by=by)


def _drop_proposals(session: Session, routes: Sequence[Route]) -> None:
    """Forget the proposals that live routes have taken over, with the twins of stops that stayed."""
    session.flush()
    for route in routes:
        for stop in list(route.stops):
            for drop in stop.drops:
                session.expunge(drop)
            session.expunge(stop)
        session.expunge(route)
    session.execute(delete(Route).where(Route.id.in_([route.id for route in routes])))


def _replanned(plan: Plan, change: Mapping[str, Any], *, now: datetime, by: UUID | None) -> RouteReplanned:
    return RouteReplanned(
        route_id=UUID(change["route_id"]),
        plan_id=plan.id,
        shift_id=UUID(change["shift_id"]),
        driver_id=UUID(change["driver_id"]),
        added=tuple(map(UUID, change["stops_added"])),
        removed=tuple(map(UUID, change["stops_removed"])),
        order_changed=change["order_changed"],
        at=now,
        by=by,
    )
