"""What becomes of a published route when a delivery in it is cancelled or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import facts
from kernel.facts import FactRow
from routing.facts import DropWithdrawn, StopWithdrawn
from routing.models import Drop, Fetch, Route, Stop, StopState
from routing.queries import published_stop


def withdraw_delivery(session: Session, fact: FactRow) -> None:
    """React to a delivery that was cancelled, or lost its promise: the courier is not to bring it."""
    for stop_id in _stops_to_come(session, fact.aggregate_id):
        stop = published_stop(session, stop_id, for_update=True)
        withdraw(session, stop.route, stop, fact.aggregate_id, now=fact.at)


def show_change(session: Session, fact: FactRow) -> None:
    """React to a delivery of which something was changed that a plan does not rest on: the driver must see it."""
    for stop_id in _stops_to_come(session, fact.aggregate_id):
        published_stop(session, stop_id, for_update=True).route.changed()


def _stops_to_come(session: Session, delivery_id: UUID) -> Sequence[UUID]:
    to_come = (Stop.state != StopState.DONE, Route.published_at.is_not(None))
    dropped = select(Stop.id).join(Stop.route).join(Stop.drops).where(Drop.delivery_id == delivery_id, *to_come)
    fetched = select(Stop.id).join(Stop.route).join(Stop.fetches).where(Fetch.delivery_id == delivery_id, *to_come)
    return session.scalars(
        dropped.where(Drop.withdrawn_at.is_(None)).union(fetched.where(Fetch.withdrawn_at.is_(None)))
    ).all()


def withdraw(session: Session, route: Route, stop: Stop, delivery_id: UUID, *, now: datetime) -> None:
    """Take the delivery off a stop of the locked route; one at which nothing is left is passed by."""
    drop = next(each for each in stop.errands if each.delivery_id == delivery_id)
    if stop.state is StopState.DONE or drop.withdrawn_at is not None:
        return  # done while we waited for the lock

    drop.withdrawn_at = now
    route.changed()
    facts.record(session, DropWithdrawn(route_id=stop.route_id, stop_id=stop.id, delivery_id=delivery_id, at=now))
    if all(each.withdrawn_at is not None for each in stop.errands):
        stop.withdrawn_at = now
        facts.record(session, StopWithdrawn(route_id=stop.route_id, stop_id=stop.id, at=now))
