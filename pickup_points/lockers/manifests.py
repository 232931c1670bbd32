"""What a locker must know when there is no network: its doors, who has them, the key to check codes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deliveries.models import Parcel
from pickup_points.models import STAY_ENDED, Compartment, LockerDevice, PickupPoint, Rent, RentState, Stay
from pickup_points.stays import locker_codes


@dataclass(frozen=True)
class KeptFor:
    """What is kept behind a door, or lies there: for a device that may have to decide alone."""

    rent: Rent
    stays: Sequence[Stay]
    parcels: Sequence[Parcel]

    @property
    def collect_until(self) -> datetime | None:
        """Until when its recipient may collect, None when it is not ready."""
        return max((stay.expires_at for stay in self.stays if stay.ready_at and stay.expires_at), default=None)


@dataclass(frozen=True)
class Manifest:
    """All that a locker knows without network."""

    point: PickupPoint
    device: LockerDevice
    code_key: bytes
    doors: Sequence[Compartment]
    kept: Sequence[KeptFor]


def manifest(session: Session, device: LockerDevice, *, now: datetime) -> Manifest:
    """Return what the device must know: its doors, who has them from now on, and the key to check codes with."""
    point = session.get_one(PickupPoint, device.point_id, options=[selectinload(PickupPoint.compartments)])
    doors = [door for door in point.compartments if door.removed_at is None]
    rents = session.scalars(
        select(Rent)
        .where(
            Rent.point_id == point.id,
            Rent.compartment_id.is_not(None),
            Rent.delivery_id.is_not(None),
            Rent.state != RentState.RELEASED,
            Rent.ends_at > now,
        )
        .order_by(Rent.starts_at, Rent.id)
    ).all()
    stays: dict[UUID | None, list[Stay]] = {}
    for stay in session.scalars(
        select(Stay)
        .where(Stay.rent_id.in_([rent.id for rent in rents]), Stay.state.not_in(STAY_ENDED))
        .order_by(Stay.parcel_id)
    ):
        stays.setdefault(stay.rent_id, []).append(stay)
    key = locker_codes.key_of(point.id, rotation=device.rotation)
    parcels = _parcels(session, [stay.parcel_id for of_rent in stays.values() for stay in of_rent])
    kept = [
        KeptFor(rent, stays.get(rent.id, []), [parcels[stay.parcel_id] for stay in stays.get(rent.id, [])])
        for rent in rents
    ]
    return Manifest(point, device, key, doors, kept)


def _parcels(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Parcel]:
    return {parcel.id: parcel for parcel in session.scalars(select(Parcel).where(Parcel.id.in_(ids)))}
