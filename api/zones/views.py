"""Zones: the areas that a carrier serves."""

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
from api.zones.schemas import ZoneChangeSchema, ZoneDraftSchema, ZoneQuery, ZoneSchema
from kernel import clock
from kernel.paging import Page
from places import coverage, zones
from places.areas import AreaInvalid
from places.coverage import ZoneNotFound
from places.models import Zone
from places.zones import TimeZoneUnknown, ZoneNameTaken, ZoneRetiredAlready

blueprint = Blueprint("zones", __name__, url_prefix="/v1", description="The areas that a carrier serves.")


@blueprint.route("/zones", methods=["POST"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.arguments(ZoneDraftSchema)
@blueprint.response(201, ZoneSchema)
@blueprint.refuses(AreaInvalid, TimeZoneUnknown, ZoneNameTaken)
def add_zone(draft: dict[str, Any]) -> tuple[Zone, int, dict[str, str]]:
    """Draw a zone."""
    zone = zones.add_zone(session(), **draft, caller=caller(), now=clock.now())
    return zone, 201, etag(zone.version) | {"Location": f"/v1/zones/{zone.id}"}


@blueprint.route("/zones")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.arguments(ZoneQuery, location="query")
@blueprint.response(200, page_schema(ZoneSchema))
def list_zones(query: dict[str, Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """List the carrier's zones, newest first: all, or those around a place."""
    return paged(coverage.zones(session(), **query, caller=caller()))


@blueprint.route("/zones/<uuid:zone_id>")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="slots:read")
@blueprint.response(200, ZoneSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(ZoneNotFound)
def read_zone(zone_id: UUID) -> Response | tuple[Zone, int, dict[str, str]]:
    """Read a zone, retired or not."""
    zone = coverage.zone(session(), zone_id, caller=caller())
    return not_modified(zone.version) or (zone, 200, etag(zone.version))


@blueprint.route("/zones/<uuid:zone_id>", methods=["PATCH"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.arguments(ZoneChangeSchema)
@blueprint.response(200, ZoneSchema)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(
    ZoneNotFound, ZoneRetiredAlready, AreaInvalid, ZoneNameTaken, PreconditionFailed, PreconditionMissing
)
def change_zone(change: dict[str, Any], zone_id: UUID) -> tuple[Zone, int, dict[str, str]]:
    """Change a zone. Bookings at places that it covers no more stay."""
    zone = coverage.zone(session(), zone_id, caller=caller(), for_update=True)
    require_match(zone.version)
    zones.change_zone(session(), zone, change, caller=caller(), now=clock.now())  # type: ignore[arg-type]
    return zone, 200, etag(zone.version)


@blueprint.route("/zones/<uuid:zone_id>", methods=["DELETE"])
@open_to(Role.DISPATCHER, Role.ADMIN, scope="slots:write")
@blueprint.response(204)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.refuses(ZoneNotFound, ZoneRetiredAlready, PreconditionFailed, PreconditionMissing)
def retire_zone(zone_id: UUID) -> None:
    """Retire a zone: nobody new gets into its slots. Its bookings stay."""
    zone = coverage.zone(session(), zone_id, caller=caller(), for_update=True)
    require_match(zone.version)
    zones.retire_zone(session(), zone, caller=caller(), now=clock.now())
