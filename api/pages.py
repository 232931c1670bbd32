"""Pages of lists: `{"items": [...], "next_cursor": ...}` with a `Link` header to the next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import fields

from api.fields import Schema
from kernel.paging import Page


def page_schema(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of `item`."""
    name = item.__name__.removesuffix("Schema") + "Page"
    return type(
        name,
        (Schema,),
        {
            "__doc__": f"Some of a list, newest first. {item.__doc__}",
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.UUID(required=True, allow_none=True),
        },
    )


def paged(page: Page[Any]) -> tuple[Page[Any], int, dict[str, str]]:
    """Return what a view answers with: the page, 200, and the link to the next page when there is one."""
    if page.next_cursor is None:
        return page, 200, {}
    query = request.args.to_dict(flat=False) | {"cursor": [str(page.next_cursor)]}
    return page, 200, {"Link": f'<{request.path}?{urlencode(query, doseq=True)}>; rel="next"'}
