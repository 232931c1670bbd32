"""Cursor paging by id: UUIDv7 sorts by birth, so a page is 'older than this id'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

MOST = 200


@dataclass(frozen=True)
class Page[T]:
    """Some of a list, newest first. `next_cursor` is None on the last page."""

    items: Sequence[T]
    next_cursor: UUID | None


def page[T](
    session: Session,
    statement: Select[T],
    *,
    by: InstrumentedAttribute[UUID],
    cursor: UUID | None,
    limit: int,
) -> Page[T]:
    """Run `statement` for the `limit` (at most 200) rows behind `cursor`, newest first."""
    limit = min(limit, MOST)
    if cursor is not None:
        statement = statement.where(by < cursor)
    rows: Sequence[Any] = session.scalars(statement.order_by(by.desc()).limit(limit + 1)).unique().all()
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items, getattr(items[-1], by.key) if more else None)
