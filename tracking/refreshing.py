"""Refreshing the arrivals of a route's stops ahead: after a position, a stop event, a publication, a withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.database import after_commit
from routing.models import Route
from tracking import live
from tracking.estimating import Estimate, Travel, estimate, settle
from tracking.models import Arrival, Position, Verdict
from tracking.rounds import ahead_of, held_round, last_event_at, left_at, live_delivery_ids


def refresh(session: Session, *, route_id: UUID, travel: Travel | None, now: datetime) -> None:
    """Bring the route's arrivals up to date and, after the commit, tell those whose arrival moved.

    A route that is not published has no arrivals. `travel` is what the streets say from the courier's position.
    """
    route = held_round(session, route_id)
    there = {arrival.stop_id: arrival for arrival in _arrivals(session, route_id)}
    fresh = [] if route is None else _fresh(session, route, travel, now)
    told = {stop_id: _estimate(arrival) for stop_id, arrival in there.items()}
    settled = settle(fresh, told=told, now=now)

    for stop_id in there.keys() - {each.stop_id for each in settled}:
        session.delete(there[stop_id])
    moved = [_write(session, each, there.get(each.stop_id), route_id, now) for each in settled if _news(each, told)]

    if route is not None:
        _tell(session, route, moved)


def _fresh(session: Session, route: Route, travel: Travel | None, now: datetime) -> list[Estimate]:
    known_at = _known_at(session, route, now)
    return estimate(ahead_of(route), left_at=left_at(route), travel=travel, known_at=known_at, now=now)


def _known_at(session: Session, route: Route, now: datetime) -> datetime:
    """Return the last moment of which the device told, by its clock; now when it has told nothing of this round.

    However long it has been silent: a backlog that comes in says that the courier worked on, not that time stood still.
    """
    seen_at = session.scalar(
        select(func.max(Position.device_time)).where(
            Position.driver_id == route.driver_id,
            Position.route_id == route.id,
            Position.verdict == Verdict.ACCEPTED,
        )
    )
    told = [at for at in (seen_at, last_event_at(route)) if at is not None]
    return min(now, max(told, default=now))


def _arrivals(session: Session, route_id: UUID) -> Sequence[Arrival]:
    return session.scalars(
        select(Arrival).where(Arrival.route_id == route_id).execution_options(populate_existing=True)
    ).all()


def _news(each: Estimate, told: dict[UUID, Estimate]) -> bool:
    return told.get(each.stop_id) != each


def _write(session: Session, each: Estimate, arrival: Arrival | None, route_id: UUID, now: datetime) -> Arrival:
    if arrival is None:
        arrival = Arrival(stop_id=each.stop_id, route_id=route_id)
        session.add(arrival)
    arrival.expected_at, arrival.earliest_at, arrival.latest_at = each.expected_at, each.earliest_at, each.latest_at
    arrival.stops_before, arrival.source = each.stops_before, each.source
    arrival.computed_at = now
    return arrival


def _estimate(arrival: Arrival) -> Estimate:
    return Estimate(
        arrival.stop_id,
        arrival.expected_at,
        arrival.earliest_at,
        arrival.latest_at,
        arrival.stops_before,
        arrival.source,
    )


def _tell(session: Session, route: Route, moved: Sequence[Arrival]) -> None:
    deliveries = {stop.id: live_delivery_ids(stop) for stop in route.stops}
    news = [(deliveries[arrival.stop_id], arrival) for arrival in moved]
    after_commit(session, lambda: live.tell_arrivals(news))
