"""Which slots can be had in a zone or at a point, as both of their views ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.slots.schemas import shown
from kernel.errors import FieldError, Invalid
from slots import queries

WEEK = timedelta(days=7)
MOST = timedelta(days=61)


class SlotsOutOfRange(Invalid):
    """Slots are asked for from one time until a later one that is not over, of 60 days at most."""


def open_slots(
    session: Session,
    query: dict[str, Any],
    *,
    zone_ids: Collection[UUID] = (),
    point_ids: Collection[UUID] = (),
    now: datetime,
) -> dict[str, Any]:
    """Return the slots that somebody new gets into, earliest first. SlotsOutOfRange."""
    from_ = max(now, query["from_"] or now)
    until = query["until"] or from_ + WEEK
    if until <= from_:
        raise SlotsOutOfRange(errors=[FieldError("query:until", "must be later than from, and than now")])
    if until - from_ > MOST:
        raise SlotsOutOfRange(errors=[FieldError("query:until", "is more than 60 days after from")])
    slots = queries.slots_between(session, from_=from_, until=until, zone_ids=zone_ids, point_ids=point_ids)
    left = queries.left(session, slots, now=now)
    return {"items": [shown(each, left[each.id]) for each in slots if each.closes_at > now and left[each.id].count > 0]}
