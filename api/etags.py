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
    if not _has(request.if_match, version):
        raise PreconditionFailed()


def not_modified(version: object) -> Response | None:
    """Return the 304 when the caller has `version` already."""
    if not _has(request.if_none_match, version):
        return None
    return Response(status=304, headers=etag(version))


def _has(told: ETags, version: object) -> bool:
    """Whether `version` was told, by its own name or by the one that flask-compress gives to its compressed answer."""
    return any(told.contains(name) for name in (str(version), f"{version}:gzip"))
