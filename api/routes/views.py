"""Routes, for dispatchers. The driver's own stands under `/v1/driver/route`."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from accounts.principals import Role
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import etag, not_modified
from api.routes.schemas import RouteSchema
from api.unit import session
from routing import queries
from routing.models import Route
from routing.queries import RouteNotFound

blueprint = Blueprint("routes", __name__, url_prefix="/v1", description="Who visits what, in which order.")


@blueprint.route("/routes/<uuid:route_id>")
@open_to(Role.DISPATCHER, Role.ADMIN, scope="routing:read")
@blueprint.response(200, RouteSchema)
@blueprint.alt_response(304, description="You have this version already.")
@blueprint.refuses(RouteNotFound)
def read_route(route_id: UUID) -> Response | tuple[Route, int, dict[str, str]]:
    """Read a route with its stops and what is to be brought there."""
    found = queries.route(session(), route_id, caller=caller())
    return not_modified(found.version) or (found, 200, etag(found.version))
