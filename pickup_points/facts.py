"""What happened to the room of a point. The aggregate is the point. Ids and values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RoomReserved(Fact, kind="room.reserved", about="point_id"):
    """Compartments or places were kept for a hold or a delivery, over a half-open time."""

    point_id: UUID
    rent_ids: list[UUID]
    hold_id: UUID | None
    delivery_id: UUID | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomAssigned(Fact, kind="room.assigned", about="point_id"):
    """What was kept for a hold is a delivery's now."""

    point_id: UUID
    rent_ids: list[UUID]
    hold_id: UUID
    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class RoomReleased(Fact, kind="room.released", about="point_id"):
    """What was kept is free again, and nothing was put into it."""

    point_id: UUID
    rent_ids: list[UUID]
    hold_id: UUID | None
    delivery_id: UUID | None
