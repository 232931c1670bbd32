"""What the spec says beyond flask-smorest: who may call, which problems come, and what the schemas' docstrings tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls

from accounts.principals import NoLongerValid
from api import access, idempotency
from api.etags import IF_NONE_MATCH
from api.problems import MEDIA_TYPE, status_of, title_of, type_of
from kernel.errors import Refusal

DESCRIPTION = f"""\
The open last-mile backend: couriers drive planned routes on real streets, recipients watch a live arrival, and every
delivery has its proof.

**Values.** Times are RFC 3339 with an offset, answered in UTC; places are GeoJSON points, `[longitude, latitude]`;
windows are half-open; weights are grams, sizes millimetres, durations seconds.

**Signing in.** `POST /v1/auth/token` exchanges a password or an API key for an access token, sent from then on as
`Authorization: Bearer ...`. Each operation says which roles may call it and which scope a key needs.

**Problems.** Every refusal is an RFC 9457 document; its `type` is stable, `errors` names the fields, and `X-Request-ID`
is in our log too.

**Repeating.** A POST with an `Idempotency-Key` is done once and answered twice, for {idempotency.KEPT.days} days.

**Versions.** What is polled or edited has an `ETag`: `If-None-Match` saves the bytes, `If-Match` keeps you from
undoing somebody else's change.

**Lists** are newest first; `next_cursor`, also in the `Link` header, leads to the next page.

**Limits.** `RateLimit` and `RateLimit-Policy` say what is left of a caller's requests.

Map data © OpenStreetMap contributors, available under the Open Database Licence.
"""
ACCESS_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "From `POST /v1/auth/token`, good for some minutes; `expires_in_s` says how many.",
}
LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Errors in the body carry a JSON pointer, others the name of their parameter.",
    "required": ["type", "title", "status", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/delivery-not-found"]},
        "title": {"type": "string", "examples": ["There is no such delivery."]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string"},
        "instance": {"type": "string", "examples": ["/v1/deliveries/01985c1e-0000-7000-8000-000000000001"]},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["/parcels/0/weight_g"]},
                    "parameter": {"type": "string"},
                    "in": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_REF = {"$ref": "#/components/schemas/Problem"}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_ETAG = {"ETag": {"description": "The version, for `If-None-Match`.", "schema": {"type": "string"}}}


class SchemaPlugin(MarshmallowPlugin):
    """Describes each schema by its docstring."""

    def schema_helper(self, name: str, _: Any, schema: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Return the schema's JSON schema, with its description."""
        made: dict[str, Any] | None = super().schema_helper(name, _, schema, **kwargs)  # type: ignore[no-untyped-call]
        if made is None:
            return None
        kind: Any = resolve_schema_cls(schema)
        return {"description": cleandoc(kind.__doc__ or ""), **made}


def document(doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    """Complete an operation: its name, summary, callers, headers and problems, from what the view declares."""
    doc["operationId"] = info["name"]
    responses = _answers(doc) | _problems(doc, info, method)
    if "304" in responses:
        doc.setdefault("parameters", []).append(IF_NONE_MATCH)
        responses["200"].setdefault("headers", {}).update(_ETAG)
    if _takes_key(info, method):
        doc.setdefault("parameters", []).append(idempotency.PARAMETER)
    doc["responses"] = dict(sorted(responses.items()))
    _say_who(doc, info)
    return doc


def _say_who(doc: dict[str, Any], info: dict[str, Any]) -> None:
    """Put the first sentence of the docstring into the summary, the rest and the callers into the description."""
    summary, *rest = re.split(r"(?<=\.) ", info["docstring"].get("summary", ""), maxsplit=1)
    said = [*rest, info["docstring"].get("description", "")]
    granted = info["access"]
    if granted is not None and not granted.public:
        doc["security"] = [{"access_token": []}]
        doc["x-roles"] = sorted(granted.roles)
        doc["x-scope"] = granted.scope
        said.append(f"For {', '.join(sorted(granted.roles))}; an API key needs the scope `{granted.scope}`.")
    info["docstring"] = {"summary": summary, "description": "\n\n".join(filter(None, said))}


def _answers(doc: dict[str, Any]) -> dict[str, Any]:
    return {
        str(status): value
        for status, value in doc.get("responses", {}).items()
        if status != "default" and int(status) < 400
    }


def _problems(doc: dict[str, Any], info: dict[str, Any], method: str) -> dict[str, Any]:
    found: defaultdict[int, list[type[Refusal]]] = defaultdict(list)
    for refusal in dict.fromkeys(_refusals(info, method)):
        found[status_of(refusal)].append(refusal)
    plain = _plain(doc)
    problems = {str(status): _problem(plain.get(status, ""), found[status]) for status in plain.keys() | found.keys()}
    for status, own in doc.get("responses", {}).items():
        if str(status) in problems and isinstance(own, dict) and "content" in own:
            # The view answers so itself; a problem may come in its place.
            problems[str(status)]["content"].update(own["content"])
    return problems


def _takes_key(info: dict[str, Any], method: str) -> bool:
    """Whether a key counts: with every POST by a known caller, unless the view opens its own units and says nothing."""
    if idempotency.KeyReused in info.get("refusals", ()):
        return True
    granted = info["access"]
    return method == "post" and granted is not None and not granted.public and not info["own_units"]


def _refusals(info: dict[str, Any], method: str) -> Iterable[type[Refusal]]:
    granted = info["access"]
    if granted is not None and not granted.public:
        yield from (access.NotAuthenticated, NoLongerValid, access.RoleNotAllowed, access.ScopeMissing)
    if _takes_key(info, method):
        yield from idempotency.REFUSALS
    yield from info.get("refusals", ())


def _plain(doc: dict[str, Any]) -> dict[int, str]:
    found = {429: "Too many requests.", 503: "Something this needs is not answering; try again."}
    if "requestBody" in doc or doc.get("parameters"):
        found[422] = "The request does not fit the schema."
    if "requestBody" in doc:
        found |= {400: "The body is malformed.", 413: "The body is too large.", 415: "The media type is not supported."}
    return found


def _problem(plain: str, refusals: list[type[Refusal]]) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": _REF}
    if refusals:
        media["examples"] = {refusal.__name__: {"value": _example(refusal)} for refusal in refusals}
    titles = [plain, *(title_of(refusal) for refusal in refusals)]
    made: dict[str, Any] = {"description": " ".join(filter(None, titles)), "content": {MEDIA_TYPE: media}}
    if plain.startswith(("Too many", "Something")):
        made["headers"] = _RETRY_AFTER
    return made


def _example(refusal: type[Refusal]) -> dict[str, Any]:
    status = status_of(refusal)
    return {"type": type_of(refusal), "title": title_of(refusal), "status": status, "instance": "/v1/..."}
