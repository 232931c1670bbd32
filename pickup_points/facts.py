"""What happened at a pickup point. Ids and values only: nothing here says who the recipient is.

A stay's facts are about its delivery, so that whoever follows the delivery learns them in order.
"""

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


@dataclass(frozen=True, kw_only=True)
class CompartmentsAdded(Fact, kind="compartment.added", about="point_id"):
    """A point has new doors."""

    point_id: UUID
    compartment_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class CompartmentChanged(Fact, kind="compartment.changed", about="point_id"):
    """A door was changed; `changed` has the names of the fields, as the API calls them."""

    point_id: UUID
    compartment_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CompartmentOutOfOrder(Fact, kind="compartment.out_of_order", about="point_id"):
    """Nothing is put behind a door until it was repaired."""

    point_id: UUID
    compartment_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class CompartmentInOrder(Fact, kind="compartment.in_order", about="point_id"):
    """A door works again."""

    point_id: UUID
    compartment_id: UUID


@dataclass(frozen=True, kw_only=True)
class CompartmentRemoved(Fact, kind="compartment.removed", about="point_id"):
    """A door is gone for good."""

    point_id: UUID
    compartment_id: UUID


@dataclass(frozen=True, kw_only=True)
class LockerInstalled(Fact, kind="locker.installed", about="point_id"):
    """A locker has a device with new keys; those of the one before are no good any more."""

    point_id: UUID
    rotation: int


@dataclass(frozen=True, kw_only=True)
class LockerSeenAgain(Fact, kind="locker.seen_again", about="point_id"):
    """A locker that was not heard of since `last_seen_at` is there again."""

    point_id: UUID
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class LockerLockedOut(Fact, kind="locker.locked_out", about="point_id"):
    """A locker stopped listening to codes for a while: too many were wrong. `device_time` is the device's."""

    point_id: UUID
    device_time: datetime


@dataclass(frozen=True, kw_only=True)
class ParcelMisplaced(Fact, kind="parcel.misplaced", about="delivery_id"):
    """A parcel was put behind another door than the one kept for it; it is known to be there."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    expected_compartment_id: UUID
    compartment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ParcelMoved(Fact, kind="parcel.moved", about="delivery_id"):
    """A parcel was put behind another door of the same locker."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    compartment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ParcelCheckedIn(Fact, kind="stay.checked_in", about="delivery_id"):
    """The point has the parcel."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    shelf: str | None
    damaged: bool


@dataclass(frozen=True, kw_only=True)
class ParcelReady(Fact, kind="stay.ready", about="delivery_id"):
    """The recipient can collect the parcel, until `expires_at`."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayReminded(Fact, kind="stay.reminded", about="delivery_id"):
    """The recipient is to be reminded: the parcel waits until `expires_at` and no longer."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayExtended(Fact, kind="stay.extended", about="delivery_id"):
    """The parcel waits longer than was said."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    before: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StayExpired(Fact, kind="stay.expired", about="delivery_id"):
    """Nobody collected the parcel in time: it goes back with the next return run."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID


@dataclass(frozen=True, kw_only=True)
class ParcelCollected(Fact, kind="stay.collected", about="delivery_id"):
    """The recipient, or a delegate, has the parcel."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    hand_over_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ParcelSentBack(Fact, kind="stay.sent_back", about="delivery_id"):
    """The courier has taken the parcel away from the point."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    cause: str
    return_run_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ParcelRefused(Fact, kind="stay.refused", about="delivery_id"):
    """The point did not take the parcel in: the carrier still answers for it."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class StayCancelled(Fact, kind="stay.cancelled", about="delivery_id"):
    """The parcel is not coming to the point any more."""

    delivery_id: UUID
    stay_id: UUID
    parcel_id: UUID
    point_id: UUID
