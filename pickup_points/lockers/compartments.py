"""Doors of a locker come, change, break, are repaired and go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict, FieldError, Invalid
from pickup_points.lockers.doors import there
from pickup_points.lockers.facts import (
    CompartmentChanged,
    CompartmentInOrder,
    CompartmentOutOfOrder,
    CompartmentRemoved,
    CompartmentsAdded,
)
from pickup_points.models import Compartment, PickupPoint, Rent, RentState
from pickup_points.room.rehousing import rehouse, reserved_behind

MOST_DOORS = 1000


class CompartmentNameTaken(Conflict):
    """The point has a compartment of this name."""


class CompartmentInUse(Conflict):
    """Somebody has reserved the compartment, or a parcel is in it."""


class TooManyCompartments(Invalid):
    """A point has at most 1000 compartments."""


class NewDoors(TypedDict):
    """Doors of one size; `names` for those that are not to be numbered."""

    size: str
    length_mm: int
    width_mm: int
    height_mm: int
    most_weight_g: int | None
    count: int
    names: Sequence[str]


class DoorChange(TypedDict, total=False):
    """What is not named stays. `out_of_order` is the reason, None when it works again."""

    name: str
    size: str
    length_mm: int
    width_mm: int
    height_mm: int
    most_weight_g: int | None
    out_of_order: str | None


_INSIDE = ("length_mm", "width_mm", "height_mm", "most_weight_g")


def add_doors(
    session: Session, point: PickupPoint, wanted: Sequence[NewDoors], *, now: datetime, by: UUID | None
) -> list[Compartment]:
    """Add doors to the locked point, numbered on from the highest number. CompartmentNameTaken, TooManyCompartments."""
    names = list(session.scalars(select(Compartment.name).where(there(point.id))))
    if len(names) + sum(each["count"] for each in wanted) > MOST_DOORS:
        raise TooManyCompartments(errors=[FieldError("/sizes", f"the point has {len(names)} already")])

    doors = _new_doors(point, wanted, after=max((int(name) for name in names if name.isdecimal()), default=0))
    session.add_all(doors)
    _flush_names(session)

    ids = [door.id for door in doors]
    facts.record(session, CompartmentsAdded(point_id=point.id, compartment_ids=ids, at=now, by=by))
    return doors


def change_door(session: Session, door: Compartment, change: DoorChange, *, now: datetime, by: UUID | None) -> None:
    """Change the locked door. CompartmentNameTaken, CompartmentInUse.

    Out of order, nothing more is put behind it, and what is reserved there is moved to another door. What is inside
    it can only be changed when nobody has it.
    """
    given: dict[str, Any] = {**change}
    plain = {name: value for name, value in given.items() if name != "out_of_order" and getattr(door, name) != value}
    if any(name in plain for name in _INSIDE):
        _check_unused(session, door, now)

    for name, value in plain.items():
        setattr(door, name, value)
    _flush_names(session)
    if plain:
        changed = tuple(sorted(plain))
        facts.record(
            session,
            CompartmentChanged(point_id=door.point_id, compartment_id=door.id, changed=changed, at=now, by=by),
        )
    if "out_of_order" in change:
        _say_order(session, door, change["out_of_order"], now, by)


def remove_door(session: Session, door: Compartment, *, now: datetime, by: UUID | None) -> None:
    """Take the locked door away for good; its past stays. CompartmentInUse."""
    _check_unused(session, door, now)

    door.removed_at = now
    session.flush()

    facts.record(session, CompartmentRemoved(point_id=door.point_id, compartment_id=door.id, at=now, by=by))


def _new_doors(point: PickupPoint, wanted: Sequence[NewDoors], *, after: int) -> list[Compartment]:
    made = []
    for each in wanted:
        inside = {name: each[name] for name in ("size", *_INSIDE)}  # type: ignore[literal-required]
        for number in range(each["count"]):
            after += 1
            name = each["names"][number] if each["names"] else str(after)
            made.append(Compartment(point_id=point.id, name=name, **inside))
    return made


def _say_order(session: Session, door: Compartment, reason: str | None, now: datetime, by: UUID | None) -> None:
    about: dict[str, Any] = {"point_id": door.point_id, "compartment_id": door.id, "at": now, "by": by}
    was_out = door.out_of_order_at is not None
    door.out_of_order_reason = reason
    if reason is None:
        door.out_of_order_at = None
        session.flush()
        if was_out:
            facts.record(session, CompartmentInOrder(**about))
        return
    door.out_of_order_at = door.out_of_order_at or now
    session.flush()
    for rent in reserved_behind(session, door.id, after=now):
        rehouse(session, rent, now=now)
    facts.record(session, CompartmentOutOfOrder(reason=reason, **about))


def _check_unused(session: Session, door: Compartment, now: datetime) -> None:
    used = exists().where(
        Rent.compartment_id == door.id,
        (Rent.state == RentState.OCCUPIED) | ((Rent.state == RentState.RESERVED) & (Rent.ends_at > now)),
    )
    if session.scalar(select(used)):
        raise CompartmentInUse(compartment_id=door.id)


def _flush_names(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_compartments_point_id_name":
            raise CompartmentNameTaken() from None
        raise
