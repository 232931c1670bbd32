"""How much room points have over a time, many points in one question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, distinct, exists, func, select
from sqlalchemy.orm import Session

from pickup_points.models import Compartment, PickupPoint, PointKind, Rent, RentState
from pickup_points.room.allocation import allocate
from pickup_points.room.packing import Measures, Space, fits


@dataclass(frozen=True)
class SizeRoom:
    """The doors of one size: how many work, and how many of those are free the whole time."""

    size: str
    space: Space
    working: int
    free: int


@dataclass(frozen=True)
class Room:
    """What a point has room for over a time.

    `most_parcels` and `free_places` are of a counter that counts. Neither doors nor a count: it takes any number.
    """

    is_locker: bool
    sizes: tuple[SizeRoom, ...]
    most_parcels: int | None = None
    free_places: int | None = None

    @property
    def free(self) -> dict[str, int]:
        """Free doors by size, the smallest first."""
        totals: dict[str, int] = {}
        for each in self.sizes:
            totals[each.size] = totals.get(each.size, 0) + each.free
        return totals

    @property
    def has_doors(self) -> bool:
        """Whether parcels go behind doors here."""
        return self.is_locker or bool(self.sizes)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for any parcel."""
        if self.has_doors:
            return not any(each.free for each in self.sizes)
        return self.free_places == 0

    def could_take(self, parcels: Sequence[Measures]) -> bool:
        """Say whether each parcel goes behind some working door, free or not."""
        return not self.has_doors or all(
            any(each.working and fits(parcel, each.space) for each in self.sizes) for parcel in parcels
        )

    def takes(self, parcels: Sequence[Measures]) -> bool:
        """Say whether one recipient's parcels all find room, by the rule that reserves it."""
        if not self.has_doors:
            return self.free_places is None or len(parcels) <= self.free_places
        doors = [each.space for each in self.sizes for _ in range(min(each.free, len(parcels)))]
        return not allocate([parcels], doors).left


def free_room(session: Session, point_ids: Collection[UUID], *, at: datetime, until: datetime) -> Mapping[UUID, Room]:
    """Return the room of each point over `[at, until)`, in one question; unknown ids are left out.

    A place of a counter is free only when the same one is the whole time: that is what can be reserved.
    """
    rows = session.execute(_room(point_ids, at, until)).mappings().all()
    by_point: dict[UUID, list[RowMapping]] = {}
    for row in rows:
        by_point.setdefault(row["point_id"], []).append(row)
    return {point_id: _read(of_it) for point_id, of_it in by_point.items()}


def live(at: datetime, until: datetime) -> ColumnElement[bool]:
    """Return the condition that a rent keeps its room at some time of `[at, until)`, as the constraints see it."""
    return and_(
        Rent.state != RentState.RELEASED,
        func.tstzrange(Rent.starts_at, Rent.ends_at).op("&&")(func.tstzrange(at, until)),
    )


def taken(at: datetime, until: datetime) -> ColumnElement[bool]:
    """Return the condition that a compartment is kept by somebody at some time of `[at, until)`."""
    return exists().where(Rent.compartment_id == Compartment.id, live(at, until))


def works() -> ColumnElement[bool]:
    """Return the condition that a compartment is there and in order."""
    return and_(Compartment.removed_at.is_(None), Compartment.out_of_order_at.is_(None))


def spaces_of(session: Session, point_ids: Collection[UUID]) -> Mapping[UUID, Collection[Space]]:
    """Return what is behind the doors of each point that has some, in order or not."""
    doors = select(Compartment).where(Compartment.point_id.in_(point_ids), Compartment.removed_at.is_(None))
    found: dict[UUID, set[Space]] = {}
    for door in session.scalars(doors) if point_ids else ():
        found.setdefault(door.point_id, set()).add(space_of(door))
    return found


def space_of(compartment: Compartment) -> Space:
    """Return the room behind the door as parcels are judged by."""
    return _space(compartment.length_mm, compartment.width_mm, compartment.height_mm, compartment.most_weight_g)


def _room(point_ids: Collection[UUID], at: datetime, until: datetime) -> Select[*tuple[object, ...]]:
    shape = (
        Compartment.size,
        Compartment.length_mm,
        Compartment.width_mm,
        Compartment.height_mm,
        Compartment.most_weight_g,
    )
    kept = (
        select(func.count(distinct(Rent.place)))
        .where(Rent.point_id == PickupPoint.id, Rent.place <= PickupPoint.most_parcels, live(at, until))
        .scalar_subquery()
    )
    return (
        select(
            PickupPoint.id.label("point_id"),
            PickupPoint.kind,
            PickupPoint.most_parcels,
            (PickupPoint.most_parcels - kept).label("free_places"),
            *shape,
            func.count(Compartment.id).filter(works()).label("working"),
            func.count(Compartment.id).filter(works(), ~taken(at, until)).label("free"),
        )
        .outerjoin(Compartment, and_(Compartment.point_id == PickupPoint.id, Compartment.removed_at.is_(None)))
        .where(PickupPoint.id.in_(point_ids))
        .group_by(PickupPoint.id, *shape)
    )


def _read(rows: Sequence[RowMapping]) -> Room:
    sizes = tuple(
        SizeRoom(
            row["size"],
            _space(row["length_mm"], row["width_mm"], row["height_mm"], row["most_weight_g"]),
            row["working"],
            row["free"],
        )
        for row in rows
        if row["size"] is not None
    )
    first = rows[0]
    is_locker = first["kind"] is PointKind.LOCKER
    counts = not is_locker and not sizes
    return Room(
        is_locker,
        tuple(sorted(sizes, key=lambda each: each.space.volume_mm3)),
        first["most_parcels"] if counts else None,
        first["free_places"] if counts else None,
    )


def _space(length_mm: int, width_mm: int, height_mm: int, most_weight_g: int | None) -> Space:
    first, second, third = sorted((length_mm, width_mm, height_mm), reverse=True)
    return Space((first, second, third), most_weight_g)
