"""What a point allows its recipients: the usual, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Time, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from accounts.principals import Principal
from kernel.database import Base
from pickup_points.points import queries


class Terms(Base):
    """What a point allows its recipients. A point without a row has the usual terms."""

    __tablename__ = "counter_terms"
    __table_args__ = (
        CheckConstraint("most_extensions >= 0", name="extensions_not_negative"),
        CheckConstraint("extension_days > 0", name="extension_days_above_zero"),
        CheckConstraint("remind_before_s >= 0", name="reminder_not_negative"),
    )

    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id", ondelete="CASCADE"), primary_key=True)
    most_extensions: Mapped[int] = mapped_column(default=1)
    extension_days: Mapped[int] = mapped_column(default=3)
    remind_before_s: Mapped[int] = mapped_column(default=86_400)
    # Orders placed later than this, by the point's clock, are prepared on its next open day. None: until it closes.
    order_cut_off: Mapped[time | None] = mapped_column(Time)


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
