"""Shifts: which driver has which vehicle, from when to when, from where to where."""

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
from api.shifts.schemas import ShiftChangeSchema, ShiftDraftSchema, ShiftQuery, ShiftSchema
from api.unit import session
from kernel import clock
from kernel.paging import Page
from places.cities import OutsideCity
from routing import fleet, shifts
from routing.fleet import ShiftNotFound
from routing.models import Shift
from routing.requesting import ShiftAlreadyRouted
from routing.shifts import DriverBusy, NoSuchVehicle, NotADriver, ShiftInvalid, VehicleBusy

blueprint = Blueprint("shifts", __name__, url_prefix="/v1", description="Who drives what, and when.")
_TERMS = (ShiftInvalid, OutsideCity, NotADriver, NoSuchVehicle, DriverBusy, VehicleBusy)


@blueprint.route("/shifts", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(ShiftDraftSchema)
@blueprint.response(201, ShiftSchema)
@blueprint.refuses(*_TERMS)
def lay_out_shift(draft: dict[str, Any]) -> tuple[Shift, int, dict[str, str]]:
    """Lay out a shift. Neither its driver nor its vehicle can be in two at once."""
    shift = shifts.lay_out(session(), draft, caller=caller(), now=clock.now())  # type: ignore[arg-type]  # the schema's
    return shift, 201, etag(shift.version) | {"Location": f"/v1/shifts/{shift.id}"}


@blueprint.route("/shifts")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.arguments(ShiftQuery, location="query")
@blueprint.response(200, page_schema(ShiftSchema))
def list_shifts(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List the shifts, the one laid out last first. Cancelled ones are not among them."""
    return paged(fleet.shifts(session(), **query, caller=caller()))


@blueprint.route("/shifts/<uuid:shift_id>")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.response(200, ShiftSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(ShiftNotFound)
def read_shift(shift_id: UUID) -> Response | tuple[Shift, int, dict[str, str]]:
    """Read a shift."""
    shift = fleet.shift(session(), shift_id, caller=caller())
    return not_modified(shift.version) or (shift, 200, etag(shift.version))


@blueprint.route("/shifts/<uuid:shift_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.arguments(ShiftChangeSchema)
@blueprint.response(200, ShiftSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(ShiftNotFound, ShiftAlreadyRouted, *_TERMS, PreconditionFailed, PreconditionMissing)
def change_shift(change: dict[str, Any], shift_id: UUID) -> tuple[Shift, int, dict[str, str]]:
    """Change a shift that no published route covers."""
    shift = fleet.shift(session(), shift_id, caller=caller(), for_update=True)
    require_match(shift.version)
    shifts.change_shift(session(), shift, change, now=clock.now())  # type: ignore[arg-type]  # the schema's keys
    return shift, 200, etag(shift.version)


@blueprint.route("/shifts/<uuid:shift_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:write")
@blueprint.response(204)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(ShiftNotFound, ShiftAlreadyRouted, PreconditionFailed, PreconditionMissing)
def cancel_shift(shift_id: UUID) -> None:
    """Cancel a shift that no published route covers. Its driver and vehicle are free again."""
    shift = fleet.shift(session(), shift_id, caller=caller(), for_update=True)
    require_match(shift.version)
    shifts.cancel_shift(session(), shift, now=clock.now())
