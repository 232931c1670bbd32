"""Finding room in the routes for what a customer wishes to hold, before the unit of work in which it is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.locating import locate
from kernel.errors import Refusal
from kernel.geo import Point
from pickup_points.hours import Hours
from places.streets import Streets
from routing.given import Span
from routing.insertion import Wanted
from routing.resting import somebody_works
from slots import route_room
from slots.admitting import refusal
from slots.holding import Wish
from slots.models import Slot
from slots.offering_points import brought_in
from slots.queries import left, own_point
from slots.queries import slot as slot_of
from slots.route_room import FoundRoom
from slots.standing import Unit


def find_for(wish: Wish, *, carrier_id: UUID, unit: Unit, streets: Streets, now: datetime) -> FoundRoom | None:
    """Return the cheapest room, None where the slot's count alone decides. NoRouteRoom, all of `admitting.refusal`.

    None too for a wish that is refused for another reason: whoever holds says which.
    """
    with unit() as session:
        try:
            slot = slot_of(session, wish.slot_id, carrier_id=carrier_id)
            refused = refusal(
                slot, left(session, [slot], now=now)[slot.id], wish.load, order_minor=wish.order_minor, now=now
            )
            place, windows = _where_and_when(session, slot, wish, now=now)
            driven = refused is None and somebody_works(session, windows, carrier_id=carrier_id)
        except Refusal:
            return None
    if refused is not None:
        raise refused
    if not driven or place is None:
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
