"""What a locker told, and the courier passes it lets in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.ids import new_id


class LockerEventKind(StrEnum):
    """What a locker tells."""

    OPENED = "opened"
    CLOSED = "closed"
    DROPPED = "dropped"  # a courier put parcels behind the door, the right one or not
    MOVED = "moved"  # parcels were put behind another door: a mistake is corrected
    COLLECTED = "collected"
    TAKEN_BACK = "taken_back"  # a courier took out what nobody collected
    CODE_REFUSED = "code_refused"
    LOCKED_OUT = "locked_out"


class LockerEvent(Base):
    """One thing that a locker told. Its id is the device's, so that what is sent twice is seen to be one."""

    __tablename__ = "locker_events"
    __table_args__ = (Index("ix_locker_events_point_id_sequence", "point_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    sequence: Mapped[int]  # the device's own count: the order in which things happened
    kind: Mapped[LockerEventKind]
    compartment_id: Mapped[UUID | None] = mapped_column(ForeignKey("compartments.id"))
    parcel_ids: Mapped[list[str]]
    pass_number: Mapped[int | None]  # of the courier whose code opened
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    verdict: Mapped[str]  # done, overtaken, or the name of what refused it
    problem: Mapped[dict[str, Any] | None]


class LockerPass(Base):
    """That a courier may open a locker to put parcels in during some hours. The number is what tells passes apart."""

    __tablename__ = "locker_passes"
    __table_args__ = (UniqueConstraint("point_id", "period", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    period: Mapped[int]
    number: Mapped[int]
    driver_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime]
