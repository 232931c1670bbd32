"""What is asked about vehicles, shifts, plans and routes. A caller sees those of the own carrier only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from accounts.models import Person, Role
from accounts.principals import Principal
from deliveries.models import Delivery
from kernel.errors import NotFound
from kernel.paging import Page, page
from routing.models import Drop, Plan, PlanState, Route, Shift, Stop, StopState, Vehicle

# A driver may look at the route this long before the shift, and finish it this long after.
BEFORE_SHIFT = timedelta(hours=2)
AFTER_SHIFT = timedelta(hours=4)


class VehicleNotFound(NotFound):
    """There is no such vehicle."""


class ShiftNotFound(NotFound):
    """There is no such shift."""


class PlanNotFound(NotFound):
    """There is no such plan."""


class RouteNotFound(NotFound):
    """There is no such route."""


class StopNotFound(NotFound):
    """There is no such stop in a published route."""


class NoRouteToday(NotFound):
    """No published route is yours to drive now."""


def vehicle(session: Session, vehicle_id: UUID, *, caller: Principal, for_update: bool = False) -> Vehicle:
    """Return a vehicle, locked when asked. VehicleNotFound."""
    asked = select(Vehicle).where(Vehicle.id == vehicle_id, Vehicle.carrier_id == caller.organisation_id)
    found = session.scalar(_locked(asked) if for_update else asked)
    if found is None:
        raise VehicleNotFound()
    return found


def vehicles(
    session: Session, *, caller: Principal, retired: bool, cursor: UUID | None = None, limit: int = 50
) -> Page[Vehicle]:
    """Return the carrier's vehicles, newest first; the retired ones too when asked."""
    asked = select(Vehicle).where(Vehicle.carrier_id == caller.organisation_id)
    if not retired:
        asked = asked.where(Vehicle.retired_at.is_(None))
    return page(session, asked, by=Vehicle.id, cursor=cursor, limit=limit)


def driver(session: Session, person_id: UUID, *, carrier_id: UUID) -> Person | None:
    """Return the active driver of the carrier, if the person is one."""
    return session.scalar(
        select(Person).where(
            Person.id == person_id,
            Person.organisation_id == carrier_id,
            Person.role == Role.DRIVER,
            Person.active.is_(True),
        )
    )


def shift(session: Session, shift_id: UUID, *, caller: Principal, for_update: bool = False) -> Shift:
    """Return a shift with its driver and vehicle, locked when asked. ShiftNotFound when it was cancelled too."""
    asked = _whole_shift().where(Shift.id == shift_id, Shift.carrier_id == caller.organisation_id)
    found = session.scalar(_locked(asked, of=Shift) if for_update else asked)
    if found is None:
        raise ShiftNotFound()
    return found


def shifts(
    session: Session,
    *,
    caller: Principal,
    after: datetime | None = None,
    before: datetime | None = None,
    driver_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Shift]:
    """Return the carrier's shifts that touch `[after, before)`, newest first; not the cancelled ones."""
    asked = _whole_shift().where(Shift.carrier_id == caller.organisation_id)
    if after is not None:
        asked = asked.where(Shift.ends_at > after)
    if before is not None:
        asked = asked.where(Shift.starts_at < before)
    if driver_id is not None:
        asked = asked.where(Shift.driver_id == driver_id)
    return page(session, asked, by=Shift.id, cursor=cursor, limit=limit)


def shifts_by_ids(
    session: Session, ids: Collection[UUID], *, carrier_id: UUID, for_update: bool = False
) -> Sequence[Shift]:
    """Return those of `ids` that are live shifts of the carrier, by id, so that lockers never wait in a ring."""
    asked = _whole_shift().where(Shift.id.in_(ids), Shift.carrier_id == carrier_id).order_by(Shift.id)
    return session.scalars(_locked(asked, of=Shift) if for_update else asked).all()


def routed_shifts(session: Session, ids: Collection[UUID]) -> Sequence[UUID]:
    """Return those of `ids` that a published route covers."""
    return session.scalars(select(Route.shift_id).where(Route.shift_id.in_(ids), Route.published_at.is_not(None))).all()


def plan(session: Session, plan_id: UUID, *, caller: Principal) -> Plan:
    """Return a plan with its routes, down to the deliveries, and what it leaves out. PlanNotFound."""
    found = session.scalar(
        select(Plan)
        .where(Plan.id == plan_id, Plan.carrier_id == caller.organisation_id)
        .options(selectinload(Plan.unassigned), selectinload(Plan.routes).options(*_whole_route()))
    )
    if found is None:
        raise PlanNotFound()
    return found


def plans(
    session: Session, *, caller: Principal, state: PlanState | None = None, cursor: UUID | None = None, limit: int = 50
) -> Page[Plan]:
    """Return the carrier's plans, newest first, without their routes."""
    asked = select(Plan).where(Plan.carrier_id == caller.organisation_id)
    if state is not None:
        asked = asked.where(Plan.state == state)
    return page(session, asked, by=Plan.id, cursor=cursor, limit=limit)


def route(session: Session, route_id: UUID, *, caller: Principal) -> Route:
    """Return a route of the carrier with its stops, drops, deliveries and parcels. RouteNotFound."""
    found = session.scalar(
        select(Route)
        .where(Route.id == route_id, Route.carrier_id == caller.organisation_id)
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
    unfinished = exists().where(
        Stop.route_id == Route.id, Stop.state != StopState.DONE, Stop.withdrawn_at.is_(None)
    )
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
        select(Route)
        .where(Route.id == chosen)
        .options(*_whole_route())
        .execution_options(populate_existing=True)
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
    session.execute(
        select(Stop.id).join(Stop.route).where(Stop.id == stop_id).with_for_update(of=(Route, Stop))
    )
    session.execute(
        select(Delivery.id)
        .where(Delivery.id.in_(select(Drop.delivery_id).where(Drop.stop_id == stop_id)))
        .order_by(Delivery.id)
        .with_for_update()
    )


def _whole_shift() -> Select[tuple[Shift]]:
    return (
        select(Shift)
        .where(Shift.cancelled_at.is_(None))
        .options(joinedload(Shift.driver, innerjoin=True), joinedload(Shift.vehicle, innerjoin=True))
    )


def _whole_route() -> Sequence[ORMOption]:
    return (
        joinedload(Route.shift, innerjoin=True),
        joinedload(Route.vehicle, innerjoin=True),
        selectinload(Route.stops).options(*_whole_stop()),
    )


def _whole_stop() -> Sequence[ORMOption]:
    delivery = selectinload(Stop.drops).joinedload(Drop.delivery, innerjoin=True)
    return (delivery.selectinload(Delivery.windows), delivery.selectinload(Delivery.parcels))


def _locked[T](asked: Select[tuple[T]], *, of: type[T] | None = None) -> Select[tuple[T]]:
    # What another transaction committed while we waited for the lock counts, not what we read before.
    return asked.with_for_update(of=of).execution_options(populate_existing=True)
