"""When the pickup points are open that deliveries go to, so that plans bring nothing to a closed door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pickup_points.models import PickupPoint
from pickup_points.points.hours import Hours
from pickup_points.points.queries import points_with_closures
from routing.given import GivenDelivery, GivenPoint, GivenShift
from routing.models import Route

_ABOUT = timedelta(days=4)


def opened(
    session: Session, deliveries: Sequence[GivenDelivery], *, shifts: Iterable[GivenShift]
) -> tuple[GivenDelivery, ...]:
    """Return the deliveries, those to pickup points with the times at which these are open about the shifts.

    Somewhat before and after them too: who asks why a delivery is left out is told by how much they miss it.
    """
    points = points_with_closures(session, {each.point.id for each in deliveries if each.point is not None})
    times = [(shift.starts_at, shift.ends_at) for shift in shifts]
    if not points or not times:
        return tuple(deliveries)
    from_, until = min(starts_at for starts_at, _ in times) - _ABOUT, max(ends_at for _, ends_at in times) + _ABOUT
    known = {found.id: _given(found, from_, until) for found in points.values()}
    return tuple(
        each if each.point is None else replace(each, point=known.get(each.point.id, each.point)) for each in deliveries
    )


def brought_to_closed(session: Session, routes: Sequence[Route]) -> list[UUID]:
    """Return the deliveries that the routes, whose deliveries are loaded, bring to a point while it is closed."""
    halts = [*_halts_at_points(routes)]
    points = points_with_closures(session, {point_id for _, point_id, _ in halts})
    hours = {found.id: Hours.of(found, found.closures) for found in points.values()}
    return [delivery_id for delivery_id, point_id, at in halts if not hours[point_id].is_open(at)]


def _halts_at_points(routes: Sequence[Route]) -> Iterator[tuple[UUID, UUID, datetime]]:
    for stop in (stop for route in routes for stop in route.stops):
        for drop in stop.drops:
            if drop.delivery.pickup_point_id is not None and drop.alternative_id is None:
                yield drop.delivery_id, drop.delivery.pickup_point_id, stop.planned_start_at


def _given(point: PickupPoint, from_: datetime, until: datetime) -> GivenPoint:
    hours = Hours.of(point, point.closures)
    return GivenPoint(point.id, point.name, point.opening_hours, tuple(hours.open_spans(from_, until)))
