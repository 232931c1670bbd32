"""The rounds of a carrier's shifts as the tables have them: published, or waiting to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from deliveries.models import Delivery
from kernel.errors import Conflict
from kernel.geo import Point
from routing.given import GivenDelivery, GivenShift, given_delivery, given_shift
from routing.models import Drop, Plan, PlanState, Route, Shift, Stop, StopState


class NothingDriven(Conflict):
    """No shift of this time can take a stop."""


@dataclass(frozen=True, eq=False)
class GivenStop:
    """A stop of a route; `leg_s` and `leg_m` lead to it. `fixed`: it is done, or the courier is on the way to it."""

    id: UUID
    place: Point
    deliveries: tuple[GivenDelivery, ...]
    service_s: int
    leg_s: int
    leg_m: int
    fixed: bool


@dataclass(frozen=True, eq=False)
class Round:
    """A shift and the stops of its route that stand, in their order, or none; `last_leg` are seconds and metres."""

    shift: GivenShift
    route_id: UUID | None
    stops: tuple[GivenStop, ...]
    last_leg: tuple[int, int]


def rounds(session: Session, *, carrier_id: UUID, starts_at: datetime, ends_at: datetime) -> list[Round]:
    """Read the carrier's shifts that begin in `[starts_at, ends_at)`, each with its route.

    That is the published one, or else the newest of a plan that waits to be published. NothingDriven.
    """
    shifts = session.scalars(
        select(Shift)
        .where(
            Shift.carrier_id == carrier_id,
            Shift.cancelled_at.is_(None),
            Shift.starts_at >= starts_at,
            Shift.starts_at < ends_at,
        )
        .options(joinedload(Shift.driver, innerjoin=True), joinedload(Shift.vehicle, innerjoin=True))
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    if not shifts:
        raise NothingDriven("no shift begins in this time")
    routes = {route.shift_id: route for route in _routes(session, [shift.id for shift in shifts])}
    return [_round(given_shift(shift), routes.get(shift.id)) for shift in shifts]


def _routes(session: Session, shift_ids: Sequence[UUID]) -> Sequence[Route]:
    """The routes of these shifts, that which counts last."""
    delivery = selectinload(Route.stops).selectinload(Stop.drops).joinedload(Drop.delivery, innerjoin=True)
    return session.scalars(
        select(Route)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Route.shift_id.in_(shift_ids), or_(Route.published_at.is_not(None), Plan.state == PlanState.SOLVED))
        .order_by(Route.published_at.is_not(None), Plan.requested_at, Route.id)
        .options(delivery.selectinload(Delivery.windows), delivery.selectinload(Delivery.parcels))
    ).all()


def _round(shift: GivenShift, route: Route | None) -> Round:
    if route is None:
        return Round(shift, None, (), (0, 0))
    stops = tuple(_standing(route))
    return Round(shift, route.id, stops, _last_leg(shift, route, stops))


def _standing(route: Route) -> Iterator[GivenStop]:
    """The stops that are still to be made. Past one that was withdrawn, the way counts as it was planned."""
    leg_s = leg_m = 0
    for stop in route.stops:
        leg_s, leg_m = leg_s + stop.leg_duration_s, leg_m + stop.leg_distance_m
        given = [_promised(drop.delivery) for drop in stop.drops if drop.withdrawn_at is None]
        if stop.withdrawn_at is not None or not given:
            continue
        fixed = stop.state is not StopState.PLANNED
        yield GivenStop(stop.id, stop.place, tuple(given), stop.service_s, leg_s, leg_m, fixed)
        leg_s = leg_m = 0


def _promised(delivery: Delivery) -> GivenDelivery:
    """What was promised must be kept, whatever was asked for."""
    given = given_delivery(delivery)
    if delivery.promised_from is None or delivery.promised_until is None:
        return given
    return replace(given, windows=((delivery.promised_from, delivery.promised_until),))


def _last_leg(shift: GivenShift, route: Route, stops: Sequence[GivenStop]) -> tuple[int, int]:
    """The way from the last stop to the end: what the route has beyond its stops, but for a break."""
    if shift.end_place is None or not stops:
        return 0, 0
    left_at = route.stops[-1].planned_departure_at
    paused = [pause for pause in route.breaks if datetime.fromisoformat(pause["starts_at"]) >= left_at]
    paused_s = sum(_seconds(pause["starts_at"], pause["ends_at"]) for pause in paused)
    driven_m = sum(stop.leg_distance_m for stop in route.stops)
    return int((route.ends_at - left_at).total_seconds()) - paused_s, route.distance_m - driven_m


def _seconds(starts_at: str, ends_at: str) -> int:
    return int((datetime.fromisoformat(ends_at) - datetime.fromisoformat(starts_at)).total_seconds())
