"""What is asked about plans, routes and stops. A caller sees those of the own carrier only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.strategy_options import _AbstractLoad

from accounts.principals import Principal
from accounts.scoping import scoped
from deliveries.models import Delivery
from deliveries.queries import by_ids
from kernel.errors import NotFound
from kernel.paging import Page, page
from routing.models import Drop, Fetch, Plan, PlanState, Route, Shift, Stop, StopState

# A driver may look at the route this long before the shift, and finish it this long after.
BEFORE_SHIFT = timedelta(hours=2)
AFTER_SHIFT = timedelta(hours=4)


class PlanNotFound(NotFound):
    """There is no such plan."""


class RouteNotFound(NotFound):
    """There is no such route."""


class StopNotFound(NotFound):
    """There is no such stop in a published route."""


class NoRouteToday(NotFound):
    """No published route is yours to drive now."""


def plan(session: Session, plan_id: UUID, *, caller: Principal) -> Plan:
    """Return a plan with its routes, down to the deliveries, and what it leaves out. PlanNotFound.

    The routes of a published replan are those that its shifts drive now.
    """
    found = session.scalar(
        scoped(select(Plan), caller=caller, carrier=Plan.carrier_id)
        .where(Plan.id == plan_id)
        .options(selectinload(Plan.unassigned), selectinload(Plan.routes).options(*_whole_route()))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise PlanNotFound()
    if found.replans is not None and found.state is PlanState.PUBLISHED:
        set_committed_value(found, "routes", _published_routes(session, found))
    return found


def _published_routes(session: Session, plan: Plan) -> Sequence[Route]:
    """Return what a published replan has become: the routes of its shifts, whichever plan they began with."""
    shift_ids = [UUID(each) for each in plan.shift_ids]
    asked = select(Route).where(Route.shift_id.in_(shift_ids), Route.published_at.is_not(None))
    whole = asked.order_by(Route.departs_at).options(*_whole_route())
    return session.scalars(whole.execution_options(populate_existing=True)).all()


def plans(
    session: Session, *, caller: Principal, state: PlanState | None = None, cursor: UUID | None = None, limit: int = 50
) -> Page[Plan]:
    """Return the carrier's plans, newest first, without their routes."""
    asked = scoped(select(Plan), caller=caller, carrier=Plan.carrier_id)
    if state is not None:
        asked = asked.where(Plan.state == state)
    return page(session, asked, by=Plan.id, cursor=cursor, limit=limit)


def route(session: Session, route_id: UUID, *, caller: Principal) -> Route:
    """Return a route of the carrier with its stops, drops, deliveries and parcels. RouteNotFound."""
    found = session.scalar(
        scoped(select(Route), caller=caller, carrier=Route.carrier_id)
        .where(Route.id == route_id)
        .options(*_whole_route())
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise RouteNotFound()
    return found


def published_route_of(session: Session, *, driver_id: UUID, now: datetime) -> Route:
    """Return the route that the driver is to drive now, loaded as by `route`. NoRouteToday.

    Those come into question whose shift began or begins by `now + BEFORE_SHIFT` and has not been over for
    `AFTER_SHIFT`: the earliest with something left to do, else the latest.
    """
    unfinished = exists().where(Stop.route_id == Route.id, Stop.state != StopState.DONE, Stop.withdrawn_at.is_(None))
    rows = session.execute(
        select(Route.id, unfinished)
        .join(Route.shift)
        .where(
            Route.driver_id == driver_id,
            Route.published_at.is_not(None),
            Shift.starts_at <= now + BEFORE_SHIFT,
            Shift.ends_at > now - AFTER_SHIFT,
        )
        .order_by(Shift.starts_at)
    ).all()
    if not rows:
        raise NoRouteToday()
    chosen = next((route_id for route_id, open_ in rows if open_), rows[-1][0])
    return session.scalars(
        select(Route).where(Route.id == chosen).options(*_whole_route()).execution_options(populate_existing=True)
    ).one()


def published_stop(session: Session, stop_id: UUID, *, for_update: bool = False) -> Stop:
    """Return a stop of a published route with `route`, drops, their deliveries and parcels. StopNotFound.

    `for_update` locks the route, the stop and then the deliveries, so that reports about one route queue up.
    """
    asked = (
        select(Stop)
        .join(Stop.route)
        .where(Stop.id == stop_id, Route.published_at.is_not(None))
        .options(contains_eager(Stop.route).options(joinedload(Route.shift)), *_whole_stop())
        .execution_options(populate_existing=True)
    )
    if for_update:
        _lock_stop(session, stop_id)
    found = session.scalar(asked)
    if found is None:
        raise StopNotFound()
    return found


def _lock_stop(session: Session, stop_id: UUID) -> None:
    """Lock the route and the stop, then the deliveries, always in this order."""
    session.execute(select(Stop.id).join(Stop.route).where(Stop.id == stop_id).with_for_update(of=(Route, Stop)))
    dropped = select(Drop.delivery_id).where(Drop.stop_id == stop_id)
    fetched = select(Fetch.delivery_id).where(Fetch.stop_id == stop_id)
    by_ids(session, session.scalars(dropped.union(fetched)).all(), for_update=True)


def _whole_route() -> Sequence[_AbstractLoad]:
    return (
        joinedload(Route.shift, innerjoin=True),
        joinedload(Route.vehicle, innerjoin=True),
        selectinload(Route.stops).options(*_whole_stop()),
    )


def _whole_stop() -> Sequence[_AbstractLoad]:
    drops = selectinload(Stop.drops)
    delivery = drops.joinedload(Drop.delivery, innerjoin=True)
    return (
        delivery.selectinload(Delivery.windows),
        delivery.selectinload(Delivery.parcels),
        delivery.selectinload(Delivery.alternatives),
        drops.joinedload(Drop.alternative),
        drops.selectinload(Drop.point),
        *_whole_fetches(),
    )


def _whole_fetches() -> Sequence[_AbstractLoad]:
    delivery = selectinload(Stop.fetches).joinedload(Fetch.delivery, innerjoin=True)
    return (delivery.selectinload(Delivery.parcels), delivery.selectinload(Delivery.pickup))
