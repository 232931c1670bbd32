"""Our Blueprint: documents each view's problems from the error classes themselves, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
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

from api import access
from api.documenting import PROBLEM_SCHEMA, document
from api.unit import opens_own_units
from kernel.errors import Refusal


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
        self._prepare_doc_cbks.append(document)

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
                info["name"] = obj.__name__
                info["access"] = access.declared(obj) if access.is_declared(obj) else None
                info["own_units"] = opens_own_units(obj)


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
