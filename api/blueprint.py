"""Our Blueprint: documents each view's problems from the error classes themselves, so they cannot disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from flask import Request
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import RAISE, Schema
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from accounts.principals import NoLongerValid
from api import access, idempotency
from api.problems import MEDIA_TYPE, status_of, title_of, type_of
from kernel.errors import Refusal

_REF = {"$ref": "#/components/schemas/Problem"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Errors in the body carry a JSON pointer, others the name of their parameter.",
    "required": ["type", "title", "status", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/delivery-not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "in": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class Parser(FlaskParser):
    """Reads requests. Unknown names are refused everywhere; JSON must say that it is JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  webargs declares it so
        "json": RAISE,
        "form": RAISE,
        "files": RAISE,
        "query": RAISE,
        "json_or_form": RAISE,
        "multipart": RAISE,
    }
    __location_map__ = FlaskParser.__location_map__ | {"multipart": "load_multipart"}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the body, or 415 when it is not sent as JSON, 400 when it is none."""
        if not is_json(req.mimetype):
            raise UnsupportedMediaType("send JSON with `Content-Type: application/json`")
        try:
            return super().load_json(req, schema)
        except RecursionError:
            raise BadRequest("the body nests too deeply") from None
        except ValueError as fault:
            # Python reads no whole number of more than 4 300 digits: it would take for ever.
            raise BadRequest("the body holds a number that is too long") from fault

    def load_multipart(self, req: Request, schema: Schema) -> Any:
        """Return the fields and files of a form that has both, or 415 when it is none."""
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("send a form with `Content-Type: multipart/form-data`")
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest is untyped
    """A resource's views."""

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = SmorestBlueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING | {
        "multipart": "multipart/form-data"
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_document_problems)

    def refuses(self, *refusals: type[Refusal]) -> Callable[[Any], Any]:
        """Say which refusals the view can answer with, beside those that every view shares."""

        def mark(view: Any) -> Any:
            view._apidoc = deepcopy(getattr(view, "_apidoc", {})) | {"refusals": refusals}
            return view

        return mark

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, info in self._docs[endpoint].items():
            if method != "parameters":
                info["access"] = access.declared(obj) if access.is_declared(obj) else None


class Api(SmorestApi):  # type: ignore[misc]  # flask-smorest is untyped
    """The spec. Errors are `api/problems.py`'s, so flask-smorest's own handler and schema stay out."""

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        self.spec.components.schema("Problem", component=PROBLEM_SCHEMA)

    def _register_etag_headers(self) -> None:
        pass

    def _register_pagination_header(self) -> None:
        pass


def _document_problems(doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    found: defaultdict[int, list[type[Refusal]]] = defaultdict(list)
    for refusal in _refusals(info, method):
        found[status_of(refusal)].append(refusal)
    responses = {
        str(status): value
        for status, value in doc.get("responses", {}).items()
        if status != "default" and int(status) < 400
    }
    for status, description in _plain(doc).items():
        responses[str(status)] = _response(description, [])
    for status, refusals in found.items():
        plain = responses.get(str(status), {}).get("description", "")
        titles = [plain, *(title_of(refusal) for refusal in refusals)]
        responses[str(status)] = _response(" ".join(title for title in titles if title), refusals)
    doc["responses"] = dict(sorted(responses.items()))
    if info.get("access") and not info["access"].public:
        doc["security"] = [{"access_token": []}]
        doc["x-roles"] = sorted(info["access"].roles)
        doc["x-scope"] = info["access"].scope
        if method == "post":
            doc.setdefault("parameters", []).append(
                {
                    "in": "header",
                    "name": idempotency.HEADER,
                    "schema": {"type": "string", "maxLength": 200, "minLength": 1, "pattern": "^[!-~]+$"},
                }
            )
    return doc


def _refusals(info: dict[str, Any], method: str) -> Iterable[type[Refusal]]:
    declared = info.get("access")
    if declared is not None and not declared.public:
        yield from (access.NotAuthenticated, NoLongerValid, access.RoleNotAllowed, access.ScopeMissing)
        if method == "post":
            yield from (idempotency.KeyReused, idempotency.KeyInvalid, idempotency.KeyInUse, idempotency.AnswerNotKept)
    yield from info.get("refusals", ())


def _plain(doc: dict[str, Any]) -> dict[int, str]:
    found = {429: "Too many requests.", 503: "Something this needs is not answering; try again."}
    if "requestBody" in doc or doc.get("parameters"):
        found[422] = "The request does not fit the schema."
    if "requestBody" in doc:
        found |= {400: "The body is malformed.", 413: "The body is too large.", 415: "The media type is not supported."}
    return found


def _response(description: str, refusals: list[type[Refusal]]) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": _REF}
    if refusals:
        media["examples"] = {
            refusal.__name__: {
                "value": {
                    "type": type_of(refusal),
                    "title": title_of(refusal),
                    "status": status_of(refusal),
                    "instance": "/v1/...",
                }
            }
            for refusal in refusals
        }
    return {"description": description, "content": {MEDIA_TYPE: media}}
