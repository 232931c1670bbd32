"""The code of a stay: a locker's when the parcel is behind a door, the counter's otherwise."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pickup_points.models import Compartment, LockerDevice, Rent, Stay
from pickup_points.stays import collection_codes, locker_codes


def code_of(session: Session, stay: Stay) -> str:
    """Return the code with which the parcel, which is ready, is collected; one for all of its delivery at the point."""
    device = session.get(LockerDevice, stay.point_id)
    if device is None or stay.expires_at is None or door_of(session, stay) is None:
        return collection_codes.code_of(point_id=stay.point_id, delivery_id=stay.delivery_id)
    key = locker_codes.key_of(stay.point_id, rotation=device.rotation)
    return locker_codes.collection_code(key, delivery_id=stay.delivery_id, until=stay.expires_at)


def issue(session: Session, stay: Stay) -> None:
    """Let the stay be found by its code: a digest of it is kept, which changes whenever the code does."""
    stay.code_digest = collection_codes.digest_of(code_of(session, stay))


def door_of(session: Session, stay: Stay) -> Compartment | None:
    """Return the door behind which the parcel is, None at a counter."""
    if stay.rent_id is None:
        return None
    return session.scalar(
        select(Compartment).join(Rent, Rent.compartment_id == Compartment.id).where(Rent.id == stay.rent_id)
    )
