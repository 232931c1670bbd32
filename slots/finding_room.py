"""Finding room in the routes for what a customer wishes to hold, while no unit of work is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.locating import locate
from kernel.geo import Point
from pickup_points.points.hours import Hours
from places.streets import Streets
from routing.given import Span
from routing.insertion import Wanted
from slots import route_room
from slots.holding import Wish
from slots.models import Slot
from slots.offering_points import brought_in
from slots.queries import own_point
from slots.queries import slot as slot_of
from slots.route_room import FoundRoom
from slots.standing import Unit


def find_for(wish: Wish, *, carrier_id: UUID, unit: Unit, streets: Streets, now: datetime) -> FoundRoom | None:
    """Return the cheapest room, None where the slot's count alone decides. NoRouteRoom, and what `locate` refuses."""
    with unit() as session:
        slot = slot_of(session, wish.slot_id, carrier_id=carrier_id)
        place, windows = _where_and_when(session, slot, wish, now=now)
    if place is None:
        return None
    load = wish.load
    demands = (load.parcels, load.weight_g, load.volume_cm3)
    wanted = Wanted(place=place, service_s=wish.service_s, demands=demands)
    return route_room.find(wanted, windows, carrier_id=carrier_id, unit=unit, streets=streets, now=now)


def _where_and_when(session: Session, slot: Slot, wish: Wish, *, now: datetime) -> tuple[Point | None, Sequence[Span]]:
    """The courier's stop: at the address within the slot, at a point before it, while the point is open."""
    if slot.point_id is None:
        place = None if wish.address is None else locate(session, wish.address).place
        return place, [(slot.starts_at, slot.ends_at)]
    point = own_point(session, slot.point_id, carrier_id=slot.carrier_id, with_closures=True)
    if point is None:
        return None, []
    return point.place, brought_in(slot, point, Hours.of(point, point.closures), now=now)
