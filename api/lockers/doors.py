"""The compartments of a point: what a locker is made of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import IF_MATCH, etag, require_match
from api.lockers.schemas import BankAddedSchema, BankSchema, CompartmentSchema, DoorChangeSchema, DoorsSchema
from api.problems import PreconditionFailed, PreconditionMissing
from api.unit import session
from kernel import clock
from pickup_points.lockers import compartments, doors
from pickup_points.lockers.compartments import CompartmentInUse, CompartmentNameTaken, DoorChange, TooManyCompartments
from pickup_points.lockers.doors import CompartmentNotFound
from pickup_points.models import Compartment
from pickup_points.points import queries
from pickup_points.points.queries import PointNotFound

blueprint = Blueprint("lockers", __name__, url_prefix="/v1", description="Compartments, and what opens them.")

_BANK = {
    "sizes": [
        {"size": "S", "length_mm": 640, "width_mm": 380, "height_mm": 80, "most_weight_g": 25000, "count": 8},
        {"size": "L", "length_mm": 640, "width_mm": 410, "height_mm": 380, "names": ["L1", "L2"]},
    ]
}


@blueprint.route("/pickup-points/<uuid:point_id>/compartments", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.arguments(BankSchema, example=_BANK)
@blueprint.response(201, BankAddedSchema)
@blueprint.refuses(PointNotFound, CompartmentNameTaken, TooManyCompartments)
def add_compartments(bank: dict[str, Any], point_id: UUID) -> dict[str, Any]:
    """Add compartments to a point, several sizes at once. Those without a name are numbered on."""
    point = queries.point(session(), point_id, caller=caller(), for_update=True)
    now = clock.now()
    return {"items": compartments.add_doors(session(), point, bank["sizes"], now=now, by=caller().person_id)}


@blueprint.route("/pickup-points/<uuid:point_id>/compartments")
@open_to(Role.DISPATCHER, Role.ADMIN, Role.COUNTER, scope="points:read")
@blueprint.response(200, DoorsSchema)
@blueprint.refuses(PointNotFound)
def list_compartments(point_id: UUID) -> dict[str, Any]:
    """List a point's compartments with who has them: reserved, occupied, and when each is expected to be free."""
    point = queries.point(session(), point_id, caller=caller())
    return {"items": doors.doors(session(), point.id, now=clock.now())}


@blueprint.route("/pickup-points/<uuid:point_id>/compartments/<uuid:compartment_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, Role.COUNTER, scope="points:write")
@blueprint.arguments(DoorChangeSchema)
@blueprint.response(200, CompartmentSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(CompartmentNotFound, CompartmentNameTaken, CompartmentInUse, PreconditionFailed, PreconditionMissing)
def change_compartment(
    change: DoorChange, point_id: UUID, compartment_id: UUID
) -> tuple[Compartment, int, dict[str, str]]:
    """Change a compartment, or say that it is out of order, with the reason, or that it works again.

    What is reserved behind a door that is out of order moves to another door of the point; if there is none, the
    parcels are sent elsewhere when the van is loaded.
    """
    door = doors.compartment(session(), point_id, compartment_id, caller=caller(), for_update=True)
    require_match(door.version)
    compartments.change_door(session(), door, change, now=clock.now(), by=caller().person_id)
    return door, 200, etag(door.version)


@blueprint.route("/pickup-points/<uuid:point_id>/compartments/<uuid:compartment_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="points:write")
@blueprint.response(204)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(CompartmentNotFound, CompartmentInUse, PreconditionFailed, PreconditionMissing)
def remove_compartment(point_id: UUID, compartment_id: UUID) -> None:
    """Remove a compartment that nobody has. Its past stays."""
    door = doors.compartment(session(), point_id, compartment_id, caller=caller(), for_update=True)
    require_match(door.version)
    compartments.remove_door(session(), door, now=clock.now(), by=caller().person_id)
