"""The recipient's code as a picture, to be held before a locker or a counter's scanner."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from flask import Response
from marshmallow import fields, validate

from api.access import public
from api.fields import Query
from api.lockers.doors import blueprint
from api.unit import session
from deliveries.models import Delivery
from kernel import clock
from tracking import collecting, links
from tracking.collecting import NothingReady
from tracking.links import LinkNotFound

_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


class PictureQuery(Query):
    """As what."""

    format = fields.String(
        load_default="svg", validate=validate.OneOf([*_TYPES]), metadata={"description": "A drawing, or pixels"}
    )


@blueprint.route("/track/<token>/collection-code")
@public
@blueprint.arguments(PictureQuery, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/svg+xml")
@blueprint.refuses(LinkNotFound, NothingReady)
def draw_code(query: dict[str, Any], token: str) -> Response:
    """Draw the code with which the parcels are collected as a QR code, SVG or PNG."""
    link = links.link_of(session(), token, now=clock.now())
    ready = collecting.collection(session(), session().get_one(Delivery, link.delivery_id))
    if ready is None:
        raise NothingReady()
    drawn = BytesIO()
    segno.make(ready.qr_text, error="m", micro=False).save(drawn, kind=query["format"], scale=8, border=4)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(drawn.getvalue(), content_type=_TYPES[query["format"]], headers=headers)
