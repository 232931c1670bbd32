"""The spec at `/openapi.json` and the page that reads it at `/docs`, all from this server."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, jsonify, send_from_directory

from api.access import public
from api.blueprint import Blueprint
from api.limits import unlimited
from api.unit import own_units
from kernel.errors import NotFound

blueprint = Blueprint("reference", __name__, description="The spec, and a page to read it.")
PAGES = Path(__file__).resolve().parents[2] / "web" / "dist"


class PageNotBuilt(NotFound):
    """The pages were not built; `make setup` builds them."""


@blueprint.route("/openapi.json")
@unlimited
@public
@own_units
@blueprint.response(200, {"type": "object"})
def openapi() -> Response:
    """Return this specification."""
    return jsonify(current_app.extensions["spec"].to_dict())


@blueprint.route("/docs")
@unlimited
@public
@own_units
@blueprint.response(200, {"type": "string"}, content_type="text/html")
@blueprint.refuses(PageNotBuilt)
def docs() -> Response:
    """Return the page for reading this specification."""
    return _page("docs.html")


@blueprint.route("/assets/<path:name>")
@unlimited
@public
@own_units
@blueprint.response(200, {"type": "string"}, content_type="application/octet-stream")
@blueprint.refuses(PageNotBuilt)
def assets(name: str) -> Response:
    """Return a script, style or image of our pages."""
    return _page(f"assets/{name}")


def _page(name: str) -> Response:
    if not (PAGES / "docs.html").exists():
        raise PageNotBuilt()
    return send_from_directory(PAGES, name)
