"""What a hold may need while no unit of work is open: the room in the routes is found, or looked at again."""

from __future__ import annotations

from uuid import UUID

from flask import request

from api.access import caller
from api.holds.schemas import HoldDraftSchema
from api.unit import unit
from kernel import clock
from places.streets import STREETS
from slots import finding_room, route_room
from slots.holding import Wish
from slots.route_room import FoundRoom


def find_room() -> FoundRoom | None:
    """Return the room in the routes for the hold that is asked for: the view has read the body before it asks."""
    wish: Wish = HoldDraftSchema().load(request.get_json())
    return finding_room.find_for(
        wish, carrier_id=caller().carrier_id, unit=unit, streets=STREETS.get(), now=clock.now()
    )


def check_room(hold_id: UUID) -> None:
    """Look whether the routes still have the room that the hold was given."""
    route_room.check(hold_id, carrier_id=caller().carrier_id, unit=unit, streets=STREETS.get(), now=clock.now())
