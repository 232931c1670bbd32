"""Where couriers are, when they will arrive, and the links through which recipients may see it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id


class Verdict(StrEnum):
    """What the filters say of a position. They mark it; they do not drop it."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    OUTDATED = "outdated"
    FUTURE = "future"
    TOO_FAST = "too_fast"
    INACCURATE = "inaccurate"


class Position(Base):
    """One fix of a courier's device, by its clock and by ours."""

    __tablename__ = "positions"
    __table_args__ = (
        Index("ix_positions_driver_id_device_time", "driver_id", "device_time"),
        Index("ix_positions_received_at", "received_at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    driver_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    route_id: Mapped[UUID | None] = mapped_column(ForeignKey("routes.id", ondelete="SET NULL"), index=True)
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    place: Mapped[Point] = mapped_column(PointType)
    accuracy_m: Mapped[float | None]
    speed_mps: Mapped[float | None]
    heading_deg: Mapped[float | None]
    battery_percent: Mapped[int | None]
    verdict: Mapped[Verdict]


class ArrivalSource(StrEnum):
    """What an arrival was computed from."""

    PLAN = "plan"
    STREETS = "streets"
    GREAT_CIRCLE = "great_circle"


class Arrival(Base):
    """The estimate for a stop that lies ahead: a range around `expected_at`."""

    __tablename__ = "arrivals"

    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id", ondelete="CASCADE"), primary_key=True)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id", ondelete="CASCADE"), index=True)
    expected_at: Mapped[datetime]
    earliest_at: Mapped[datetime]
    latest_at: Mapped[datetime]
    stops_before: Mapped[int]  # 0: the recipient is next
    source: Mapped[ArrivalSource]
    computed_at: Mapped[datetime]


class TrackingLink(Base):
    """A recipient's link. Only the token's SHA-256 is kept, so a stolen table opens nothing."""

    __tablename__ = "tracking_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
