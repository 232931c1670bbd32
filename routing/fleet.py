"""What is asked about vehicles and shifts. A caller sees those of the own carrier only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import Person, Role
from accounts.principals import Principal
from accounts.scoping import scoped
from kernel.errors import NotFound
from kernel.paging import Page, page
from routing.models import Route, Shift, Vehicle


class VehicleNotFound(NotFound):
    """There is no such vehicle."""


class ShiftNotFound(NotFound):
    """There is no such shift."""


def vehicle(session: Session, vehicle_id: UUID, *, caller: Principal, for_update: bool = False) -> Vehicle:
    """Return a vehicle, locked when asked. VehicleNotFound."""
    asked = scoped(select(Vehicle), caller=caller, carrier=Vehicle.carrier_id).where(Vehicle.id == vehicle_id)
    found = session.scalar(_locked(asked) if for_update else asked)
    if found is None:
        raise VehicleNotFound()
    return found


def vehicles(
    session: Session, *, caller: Principal, retired: bool, cursor: UUID | None = None, limit: int = 50
) -> Page[Vehicle]:
    """Return the carrier's vehicles, newest first; the retired ones too when asked."""
    asked = scoped(select(Vehicle), caller=caller, carrier=Vehicle.carrier_id)
    if not retired:
        asked = asked.where(Vehicle.retired_at.is_(None))
    return page(session, asked, by=Vehicle.id, cursor=cursor, limit=limit)


def driver(session: Session, person_id: UUID, *, carrier_id: UUID) -> Person | None:
    """Return the active driver of the carrier, if the person is one."""
    return session.scalar(
        select(Person).where(
            Person.id == person_id,
            Person.organisation_id == carrier_id,
            Person.role == Role.DRIVER,
            Person.active.is_(True),
        )
    )


def shift(session: Session, shift_id: UUID, *, caller: Principal, for_update: bool = False) -> Shift:
    """Return a shift with its driver and vehicle, locked when asked. ShiftNotFound when it was cancelled too."""
    asked = scoped(_whole_shift(), caller=caller, carrier=Shift.carrier_id).where(Shift.id == shift_id)
    found = session.scalar(_locked(asked, of=Shift) if for_update else asked)
    if found is None:
        raise ShiftNotFound()
    return found


def shifts(
    session: Session,
    *,
    caller: Principal,
    after: datetime | None = None,
    before: datetime | None = None,
    driver_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: int = 50,
) -> Page[Shift]:
    """Return the carrier's shifts that touch `[after, before)`, newest first; not the cancelled ones."""
    asked = scoped(_whole_shift(), caller=caller, carrier=Shift.carrier_id)
    if after is not None:
        asked = asked.where(Shift.ends_at > after)
    if before is not None:
        asked = asked.where(Shift.starts_at < before)
    if driver_id is not None:
        asked = asked.where(Shift.driver_id == driver_id)
    return page(session, asked, by=Shift.id, cursor=cursor, limit=limit)


def shifts_by_ids(
    session: Session, ids: Collection[UUID], *, carrier_id: UUID, for_update: bool = False
) -> Sequence[Shift]:
    """Return those of `ids` that are live shifts of the carrier, by id, so that lockers never wait in a ring."""
    asked = _whole_shift().where(Shift.id.in_(ids), Shift.carrier_id == carrier_id).order_by(Shift.id)
    return session.scalars(_locked(asked, of=Shift) if for_update else asked).all()


def lacks_driver(shift: Shift) -> bool:
    """Whether whom the shift is for may not drive it: switched off since, or given another role."""
    return not shift.driver.active or shift.driver.role is not Role.DRIVER


def routed_shifts(session: Session, ids: Collection[UUID]) -> Sequence[UUID]:
    """Return those of `ids` that a published route covers."""
    return session.scalars(select(Route.shift_id).where(Route.shift_id.in_(ids), Route.published_at.is_not(None))).all()


def _whole_shift() -> Select[Shift]:
    return (
        select(Shift)
        .where(Shift.cancelled_at.is_(None))
        .options(joinedload(Shift.driver, innerjoin=True), joinedload(Shift.vehicle, innerjoin=True))
    )


def _locked[T](asked: Select[T], *, of: type[T] | None = None) -> Select[T]:
    # What another transaction committed while we waited for the lock counts, not what we read before.
    return asked.with_for_update(of=of).execution_options(populate_existing=True)
