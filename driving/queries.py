"""What a courier's device asks about the round."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deliveries import queries as deliveries
from deliveries.models import DeliveryState
from kernel.errors import NotFound
from routing.models import Drop, Fetch, Route, Stop
from routing.queries import StopNotFound


class NotOnYourRoute(NotFound):
    """There is no such delivery on your published routes."""


def held_route_of(session: Session, stop_id: UUID, *, driver_id: UUID) -> Route:
    """Return the driver's published route with this stop, its stops, drops and deliveries, the route and they locked.

    The route's row is locked before anything else, by everyone, so that two devices and a withdrawal go one after
    the other. StopNotFound.
    """
    route_id = session.scalar(
        select(Route.id)
        .join(Stop, Stop.route_id == Route.id)
        .where(Stop.id == stop_id, Route.driver_id == driver_id, Route.published_at.is_not(None))
        .with_for_update(of=Route, key_share=True)
    )
    if route_id is None:
        raise StopNotFound()
    route = session.scalars(
        select(Route)
        .where(Route.id == route_id)
        .options(
            selectinload(Route.stops).selectinload(Stop.drops).joinedload(Drop.delivery),
            selectinload(Route.stops).selectinload(Stop.fetches).joinedload(Fetch.delivery),
        )
        # What another transaction committed while we waited for the lock counts, not what was read before.
        .execution_options(populate_existing=True)
    ).one()
    deliveries.by_ids(session, [drop.delivery_id for stop in route.stops for drop in stop.drops], for_update=True)
    return route


def live_drops(stop: Stop) -> list[Drop]:
    """Return the drops that are still to be made: not withdrawn, and not cancelled a moment ago either."""
    return [drop for drop in stop.drops if _is_live(drop)]


def live_fetches(stop: Stop) -> list[Fetch]:
    """Return the deliveries that are still to be fetched, as `live_drops`."""
    return [fetch for fetch in stop.fetches if _is_live(fetch)]


def live_errands(stop: Stop) -> list[Drop | Fetch]:
    """Return all that is still to be brought or fetched there."""
    return [*live_drops(stop), *live_fetches(stop)]


def waits_for_pickup(route: Route, delivery_id: UUID) -> bool:
    """Say whether the delivery's parcels are still to be fetched on this round."""
    return any(
        fetch.delivery_id == delivery_id and fetch.outcome is None
        for stop in route.stops
        for fetch in live_fetches(stop)
    )


def _is_live(each: Drop | Fetch) -> bool:
    return each.withdrawn_at is None and each.delivery.state is not DeliveryState.CANCELLED


def drop_on_own_route(session: Session, delivery_id: UUID, *, driver_id: UUID) -> Drop:
    """Return the newest drop of the delivery on a published route of this driver. NotOnYourRoute."""
    found = session.scalars(
        select(Drop)
        .join(Stop, Stop.id == Drop.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .where(
            Drop.delivery_id == delivery_id,
            Drop.withdrawn_at.is_(None),
            Route.driver_id == driver_id,
            Route.published_at.is_not(None),
        )
        .order_by(Route.departs_at.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotOnYourRoute()
    return found
