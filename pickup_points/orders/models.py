"""Click and collect: the orders that a shop prepares."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.ids import new_id


class OrderState(StrEnum):
    """What becomes of an order that a shop prepares."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    READY = "ready"
    COLLECTED = "collected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Order(Base):
    """What a shop prepares for somebody who comes for it. Its parcels stay at the point once it is ready."""

    __tablename__ = "collection_orders"
    __table_args__ = (
        UniqueConstraint("merchant_id", "external_id"),
        CheckConstraint("placed_at <= promised_at", name="promise_not_before_order"),
        Index("ix_collection_orders_point_id_state", "point_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    external_id: Mapped[str | None]
    state: Mapped[OrderState]
    lines: Mapped[list[dict[str, Any]]]  # what to pick: text and quantity
    promised_at: Mapped[datetime]  # told to the recipient: ready by then
    reason: Mapped[str | None]  # why it was rejected or cancelled

    placed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    preparing_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so
