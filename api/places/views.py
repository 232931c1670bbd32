"""The city on the map: addresses, extent, tiles."""

from __future__ import annotations

from typing import Any

from flask import Response

from accounts.principals import Role
from api.access import open_to, public
from api.blueprint import Blueprint
from api.etags import etag, not_modified
from api.places.schemas import AddressesSchema, AddressQuery, CitySchema
from api.unit import session
from kernel.errors import FieldError
from kernel.geo import Point
from places.addresses import nearest_addresses, search_addresses
from places.cities import Extent, NoCity, OutsideCity, bounds, current_city, edition
from places.tiles import NoSuchTile, tile

blueprint = Blueprint("places", __name__, url_prefix="/v1", description="Addresses and the map of the imported city.")

MVT = "application/vnd.mapbox-vector-tile"
# A new import is seen within a minute; meanwhile and afterwards the ETag saves the bytes.
CACHED = {"Cache-Control": "public, max-age=60, stale-while-revalidate=86400"}


@blueprint.route("/addresses")
@open_to(*Role, scope="places:read")
@blueprint.arguments(AddressQuery, location="query")
@blueprint.refuses(OutsideCity)
@blueprint.response(200, AddressesSchema)
def list_addresses(query: dict[str, Any]) -> dict[str, Any]:
    """Find addresses by what somebody types.

    Slips of the fingers are forgiven, house numbers come exact first, then the nearest; `near` ranks streets of the
    same name. Without `q` the addresses around `near` are listed. Empty when no city is imported or nothing is like it.
    """
    near: Point | None = query["near"]
    if near is not None:
        _check_inside(near)
    if near is not None and query["q"] is None:
        return {"items": nearest_addresses(session(), near=near, limit=query["limit"])}
    return {"items": search_addresses(session(), words=query["q"], near=near, limit=query["limit"])}


def _check_inside(near: Point) -> None:
    try:
        bounds(session()).check_inside(near)
    except OutsideCity as refusal:
        refusal.errors = (FieldError("query:near", refusal.detail),)
        raise


@blueprint.route("/city")
@public
@blueprint.refuses(NoCity)
@blueprint.response(200, CitySchema)
def show_city() -> Extent:
    """Show which city is imported."""
    return current_city(session())


@blueprint.route("/tiles/<int:z>/<int:x>/<int:y>.mvt")
@public
@blueprint.refuses(NoCity, NoSuchTile)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=MVT)
@blueprint.alt_response(304, description="You have it already.")
def show_tile(z: int, x: int, y: int) -> Response:
    """Draw a part of the map as a vector tile.

    Layers `streets`, `buildings` and `water`, each feature with `kind` and `name`. Show the attribution of `/v1/city`
    beside it.
    """
    version = edition(session())
    known = not_modified(version)
    if known is not None:
        return known
    return Response(tile(session(), z=z, x=x, y=y), mimetype=MVT, headers=etag(version) | CACHED)
