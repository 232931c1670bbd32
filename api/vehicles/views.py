"""Vehicles: what moves the parcels, and how much it holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import IF_MATCH, etag, not_modified, require_match
from api.pages import page_schema, paged
from api.problems import PreconditionFailed, PreconditionMissing
from api.unit import session
from api.vehicles.schemas import VehicleChangeSchema, VehicleDraftSchema, VehicleQuery, VehicleSchema
from kernel import clock
from kernel.paging import Page
from routing import fleet, vehicles
from routing.fleet import VehicleNotFound
from routing.models import Vehicle
from routing.vehicles import VehicleInUse, VehicleRetired

blueprint = Blueprint("vehicles", __name__, url_prefix="/v1", description="What moves the parcels.")


@blueprint.route("/vehicles", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(VehicleDraftSchema)
@blueprint.response(201, VehicleSchema)
def add_vehicle(draft: dict[str, Any]) -> tuple[Vehicle, int, dict[str, str]]:
    """Add a vehicle."""
    vehicle = vehicles.add_vehicle(session(), **draft, caller=caller(), now=clock.now())
    return vehicle, 201, etag(vehicle.version) | {"Location": f"/v1/vehicles/{vehicle.id}"}


@blueprint.route("/vehicles")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.arguments(VehicleQuery, location="query")
@blueprint.response(200, page_schema(VehicleSchema))
def list_vehicles(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List the vehicles, newest first."""
    return paged(fleet.vehicles(session(), **query, caller=caller()))


@blueprint.route("/vehicles/<uuid:vehicle_id>")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.response(200, VehicleSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(VehicleNotFound)
def read_vehicle(vehicle_id: UUID) -> Response | tuple[Vehicle, int, dict[str, str]]:
    """Read a vehicle, retired or not."""
    vehicle = fleet.vehicle(session(), vehicle_id, caller=caller())
    return not_modified(vehicle.version) or (vehicle, 200, etag(vehicle.version))


@blueprint.route("/vehicles/<uuid:vehicle_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(VehicleChangeSchema)
@blueprint.response(200, VehicleSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(VehicleNotFound, VehicleRetired, PreconditionFailed, PreconditionMissing)
def change_vehicle(change: dict[str, Any], vehicle_id: UUID) -> tuple[Vehicle, int, dict[str, str]]:
    """Change a vehicle. A plan that was made with it before cannot be published any more."""
    vehicle = fleet.vehicle(session(), vehicle_id, caller=caller(), for_update=True)
    require_match(vehicle.version)
    vehicles.change_vehicle(session(), vehicle, change)  # type: ignore[arg-type]  # the schema's keys
    return vehicle, 200, etag(vehicle.version)


@blueprint.route("/vehicles/<uuid:vehicle_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.response(204)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(VehicleNotFound, VehicleRetired, VehicleInUse, PreconditionFailed, PreconditionMissing)
def retire_vehicle(vehicle_id: UUID) -> None:
    """Retire a vehicle that has no shift to come. Its past stays."""
    vehicle = fleet.vehicle(session(), vehicle_id, caller=caller(), for_update=True)
    require_match(vehicle.version)
    vehicles.retire_vehicle(session(), vehicle, now=clock.now())
