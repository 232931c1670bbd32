"""Behind which door a parcel really is: where it was put is the truth, and the books follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import facts
from kernel.errors import Conflict
from pickup_points.lockers.facts import ParcelMisplaced, ParcelMoved
from pickup_points.models import Compartment, PickupPoint, Rent, RentState, Stay, StayState
from pickup_points.room import occupying
from pickup_points.room.rehousing import rehouse, reserved_behind
from pickup_points.room.reserving import written


class DoorHasAnothers(Conflict):
    """Another recipient's parcel is behind that door: one of the two is in the wrong place."""


def put_behind(session: Session, stay: Stay, door: Compartment, *, now: datetime) -> None:
    """Let the locked stay's parcel be behind the door, whichever was kept for it. DoorHasAnothers.

    What others have reserved there is moved; the door that was kept for it is free once none of its parcels is to
    come there.
    """
    before = None if stay.rent_id is None else session.get_one(Rent, stay.rent_id, with_for_update=True)
    if before is not None and before.compartment_id == door.id and before.state is not RentState.RELEASED:
        return

    rent = _rent_behind(session, stay, door, before, now)
    was_expected = stay.state is StayState.EXPECTED
    stay.rent_id = rent.id
    if before is not None:
        occupying.vacate(session, before, now=now)
    _tell(session, stay, door, before if was_expected else None, now)


def _rent_behind(session: Session, stay: Stay, door: Compartment, before: Rent | None, now: datetime) -> Rent:
    """Return the rent of the door for the stay's delivery: one that is there already, or a new one."""
    for rent in _live(session, door, now):
        if rent.delivery_id == stay.delivery_id:
            return rent
        if rent.state is RentState.OCCUPIED:
            raise DoorHasAnothers(compartment_id=door.id, compartment=door.name, parcel_id=stay.parcel_id)
    point = session.get_one(PickupPoint, stay.point_id)
    ends_at = before.ends_at if before is not None and before.ends_at > now else now + timedelta(days=point.hold_days)
    while True:
        for reserved in reserved_behind(session, door.id, after=now, until=ends_at):
            rehouse(session, reserved, now=now)
        made = Rent(
            point_id=stay.point_id,
            compartment_id=door.id,
            delivery_id=stay.delivery_id,
            state=RentState.OCCUPIED,
            starts_at=now,
            ends_at=ends_at,
            parcels=[] if before is None else before.parcels,
            created_at=now,
        )
        # Somebody may reserve it between the two: then that one is moved as well.
        if written(session, [made]):
            return made


def _live(session: Session, door: Compartment, now: datetime) -> list[Rent]:
    return list(
        session.scalars(
            select(Rent)
            .where(
                Rent.compartment_id == door.id,
                Rent.state != RentState.RELEASED,
                func.tstzrange(Rent.starts_at, Rent.ends_at).op("@>")(now),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _tell(session: Session, stay: Stay, door: Compartment, expected: Rent | None, now: datetime) -> None:
    about: dict[str, Any] = {
        "delivery_id": stay.delivery_id,
        "stay_id": stay.id,
        "parcel_id": stay.parcel_id,
        "point_id": stay.point_id,
        "compartment_id": door.id,
    }
    if expected is not None and expected.compartment_id is not None:
        facts.record(session, ParcelMisplaced(expected_compartment_id=expected.compartment_id, at=now, **about))
    elif stay.state is not StayState.EXPECTED:
        facts.record(session, ParcelMoved(at=now, **about))
