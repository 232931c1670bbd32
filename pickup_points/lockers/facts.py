"""What happened at a locker: to its doors, to its device, and to parcels that were put behind another door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


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
