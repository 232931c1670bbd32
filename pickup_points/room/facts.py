"""What happened to the room in a point: kept, freed, moved, lost."""

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


@dataclass(frozen=True, kw_only=True)
class RoomMoved(Fact, kind="room.moved", about="point_id"):
    """What was kept behind one door is kept elsewhere at the point: the parcel before did not go, or the door broke."""

    point_id: UUID
    rent_id: UUID
    to_rent_ids: list[UUID]
    delivery_id: UUID | None
    hold_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RoomLost(Fact, kind="room.lost", about="point_id"):
    """What was kept is not to be had any more, and the point has no other room for it: it must go elsewhere."""

    point_id: UUID
    rent_id: UUID
    delivery_id: UUID | None
    hold_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RoomOverstayed(Fact, kind="room.overstayed", about="point_id"):
    """A parcel was not gone when it should have been: its room is expected to be free at `ends_at` now."""

    point_id: UUID
    rent_id: UUID
    before: datetime
    ends_at: datetime
