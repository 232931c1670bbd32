"""The spec at `/openapi.json` and the page that reads it at `/docs`, all from this server."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path
from typing import cast

from flask import Response, current_app, jsonify, redirect
from werkzeug.security import safe_join

from api.access import public
from api.blueprint import Blueprint
from api.limits import unlimited
from api.unit import own_units
from kernel.errors import NotFound

blueprint = Blueprint("reference", __name__, description="The spec, and a page to read it.")
PAGES = Path(__file__).resolve().parents[2] / "web" / "dist"

# Nothing from other hosts; the reader of the spec sets styles inline.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class PageNotBuilt(NotFound):
    """There is no such page; `make setup` builds them."""


@blueprint.route("/openapi.json")
@unlimited
@public
@own_units
@blueprint.response(200, {"type": "object"})
def openapi() -> Response:
    """Return this specification."""
    return jsonify(current_app.extensions["spec"].to_dict())


@blueprint.route("/")
@unlimited
@public
@own_units
@blueprint.response(302, {"type": "string"}, content_type="text/html")
def front_door() -> Response:
    """Lead whoever comes by the front door to the page for reading this specification."""
    return cast(Response, redirect("/docs"))


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
    path = safe_join(str(PAGES), name)
    if path is None or not os.path.isfile(path):
        raise PageNotBuilt(name)
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    answer = Response(Path(path).read_bytes(), content_type=media)
    # Names under assets/ carry a hash of their content; the page that names them is asked for again each time.
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if "/" in name else "no-cache"
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
