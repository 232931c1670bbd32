"""Before a van sets out: is there room at each point for what it brings? What has none goes elsewhere, or stays here.

So nobody learns it at the wall. What is kept already stays kept; the rest is reserved from the planned arrival on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries import progress
from deliveries.models import Delivery, DeliveryState
from driving import detours
from driving.facts import DeliveryHeldBack
from driving.queries import held_route_of, live_drops
from kernel import facts
from pickup_points.models import Compartment, PickupPoint, Rent, RentState, Stay
from pickup_points.points import nearby, queries
from pickup_points.points.sending import attended
from pickup_points.room import reserving
from pickup_points.room.packing import Measures
from pickup_points.room.reserving import NothingFits, PointFull, PointTakesNothing
from pickup_points.stays import redirecting
from routing.models import Drop, Route, Stop, StopState
from routing.queries import published_route_of
from routing.withdrawing import withdraw
from tracking import refreshing

NEAR_M = 3000
_NO_ROOM = (NothingFits, PointFull, PointTakesNothing)


class LoadOutcome(StrEnum):
    """What loading found for a delivery into a point."""

    KEPT = "kept"  # its room was reserved before, or the point counts none
    RESERVED = "reserved"  # its room is reserved now
    REDIRECTED = "redirected"
    HELD_BACK = "held_back"


@dataclass(frozen=True)
class Loaded:
    """A delivery into a point, what becomes of it, and why it does not go where it was to go."""

    delivery_id: UUID
    stop_id: UUID
    point: PickupPoint
    outcome: LoadOutcome
    reason: str | None = None
    to_point: PickupPoint | None = None


@dataclass(frozen=True)
class LoadCheck:
    """The route's version afterwards, and each delivery into a point."""

    route: Route
    items: Sequence[Loaded]


def check(session: Session, *, driver_id: UUID, now: datetime) -> LoadCheck:
    """Check the room for all that the driver's route of today brings to points. Once more changes nothing.

    NoRouteToday. A delivery whose point has no room goes to the nearest with room that the route can carry, and else
    is taken off the route, waiting for a plan again.
    """
    today = published_route_of(session, driver_id=driver_id, now=now)
    if not today.stops:
        return LoadCheck(today, ())
    route = held_route_of(session, today.stops[0].id, driver_id=driver_id)
    to_check = [(stop, drop) for stop in route.stops if _is_to_come(stop) for drop in live_drops(stop)]
    items = [
        _check(session, route, stop, drop, now=now, by=driver_id)
        for stop, drop in to_check
        if drop.at_point and redirecting.expected_stays(session, drop.delivery_id)
    ]
    if any(item.outcome in (LoadOutcome.REDIRECTED, LoadOutcome.HELD_BACK) for item in items):
        route.changed()
        session.flush()
        refreshing.refresh(session, route_id=route.id, travel=None, now=now)
    return LoadCheck(route, items)


def _check(session: Session, route: Route, stop: Stop, drop: Drop, *, now: datetime, by: UUID) -> Loaded:
    delivery = drop.delivery
    point = _point(session, delivery.pickup_point_id)
    at, until = _span(stop, point, now)
    if _is_kept(session, delivery.id, until=at):
        return Loaded(delivery.id, stop.id, point, LoadOutcome.KEPT)
    parcels = [redirecting.measures_of(each) for each in redirecting.parcels_of(session, delivery.id)]
    try:
        reserving.release(session, delivery_id=delivery.id, now=now)
        rents = reserving.reserve(
            session, point, parcels, starts_at=at, ends_at=until, hold_id=None, delivery_id=delivery.id, now=now
        )
        return Loaded(delivery.id, stop.id, point, LoadOutcome.RESERVED if rents else LoadOutcome.KEPT)
    except _NO_ROOM as refusal:
        return _elsewhere(session, route, stop, drop, point, parcels, reason=refusal, now=now, by=by)


def _elsewhere(
    session: Session,
    route: Route,
    stop: Stop,
    drop: Drop,
    full: PickupPoint,
    parcels: Sequence[Measures],
    *,
    reason: NothingFits | PointFull | PointTakesNothing,
    now: datetime,
    by: UUID,
) -> Loaded:
    why = type(reason).__doc__ or ""
    delivery, (at, until) = drop.delivery, _span(stop, full, now)
    for point in nearby.with_room(session, full, parcels, at=at, until=until, within_m=NEAR_M):
        if not attended(point, delivery.proof_requirements):
            continue  # no door asks for a paper
        there = detours.stop_at(route, point, behind=stop)
        way = None if there is not None else detours.detour(session, route, point, behind=stop)
        target = there if way is None else way.stop
        if target is None:
            continue  # the rest of the round cannot bear it
        if not _redirected(session, delivery, point, at=target.planned_arrival_at, why=why, now=now, by=by):
            continue
        if way is not None:
            detours.put_in(session, route, way, point)
        withdraw(session, route, stop, delivery.id, now=now)
        detours.move_drop(session, drop, target)
        return Loaded(delivery.id, target.id, full, LoadOutcome.REDIRECTED, why, point)
    _hold_back(session, route, stop, delivery, full, reason=why, now=now, by=by)
    return Loaded(delivery.id, stop.id, full, LoadOutcome.HELD_BACK, why)


def _redirected(
    session: Session, delivery: Delivery, to: PickupPoint, *, at: datetime, why: str, now: datetime, by: UUID
) -> bool:
    """Send the delivery there, and say whether it worked: somebody else may have taken the room a moment ago."""
    at = max(now, at)
    until = at + timedelta(days=to.hold_days)
    try:
        with session.begin_nested():
            redirecting.redirect(session, delivery, to, at=at, until=until, reason=why, now=now, by=by)
    except _NO_ROOM:
        return False
    return True


def _hold_back(
    session: Session,
    route: Route,
    stop: Stop,
    delivery: Delivery,
    point: PickupPoint,
    *,
    reason: str,
    now: datetime,
    by: UUID,
) -> None:
    withdraw(session, route, stop, delivery.id, now=now)
    if delivery.state in (DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY):
        progress.call_back(session, delivery, now=now, by=by)
    facts.record(
        session,
        DeliveryHeldBack(delivery_id=delivery.id, route_id=route.id, point_id=point.id, reason=reason, at=now, by=by),
    )


def _is_kept(session: Session, delivery_id: UUID, *, until: datetime) -> bool:
    """Whether there is room kept for each parcel that is on its way, and still will be when the van arrives."""
    rents = session.execute(
        select(Stay.id, Rent, Compartment.out_of_order_at)
        .outerjoin(
            Rent, (Rent.id == Stay.rent_id) & (Rent.state != RentState.RELEASED) & (Rent.point_id == Stay.point_id)
        )
        .outerjoin(Compartment, Compartment.id == Rent.compartment_id)
        .where(Stay.id.in_([stay.id for stay in redirecting.expected_stays(session, delivery_id)]))
    ).all()
    return all(rent is not None and broken is None and rent.ends_at > until for _, rent, broken in rents)


def _span(stop: Stop, point: PickupPoint, now: datetime) -> tuple[datetime, datetime]:
    at = max(now, stop.planned_arrival_at)
    return at, at + timedelta(days=point.hold_days)


def _is_to_come(stop: Stop) -> bool:
    return stop.state is StopState.PLANNED and stop.withdrawn_at is None


def _point(session: Session, point_id: UUID | None) -> PickupPoint:
    assert point_id is not None
    return queries.points_with_closures(session, [point_id])[point_id]
