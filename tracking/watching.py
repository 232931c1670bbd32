"""What a recipient's link shows now, and what happened to the delivery behind a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from deliveries.models import Delivery
from kernel.facts import FactRow
from routing.models import Drop, Route, Stop
from tracking.collecting import collection
from tracking.models import Arrival, Position, TrackingLink, Verdict
from tracking.positions import STALE
from tracking.visibility import Seen, seen, shows_position


@dataclass(frozen=True)
class Watched:
    """What is seen, and a version that changes whenever it does."""

    seen: Seen
    version: str


def watch(session: Session, link: TrackingLink, *, now: datetime) -> Watched:
    """Return what the link shows now."""
    delivery = session.get_one(Delivery, link.delivery_id)
    drop, stop, arrival = _on_route(session, delivery.id)
    position = _position(session, stop, now) if stop is not None and shows_position(delivery, stop) else None
    ready = collection(session, delivery)
    place = position.place if position else None
    shown = seen(delivery, drop=drop, stop=stop, arrival=arrival, place=place, collection=ready, now=now)
    version = _version(delivery, stop, arrival, position, now)
    return Watched(shown, version if ready is None else f"{version}.{ready.version}")


def happened(session: Session, delivery_id: UUID, *, after: int, limit: int = 500) -> Sequence[FactRow]:
    """Return the placed facts behind position `after` that concern the delivery, oldest first: its own, its stops'."""
    routes = select(Stop.route_id).join(Drop, Drop.stop_id == Stop.id).where(Drop.delivery_id == delivery_id)
    rows = session.scalars(
        select(FactRow)
        .where(FactRow.aggregate_id.in_([delivery_id, *session.scalars(routes)]), FactRow.position > after)
        .order_by(FactRow.position)
        .limit(limit)
    )
    return [row for row in rows if delivery_id in concerned(row)]


def concerned(fact: FactRow) -> set[UUID]:
    """Return the deliveries that a fact is about: a stop's fact names its deliveries, a delivery's is its aggregate."""
    if fact.kind.startswith("stop."):
        return {UUID(delivery_id) for delivery_id in fact.data["delivery_ids"]}
    return {fact.aggregate_id}


def _on_route(session: Session, delivery_id: UUID) -> tuple[Drop | None, Stop | None, Arrival | None]:
    """Return the newest drop on a published route that was not withdrawn, its stop, and the stop's arrival."""
    row = session.execute(
        select(Drop, Stop, Arrival)
        .options(joinedload(Drop.alternative))
        .join(Stop, Stop.id == Drop.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .outerjoin(Arrival, Arrival.stop_id == Stop.id)
        .where(Drop.delivery_id == delivery_id, Drop.withdrawn_at.is_(None), Route.published_at.is_not(None))
        .order_by(Route.departs_at.desc(), Route.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1], row[2]) if row is not None else (None, None, None)


def _position(session: Session, stop: Stop, now: datetime) -> Position | None:
    return session.scalars(
        select(Position)
        .where(
            Position.route_id == stop.route_id,
            Position.verdict == Verdict.ACCEPTED,
            Position.device_time > now - STALE,
        )
        .order_by(Position.device_time.desc())
        .limit(1)
    ).first()


def _version(
    delivery: Delivery, stop: Stop | None, arrival: Arrival | None, position: Position | None, now: datetime
) -> str:
    parts: list[object] = [delivery.version, stop.state if stop else "none", position.id if position else 0]
    if arrival is not None:
        parts.append(int(arrival.computed_at.timestamp() * 1000))
        if min(arrival.expected_at, arrival.earliest_at) < now:
            # What is told is lifted to the present, so it changes by itself.
            parts.append(int(now.timestamp()) // 30)
    return ".".join(map(str, parts))
