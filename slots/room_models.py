"""Room in the routes: where in a shift's tour a held place stands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.geo import Point, PointType


class RouteRoom(Base):
    """The stop that a hold keeps in a shift, behind `behind_id` and before `before_id`.

    Each of those is a stop of the route, a delivery of the foreseen one, or another hold; None: the start, the end. A
    room is as good as its hold: it goes when the hold ends, or when a route has the delivery. Each is made on the
    tour as it is with all rooms of lower `turn`, so no two of a shift have the same turn: the second must look again.
    """

    __tablename__ = "route_rooms"
    __table_args__ = (
        UniqueConstraint("shift_id", "turn"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
    )

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    turn: Mapped[int]
    place: Mapped[Point] = mapped_column(PointType)  # a pickup point's where the hold is at one
    starts_at: Mapped[datetime]  # half-open: when the service may begin
    ends_at: Mapped[datetime]
    behind_id: Mapped[UUID | None]
    before_id: Mapped[UUID | None]
    way_in_s: Mapped[int]
    way_in_m: Mapped[int]
    way_out_s: Mapped[int]
    way_out_m: Mapped[int]
    created_at: Mapped[datetime]
