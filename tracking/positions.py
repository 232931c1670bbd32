"""Taking in couriers' positions: judged, kept, and used for the arrivals when they are good."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from kernel.database import after_commit
from kernel.geo import Point
from places.streets import STREETS, Profile
from routing.models import Route, Stop, StopState
from routing.queries import NoRouteToday, published_route_of
from routing.replan_terms import Seen
from tracking import live
from tracking.along import remaining_s
from tracking.estimating import Travel
from tracking.filters import Fix, judge
from tracking.models import Position, Verdict
from tracking.rounds import live_delivery_ids, stops_ahead

STALE = timedelta(minutes=10)  # an older position says nothing about where the courier is


@dataclass(frozen=True)
class Heading:
    """From where to which stop the courier is under way.

    `at_most_s` is what remains along the planned way for a courier who is on it.
    """

    stop_id: UUID
    profile: Profile
    origin: Point
    destination: Point
    seen_at: datetime
    at_most_s: int | None


@dataclass(frozen=True)
class Taken:
    """A verdict for each fix, the route whose arrivals they move, and the way whose length is worth asking for."""

    verdicts: list[Verdict]
    route_id: UUID | None = None
    heading: Heading | None = None


def take(session: Session, fixes: Sequence[Fix], *, driver_id: UUID, now: datetime) -> Taken:
    """Judge and keep a batch of fixes; after the commit, tell the recipients who are next where the courier is."""
    # Two batches of one device at once would accept the same fix twice.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"positions:{driver_id}", 0))))
    route = _route(session, driver_id, now)
    verdicts = judge(
        fixes,
        last=_last_accepted(session, driver_id),
        known_times=_known_times(session, driver_id, fixes),
        profile=route.vehicle.profile if route else None,
        now=now,
    )
    session.add_all(_row(fix, verdict, driver_id, route, now) for fix, verdict in zip(fixes, verdicts, strict=True))

    newest = _newest(fixes, verdicts, now)
    ahead = stops_ahead(route) if route else []
    if newest is None or route is None or not ahead:
        return Taken(verdicts)
    _tell(session, ahead[0], newest.place)
    return Taken(verdicts, route.id, _heading(route, ahead[0], newest, now))


def last_seen(session: Session, driver_ids: Collection[UUID], *, now: datetime) -> Mapping[UUID, Seen]:
    """Return where drivers were last seen for sure, by driver; who was not seen of late is not among them."""
    rows = session.scalars(
        select(Position)
        .ext(distinct_on(Position.driver_id))
        .where(
            Position.driver_id.in_(driver_ids),
            Position.verdict == Verdict.ACCEPTED,
            Position.device_time > now - STALE,
        )
        .order_by(Position.driver_id, Position.device_time.desc())
    )
    return {row.driver_id: Seen(row.place, min(now, row.device_time)) for row in rows}


def measure(heading: Heading) -> Travel:
    """Ask the streets for what remains to the next stop. Outside any unit of work.

    They may take a fix for a parallel way that leads elsewhere; who is on the planned way
    needs no longer than it takes.
    """
    answer = STREETS.get().durations_from(heading.profile, heading.origin, [heading.destination])
    duration_s = int(answer.duration_s[0, 0])
    if heading.at_most_s is not None:
        duration_s = min(duration_s, heading.at_most_s)
    return Travel(heading.stop_id, duration_s, bool(answer.by_streets[0, 0]), heading.seen_at)


def _route(session: Session, driver_id: UUID, now: datetime) -> Route | None:
    try:
        return published_route_of(session, driver_id=driver_id, now=now)
    except NoRouteToday:
        return None


def _last_accepted(session: Session, driver_id: UUID) -> Fix | None:
    last = session.scalars(
        select(Position)
        .where(Position.driver_id == driver_id, Position.verdict == Verdict.ACCEPTED)
        .order_by(Position.device_time.desc())
        .limit(1)
    ).first()
    return None if last is None else Fix(last.device_time, last.place, last.accuracy_m)


def _known_times(session: Session, driver_id: UUID, fixes: Sequence[Fix]) -> set[datetime]:
    return set(
        session.scalars(
            select(Position.device_time).where(
                Position.driver_id == driver_id, Position.device_time.in_([fix.device_time for fix in fixes])
            )
        )
    )


def _row(fix: Fix, verdict: Verdict, driver_id: UUID, route: Route | None, now: datetime) -> Position:
    return Position(
        driver_id=driver_id,
        route_id=route.id if route else None,
        device_time=fix.device_time,
        received_at=now,
        place=fix.place,
        accuracy_m=fix.accuracy_m,
        speed_mps=fix.speed_mps,
        heading_deg=fix.heading_deg,
        battery_percent=fix.battery_percent,
        verdict=verdict,
    )


def _newest(fixes: Sequence[Fix], verdicts: Sequence[Verdict], now: datetime) -> Fix | None:
    good = [
        fix
        for fix, verdict in zip(fixes, verdicts, strict=True)
        if verdict is Verdict.ACCEPTED and fix.device_time > now - STALE
    ]
    return max(good, key=lambda fix: fix.device_time, default=None)


def _tell(session: Session, stop: Stop, place: Point) -> None:
    if stop.state not in (StopState.ENROUTE, StopState.ARRIVED):
        return
    delivery_ids = live_delivery_ids(stop)
    after_commit(session, lambda: live.tell_position(delivery_ids, place=place))


def _heading(route: Route, stop: Stop, fix: Fix, now: datetime) -> Heading | None:
    if stop.state is StopState.ARRIVED:
        return None
    return Heading(
        stop_id=stop.id,
        profile=route.vehicle.profile.value,
        origin=fix.place,
        destination=stop.place,
        seen_at=min(now, fix.device_time),
        at_most_s=remaining_s(route, stop, fix.place),
    )
