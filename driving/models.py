"""What couriers' devices reported, kept as they reported it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.geo import Point, PointType


class StopEventKind(StrEnum):
    """What a courier reports of a stop."""

    ENROUTE = "enroute"
    ARRIVED = "arrived"
    DONE = "done"


class StopEvent(Base):
    """One report. Its id is the device's, so a report sent twice is seen to be one."""

    __tablename__ = "stop_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id", ondelete="CASCADE"), index=True)
    driver_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[StopEventKind]
    device_time: Mapped[datetime]
    received_at: Mapped[datetime]
    outcomes: Mapped[dict[str, Any] | None]  # by delivery id
    note: Mapped[str | None]
    place: Mapped[Point | None] = mapped_column(PointType)
    accuracy_m: Mapped[float | None]
