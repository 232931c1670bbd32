"""The rounds of a carrier's shifts as the tables have them: published, or waiting to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from deliveries.models import Delivery
from kernel.errors import Conflict
from kernel.geo import Point
from routing.given import GivenDelivery, GivenShift, given_delivery, given_shift
from routing.models import Drop, Plan, PlanState, Route, Shift, Stop, StopKind, StopState
from routing.traffic import FREE
from routing.wishes import read_wishes


class NothingDriven(Conflict):
    """No shift of this time can take a stop."""


@dataclass(frozen=True, eq=False)
class GivenStop:
    """A stop of a route. `leg_s` and `leg_m` lead to it, at the hour at which the plan drives there, parking apart.

    Its deliveries have no more choice: the place and the promise stand. `fixed`: it is done, or driven to.
    """

    id: UUID
    place: Point
    deliveries: tuple[GivenDelivery, ...]
    service_s: int
    leg_s: int
    leg_m: int
    fixed: bool


@dataclass(frozen=True, eq=False)
class Round:
    """A shift and the stops of its route that stand, in their order, or none; `last_leg` are seconds and metres.

    `setup_s` is what parking takes where a delivery says nothing of it; `slowest` is the percentage of their free time
    that drives take in the worst traffic of the plan.
    """

    shift: GivenShift
    route_id: UUID | None
    stops: tuple[GivenStop, ...]
    last_leg: tuple[int, int]
    setup_s: int = 0
    slowest: int = FREE


def rounds(session: Session, *, carrier_id: UUID, starts_at: datetime, ends_at: datetime) -> list[Round]:
    """Read the carrier's shifts that begin in `[starts_at, ends_at)`, each with its route.

    That is the published one, or else the newest of a plan that waits to be published. NothingDriven.
    """
    asked = select(Shift.id).where(
        Shift.carrier_id == carrier_id,
        Shift.cancelled_at.is_(None),
        Shift.starts_at >= starts_at,
        Shift.starts_at < ends_at,
    )
    shift_ids = session.scalars(asked).all()
    if not shift_ids:
        raise NothingDriven("no shift begins in this time")
    found = rounds_of(session, shift_ids)
    if not found:
        raise NothingDriven("what is driven in this time has pickups or comes back to load")
    return found


def rounds_of(session: Session, shift_ids: Collection[UUID]) -> list[Round]:
    """Read these shifts, each with its route; those whose routes have pickups or come back to load are left out."""
    shifts = session.scalars(
        select(Shift)
        .where(Shift.id.in_(shift_ids))
        .options(joinedload(Shift.driver, innerjoin=True), joinedload(Shift.vehicle, innerjoin=True))
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    found = {route.shift_id: (route, plan) for route, plan in _routes(session, [shift.id for shift in shifts])}
    open_ = [shift for shift in shifts if shift.id not in found or not _has_trips(found[shift.id][0])]
    return [_round(given_shift(shift), *found.get(shift.id, (None, None))) for shift in open_]


def _has_trips(route: Route) -> bool:
    """Say whether not all is on board from the start: what then has room where, pricing one stop does not know."""
    return any(stop.kind is not StopKind.DELIVERY and stop.withdrawn_at is None for stop in route.stops)


def _routes(session: Session, shift_ids: Sequence[UUID]) -> Sequence[tuple[Route, Plan]]:
    """The routes of these shifts, that which counts last."""
    delivery = selectinload(Route.stops).selectinload(Stop.drops).joinedload(Drop.delivery, innerjoin=True)
    whole = (
        selectinload(each) for each in (Delivery.windows, Delivery.parcels, Delivery.alternatives, Delivery.pickup)
    )
    rows = session.execute(
        select(Route, Plan)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Route.shift_id.in_(shift_ids), or_(Route.published_at.is_not(None), Plan.state == PlanState.SOLVED))
        .order_by(Route.published_at.is_not(None), Plan.requested_at, Route.id)
        .options(delivery.options(*whole))
    )
    return [(route, plan) for route, plan in rows]


def _round(shift: GivenShift, route: Route | None, plan: Plan | None) -> Round:
    if route is None or plan is None:
        return Round(shift, None, (), (0, 0))
    legs = [*_legs(shift, route, setup_s=plan.setup_s)]
    stops = tuple(_standing(route, legs))
    slowest = max([FREE, *(spell.percent for spell in read_wishes(plan).traffic)])
    return Round(shift, route.id, stops, legs[-1] if stops else (0, 0), plan.setup_s, slowest)


def _legs(shift: GivenShift, route: Route, *, setup_s: int) -> Iterator[tuple[int, int]]:
    """Seconds and metres to each stop and to the end, as the plan drives them: without breaks, without parking."""
    left_at, place = route.departs_at, shift.start_place
    for stop in route.stops:
        parking_s = 0 if stop.place == place else _setup_s(stop, setup_s)
        yield _driven_s(route, left_at, stop.planned_arrival_at) - parking_s, stop.leg_distance_m
        left_at, place = stop.planned_departure_at, stop.place
    driven_m = sum(stop.leg_distance_m for stop in route.stops)
    yield _driven_s(route, left_at, route.ends_at), route.distance_m - driven_m


def _setup_s(stop: Stop, otherwise_s: int) -> int:
    given = stop.drops[0].delivery.setup_s if stop.drops else None
    return otherwise_s if given is None else given


def _driven_s(route: Route, left_at: datetime, arrived_at: datetime) -> int:
    """What lies between, but for breaks: they end before the arrival, or begin with it."""
    pauses = [
        (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"])) for each in route.breaks
    ]
    paused = sum((end - start for start, end in pauses if left_at <= start < arrived_at), timedelta())
    return int((arrived_at - left_at - paused).total_seconds())


def _standing(route: Route, legs: Sequence[tuple[int, int]]) -> Iterator[GivenStop]:
    """The stops that are still to be made. Past one that was withdrawn, the way counts as it was planned."""
    way_s = way_m = 0
    for stop, (leg_s, leg_m) in zip(route.stops, legs, strict=False):
        way_s, way_m = way_s + leg_s, way_m + leg_m
        given = tuple(_chosen(drop, stop) for drop in stop.drops if drop.withdrawn_at is None)
        if stop.withdrawn_at is not None or not given:
            continue
        yield GivenStop(stop.id, stop.place, given, stop.service_s, way_s, way_m, stop.state is not StopState.PLANNED)
        way_s = way_m = 0


def _chosen(drop: Drop, stop: Stop) -> GivenDelivery:
    """What was chosen and promised must be kept, whatever else was asked for."""
    delivery = drop.delivery
    given = given_delivery(delivery)
    windows = next((each.windows for each in given.alternatives if each.id == drop.alternative_id), given.windows)
    if delivery.bound_to is not None:
        windows = ((delivery.bound_to.from_, delivery.bound_to.until),)
    return replace(given, place=stop.place, windows=windows, alternatives=(), preferred=None)
