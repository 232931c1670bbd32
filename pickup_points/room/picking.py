"""Picking room at a point for parcels: the doors that fit best, or the lowest places of a counter. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import Conflict
from pickup_points.models import Compartment, PickupPoint, PointKind, Rent, RentState
from pickup_points.room.allocation import allocate
from pickup_points.room.free import live, space_of, taken, works
from pickup_points.room.packing import Measures, fits

type Pick = Callable[[Collection[str]], list[Rent]]


class NothingFits(Conflict):
    """A parcel fits no compartment of this point."""


class PointFull(Conflict):
    """There is no room left at this point for that time."""


class AboutToBeTaken(Exception):
    """Nothing is left but what others have their hand on: not a refusal yet."""


def picker(session: Session, point: PickupPoint, parcels: Sequence[Measures], given: Mapping[str, Any]) -> Pick:
    """Return what picks new rents with the `given` columns; not those whose `key_of` it is told to avoid."""
    if point.kind is PointKind.LOCKER or session.scalar(
        select(Compartment.id).where(Compartment.point_id == point.id, Compartment.removed_at.is_(None)).limit(1)
    ):
        return lambda avoided: _doors(session, parcels, given, avoided)
    if point.most_parcels is None:
        return lambda avoided: []
    return lambda avoided: _places(session, point, parcels, given, avoided)


def measures_of(rent: Rent) -> list[Measures]:
    """Return what the rent is for."""
    return [Measures(each["length_mm"], each["width_mm"], each["height_mm"], each["weight_g"]) for each in rent.parcels]


def key_of(rent: Rent) -> str:
    """Return the name of the door or place that the rent is of."""
    return str(rent.compartment_id) if rent.place is None else _place_key(rent.point_id, rent.place)


def _place_key(point_id: UUID, place: int) -> str:
    return f"{point_id}/{place:09}"


def _doors(
    session: Session, parcels: Sequence[Measures], given: Mapping[str, Any], avoided: Collection[str]
) -> list[Rent]:
    """Pick doors, none of `avoided`. NothingFits, PointFull; AboutToBeTaken when `avoided` has what is left."""
    rows = session.execute(
        select(Compartment, taken(given["starts_at"], given["ends_at"]))
        .where(Compartment.point_id == given["point_id"], works())
        .order_by(Compartment.name)
    ).all()
    _check_any_fits(parcels, [door for door, _ in rows], given["point_id"])
    free = [door for door, is_taken in rows if not is_taken and str(door.id) not in avoided]
    found = allocate([parcels], [space_of(door) for door in free])
    if found.left:
        raise AboutToBeTaken() if avoided else _full(given, len(parcels) - len(found.left), len(parcels))
    return [
        Rent(
            compartment_id=free[door].id,
            state=RentState.RESERVED,
            parcels=_contents(parcels, sorted(bundle.parcels)),
            **given,
        )
        for bundle, door in found.placed
    ]


def _check_any_fits(parcels: Sequence[Measures], doors: Sequence[Compartment], point_id: UUID) -> None:
    spaces = {space_of(door) for door in doors}
    misfits = [index for index, parcel in enumerate(parcels) if not any(fits(parcel, space) for space in spaces)]
    if misfits:
        raise NothingFits(
            f"{len(misfits)} of {len(parcels)} parcels fit no compartment that is in order",
            point_id=point_id,
            parcels=misfits,
        )


def _places(
    session: Session,
    point: PickupPoint,
    parcels: Sequence[Measures],
    given: Mapping[str, Any],
    avoided: Collection[str],
) -> list[Rent]:
    """Pick the lowest places free the whole time. PointFull; AboutToBeTaken when `avoided` has what is left."""
    most = session.scalars(select(PickupPoint.most_parcels).where(PickupPoint.id == point.id)).one() or 0
    kept = set(
        session.scalars(
            select(Rent.place)
            .where(Rent.point_id == point.id, Rent.place.is_not(None), live(given["starts_at"], given["ends_at"]))
            .distinct()
        )
    )
    rents = [
        Rent(place=number, places=most, state=RentState.RESERVED, parcels=_contents(parcels, [index]), **given)
        for index, number in zip(range(len(parcels)), _free(most, kept, point.id, avoided), strict=False)
    ]
    if len(rents) < len(parcels):
        raise AboutToBeTaken() if avoided else _full(given, len(rents), len(parcels))
    return rents


def _free(most: int, kept: Collection[int | None], point_id: UUID, avoided: Collection[str]) -> Iterable[int]:
    return (
        number for number in range(1, most + 1) if number not in kept and _place_key(point_id, number) not in avoided
    )


def _full(given: Mapping[str, Any], room_for: int, wanted: int) -> PointFull:
    return PointFull(
        f"there is room for {room_for} of {wanted} parcels",
        point_id=given["point_id"],
        starts_at=given["starts_at"],
        ends_at=given["ends_at"],
        room_for=room_for,
    )


def _contents(parcels: Sequence[Measures], indices: Iterable[int]) -> list[dict[str, Any]]:
    """Return these parcels as a rent keeps them."""
    return [
        {
            "parcel": index,
            "length_mm": parcels[index].length_mm,
            "width_mm": parcels[index].width_mm,
            "height_mm": parcels[index].height_mm,
            "weight_g": parcels[index].weight_g,
        }
        for index in indices
    ]
