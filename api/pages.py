"""Pages of lists: `{"items": [...], "next_cursor": ...}` with a `Link` header to the next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

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
    return page, 200, linked(page.next_cursor)


def linked(next_cursor: UUID | None) -> dict[str, str]:
    """Return the header with the link to the page behind `next_cursor`, none behind the last."""
    if next_cursor is None:
        return {}
    query = request.args.to_dict(flat=False) | {"cursor": [str(next_cursor)]}
    return {"Link": f'<{request.path}?{urlencode(query, doseq=True)}>; rel="next"'}
