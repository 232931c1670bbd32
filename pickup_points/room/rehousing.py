"""Moving what is reserved to other room at the same point, when its door broke or is not free in time after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kernel import facts
from pickup_points.models import STAY_ENDED, PickupPoint, Rent, RentState, Stay
from pickup_points.room.facts import RoomLost, RoomMoved
from pickup_points.room.picking import NothingFits, PointFull, measures_of, picker
from pickup_points.room.reserving import rent_of, settled


def rehouse(session: Session, rent: Rent, *, now: datetime) -> list[Rent]:
    """Reserve other room at the point for what the locked rent is for, and release that.

    Returns the new rents; none when there is no other room: then the rent is marked as displaced, and whoever loads
    the van sends the parcels elsewhere.
    """
    moved = _elsewhere(session, rent, now)

    rent.state, rent.released_at = RentState.RELEASED, now
    rent.displaced_at = None if moved else now
    _take_stays_along(session, rent, moved)
    session.flush()

    whose: dict[str, Any] = {
        "point_id": rent.point_id,
        "rent_id": rent.id,
        "delivery_id": rent.delivery_id,
        "hold_id": rent.hold_id,
    }
    if moved:
        facts.record(session, RoomMoved(to_rent_ids=[each.id for each in moved], at=now, **whose))
    else:
        facts.record(session, RoomLost(at=now, **whose))
    return moved


def reserved_behind(
    session: Session, compartment_id: UUID, *, after: datetime, until: datetime | None = None
) -> Sequence[Rent]:
    """Return what is reserved behind the door at some time of `[after, until)`, locked, earliest first."""
    span = func.tstzrange(Rent.starts_at, Rent.ends_at).op("&&")(func.tstzrange(after, until))
    return _locked_reservations(session, Rent.compartment_id == compartment_id, span)


def reserved_at_place(session: Session, rent: Rent, *, after: datetime, until: datetime) -> Sequence[Rent]:
    """Return what is reserved at the rent's place of a counter at some time of `[after, until)`, as above."""
    span = func.tstzrange(Rent.starts_at, Rent.ends_at).op("&&")(func.tstzrange(after, until))
    return _locked_reservations(session, Rent.point_id == rent.point_id, Rent.place == rent.place, span)


def _elsewhere(session: Session, rent: Rent, now: datetime) -> list[Rent]:
    point = session.get_one(PickupPoint, rent.point_id)
    columns: dict[str, Any] = {
        "point_id": rent.point_id,
        "hold_id": rent.hold_id,
        "delivery_id": rent.delivery_id,
        "starts_at": rent.starts_at,
        "ends_at": rent.ends_at,
        "created_at": now,
    }
    try:
        found = settled(session, picker(session, point, measures_of(rent), columns))
    except (PointFull, NothingFits):
        return []
    for each in found:
        # By their place in what was asked for at first, not in what this rent had of it.
        each.parcels = [part | {"parcel": rent.parcels[part["parcel"]]["parcel"]} for part in each.parcels]
    return found


def _take_stays_along(session: Session, rent: Rent, moved: Sequence[Rent]) -> None:
    stays = session.scalars(
        select(Stay).where(Stay.rent_id == rent.id, Stay.state.not_in(STAY_ENDED)).order_by(Stay.parcel_id)
    ).all()
    by_parcel = rent_of(moved)
    for stay, part in zip(stays, rent.parcels, strict=False):
        new = by_parcel.get(part["parcel"])
        stay.rent_id = None if new is None else new.id


def _locked_reservations(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Rent]:
    return session.scalars(
        select(Rent)
        .where(Rent.state == RentState.RESERVED, *conditions)
        .order_by(Rent.starts_at, Rent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
