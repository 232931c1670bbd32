"""What a point allows its recipients: the usual, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from pickup_points import queries
from pickup_points.counter_models import Terms

USUAL: dict[str, Any] = {
    "most_extensions": 1,
    "extension_days": 3,
    "remind_before_s": 86_400,
    "order_cut_off": None,
}


def terms_of(session: Session, point_id: UUID) -> Terms:
    """Return the point's terms, whether it has said any or not."""
    return session.get(Terms, point_id) or _usual(point_id)


def terms_of_all(session: Session, point_ids: Collection[UUID]) -> Mapping[UUID, Terms]:
    """Return the terms of each of these points."""
    own = {each.point_id: each for each in session.scalars(select(Terms).where(Terms.point_id.in_(point_ids)))}
    return {point_id: own.get(point_id) or _usual(point_id) for point_id in point_ids}


def set_terms(
    session: Session,
    point_id: UUID,
    *,
    most_extensions: int,
    extension_days: int,
    remind_before_s: int,
    order_cut_off: time | None,
    caller: Principal,
) -> Terms:
    """Give the point its terms, as a whole. PointNotFound."""
    point = queries.point(session, point_id, caller=caller, for_update=True)
    terms = session.get(Terms, point.id) or Terms(point_id=point.id)
    terms.most_extensions, terms.extension_days = most_extensions, extension_days
    terms.remind_before_s, terms.order_cut_off = remind_before_s, order_cut_off
    session.add(terms)
    session.flush()
    return terms


def _usual(point_id: UUID) -> Terms:
    return Terms(point_id=point_id, **USUAL)
