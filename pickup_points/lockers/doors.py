"""What is asked about the doors of a locker: which there are, who has them, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import NotFound
from pickup_points.models import Compartment, PickupPoint, Rent, RentState
from pickup_points.points.queries import seen


class CompartmentNotFound(NotFound):
    """There is no such compartment at this point."""


@dataclass(frozen=True)
class Door:
    """A compartment as it is at a time: what it is, and when it is expected to be free again, None when it is."""

    compartment: Compartment
    state: RentState | None
    free_from: datetime | None


def compartment(
    session: Session, point_id: UUID, compartment_id: UUID, *, caller: Principal, for_update: bool = False
) -> Compartment:
    """Return a door of the caller's carrier's point, locked when asked. CompartmentNotFound."""
    asked = seen(select(Compartment).join(PickupPoint, PickupPoint.id == Compartment.point_id), caller=caller)
    asked = asked.where(Compartment.id == compartment_id, there(point_id))
    if for_update:
        asked = asked.with_for_update(of=Compartment).execution_options(populate_existing=True)
    found = session.scalar(asked)
    if found is None:
        raise CompartmentNotFound()
    return found


def doors(session: Session, point_id: UUID, *, now: datetime) -> list[Door]:
    """Return the point's doors as they are now, by name, numbers as numbers."""
    found = session.scalars(select(Compartment).where(there(point_id))).all()
    rents = session.scalars(
        select(Rent)
        .where(
            Rent.point_id == point_id,
            Rent.compartment_id.is_not(None),
            Rent.state != RentState.RELEASED,
            Rent.ends_at > now,
        )
        .order_by(Rent.starts_at)
    ).all()
    by_door: dict[UUID | None, list[Rent]] = {}
    for rent in rents:
        by_door.setdefault(rent.compartment_id, []).append(rent)
    return [as_it_is(door, by_door.get(door.id, []), now=now) for door in sorted(found, key=_by_number)]


def as_it_is(door: Compartment, rents: Sequence[Rent], *, now: datetime) -> Door:
    """Return the door with when it is expected to be free: behind the last of the rents that follow without a gap."""
    free_from, state = now, None
    for rent in rents:
        if rent.starts_at <= free_from:
            free_from = max(free_from, rent.ends_at)
            state = state or rent.state
    return Door(door, state, None if free_from == now else free_from)


def there(point_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a door is at the point and was not removed."""
    return and_(Compartment.point_id == point_id, Compartment.removed_at.is_(None))


def _by_number(door: Compartment) -> tuple[bool, int, str]:
    number = door.name.isdecimal()
    return not number, int(door.name) if number else 0, door.name
