"""Problems: every refusal leaves as RFC 9457 `application/problem+json`. The one place that numbers statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, request
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from accounts.families import TokenReplayed
from accounts.principals import NoLongerValid
from accounts.signing_in import WrongCredentials
from api.access import NotAuthenticated
from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound, Refusal, Unavailable

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class DatabaseUnavailable(Unavailable):
    """The database is not answering; try again."""


class Collided(Unavailable):
    """This and another request waited for each other; nothing was changed, try again."""


class PreconditionMissing(Refusal):
    """Say which version you change: send its ETag in `If-Match`."""


class PreconditionFailed(Refusal):
    """Somebody changed it since you read it; read it again."""


STATUSES: Mapping[type[Refusal], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
    NotAuthenticated: 401,
    NoLongerValid: 401,
    WrongCredentials: 401,
    TokenReplayed: 401,
    PreconditionFailed: 412,
    PreconditionMissing: 428,
}


def status_of(refusal: type[Refusal]) -> int:
    """Return the HTTP status of a class of refusal."""
    return next(STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES)


def type_of(refusal: type[Refusal]) -> str:
    """Return the problem type: the class name as words, `/problems/slot-full`."""
    return "/problems/" + re.sub(r"(?<!^)(?=[A-Z])", "-", refusal.__name__).lower()


def title_of(refusal: type[Refusal]) -> str:
    """Return the problem title: the docstring's first line."""
    return (refusal.__doc__ or "").strip().splitlines()[0]


def register(app: Flask) -> None:
    """Answer everything that is raised with a problem."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(Exception, _unknown)


def described(refusal: Refusal, *, under: str = "") -> dict[str, Any]:
    """Return a refusal's problem document. `under` is the JSON pointer to the part of the body that it speaks of."""
    kind = type(refusal)
    errors = [FieldError(under + error.pointer, error.detail) for error in refusal.errors]
    return _body(status_of(kind), type_of(kind), title_of(kind), refusal.detail, errors=errors, **refusal.facts)


def described_misfit(messages: Mapping[str, Any], *, under: str = "") -> dict[str, Any]:
    """Return the problem document of a part of the body that does not fit its schema, from marshmallow's messages."""
    return _misfit([FieldError(under + error.pointer, error.detail) for error in misfits(messages)])


def misfits(messages: Mapping[str, Any]) -> list[FieldError]:
    """Return marshmallow's messages about a body as errors with JSON pointers."""
    return [*_pointers({"json": messages})]


def _refused(refusal: Refusal) -> Response:
    answer = _answer(described(refusal))
    if isinstance(refusal, Unavailable):
        answer.headers["Retry-After"] = str(refusal.retry_after_s)
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _http(error: HTTPException) -> Response:
    messages = getattr(error, "data", {}).get("messages")
    if messages is not None and error.code == 422:
        return _answer(_misfit([*_pointers(messages)]))
    if messages is not None:
        error.description = " ".join(fault.detail for fault in _pointers(messages))
    status = error.code or 500
    detail = error.description or ""
    if status == 413:
        detail = _too_large()
    slug = re.sub(r"[^a-z]+", "-", error.name.lower()).strip("-")
    answer = _answer(_body(status, f"/problems/{slug}", error.name, detail))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _too_large() -> str:
    most = request.max_content_length
    if most is None or (request.content_length or 0) > most:
        return f"a body has at most {most} bytes here"
    return f"a form has at most {request.max_form_parts} parts, and {request.max_form_memory_size} bytes of text in one"


def _database(error: DBAPIError) -> Response:
    if isinstance(error.orig, DeadlockDetected):
        log.info("collided", reason=str(error.orig))
        return _refused(Collided())
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.warning("the database does not answer", reason=str(error.orig))
        return _refused(DatabaseUnavailable())
    return _unknown(error)


def _stale(error: StaleDataError) -> Response:
    # Somebody else's transaction raised the version between our reading the row and our writing it.
    log.info("stale", reason=str(error))
    return _refused(PreconditionFailed())


def _unknown(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    return _answer(_body(500, "/problems/internal-server-error", InternalServerError().name, ""))


def _misfit(errors: list[FieldError]) -> dict[str, Any]:
    return _body(422, "/problems/invalid-request", "The request does not fit the schema.", "", errors=errors)


def _body(status: int, kind: str, title: str, detail: str, *, errors: Any = (), **facts: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"type": kind, "title": title, "status": status, "instance": request.path}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [_error(error) for error in errors]
    body["request_id"] = g.get("request_id")
    body.update(facts)
    return body


def _answer(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body, default=str), status=body["status"], content_type=MEDIA_TYPE)


def _error(error: FieldError) -> dict[str, str]:
    """A fault in the body has a JSON pointer; one elsewhere names its `parameter`, as RFC 9457's example does not."""
    place, _, name = error.pointer.partition(":")
    if name and place in ("query", "header", "path"):
        return {"parameter": name, "in": place, "detail": error.detail}
    return {"pointer": error.pointer, "detail": error.detail}


def _pointers(messages: Mapping[str, Any]) -> Iterator[FieldError]:
    for location, faults in messages.items():
        body = location in ("json", "form", "files", "json_or_form", "multipart")
        for path, detail in _leaves(faults):
            # JSON lets a name be half of a surrogate pair, which no UTF-8 can say back.
            steps = [step.encode(errors="backslashreplace").decode() for step in path if step != "_schema"]
            escaped = [step.replace("~", "~0").replace("/", "~1") for step in steps]
            pointer = "".join(f"/{step}" for step in escaped) if body else f"{_place(location)}:{'.'.join(steps)}"
            yield FieldError(pointer, detail)


def _place(location: str) -> str:
    return {"query": "query", "querystring": "query", "headers": "header", "path": "path"}.get(location, location)


def _leaves(faults: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(faults, Mapping):
        for name, inner in faults.items():
            yield from _leaves(inner, (*path, str(name)))
    elif isinstance(faults, list | tuple):
        for inner in faults:
            yield from _leaves(inner, path)
    else:
        yield path, str(faults)
