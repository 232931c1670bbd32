"""ETags from versions: `If-Match` on what two people edit, `If-None-Match` on what is polled."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import ETags
from werkzeug.http import quote_etag

from api.problems import PreconditionFailed, PreconditionMissing

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag that was read: the version that you change.",
    "schema": {"type": "string"},
    "example": '"1"',
}

IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag that was read: answered with 304 while nothing has changed.",
    "schema": {"type": "string"},
}


def etag(version: object) -> dict[str, str]:
    """Return the header that names `version`."""
    return {"ETag": quote_etag(str(version))}


def require_match(version: object) -> None:
    """Refuse a change to anything but `version`. PreconditionMissing, PreconditionFailed."""
    if "If-Match" not in request.headers:
        raise PreconditionMissing()
    if not _names(request.if_match, version):
        raise PreconditionFailed()


def not_modified(version: object) -> Response | None:
    """Return the 304 when the caller has `version` already."""
    if not _names(request.if_none_match, version):
        return None
    return Response(status=304, headers=etag(version))


def _names(given: ETags, version: object) -> bool:
    # A compressed answer is another representation, so Flask-Compress names it apart: `"1:gzip"` is version 1 too.
    return any(given.contains(tag) for tag in (f"{version}", f"{version}:gzip"))
