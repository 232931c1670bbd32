"""Shifts are laid out, changed and cancelled, until a published route covers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.principals import Principal
from kernel.errors import Conflict, FieldError, Invalid
from kernel.geo import Point
from places.cities import OutsideCity, bounds
from routing.constraints import refused_as
from routing.fleet import driver, routed_shifts
from routing.models import Pause, Reloads, Shift, Vehicle
from routing.requesting import ShiftAlreadyRouted

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)


class DriverBusy(Conflict):
    """The driver has another shift at this time."""


class VehicleBusy(Conflict):
    """The vehicle has another shift at this time."""


class ShiftInvalid(Invalid):
    """A shift lasts between 15 minutes and 24 hours, ends in the future, and holds its breaks in their order."""


class NotADriver(Invalid):
    """There is no such active driver."""


class NoSuchVehicle(Invalid):
    """There is no such vehicle in service."""


class Terms(TypedDict):
    """All that a shift says."""

    driver_id: UUID
    vehicle_id: UUID
    starts_at: datetime
    ends_at: datetime
    start_place: Point
    end_place: Point | None
    breaks: Sequence[Pause]
    reloads: Reloads | None
    skills: Sequence[str]
    max_duration_s: int | None
    max_distance_m: int | None
    max_stops: int | None


class ShiftChange(TypedDict, total=False):
    """What is not named stays."""

    driver_id: UUID
    vehicle_id: UUID
    starts_at: datetime
    ends_at: datetime
    start_place: Point
    end_place: Point | None
    breaks: Sequence[Pause]
    reloads: Reloads | None
    skills: Sequence[str]
    max_duration_s: int | None
    max_distance_m: int | None
    max_stops: int | None


_MEANINGS = {
    "ex_shifts_driver_once": lambda: DriverBusy(errors=[FieldError("/driver_id", "has another shift then")]),
    "ex_shifts_vehicle_once": lambda: VehicleBusy(errors=[FieldError("/vehicle_id", "is on another shift then")]),
}


def lay_out(session: Session, terms: Terms, *, caller: Principal, now: datetime) -> Shift:
    """Add a shift to the caller's carrier.

    ShiftInvalid, OutsideCity, NotADriver, NoSuchVehicle; DriverBusy, VehicleBusy: the database decides.
    """
    shift = Shift(carrier_id=caller.organisation_id, created_at=now)
    _set(session, shift, terms, now=now)
    return shift


def change_shift(session: Session, shift: Shift, change: ShiftChange, *, now: datetime) -> None:
    """Change the locked shift. ShiftAlreadyRouted, and all that `lay_out` refuses."""
    _check_free(session, shift)
    terms: Terms = {
        "driver_id": shift.driver_id,
        "vehicle_id": shift.vehicle_id,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "start_place": shift.start_place,
        "end_place": shift.end_place,
        "breaks": shift.breaks,
        "reloads": shift.reloads,
        "skills": shift.skills,
        "max_duration_s": shift.max_duration_s,
        "max_distance_m": shift.max_distance_m,
        "max_stops": shift.max_stops,
    }
    _set(session, shift, {**terms, **change}, now=now)


def cancel_shift(session: Session, shift: Shift, *, now: datetime) -> None:
    """Cancel the locked shift: driver and vehicle are free again. ShiftAlreadyRouted."""
    _check_free(session, shift)

    shift.cancelled_at = now
    session.flush()


def _set(session: Session, shift: Shift, terms: Terms, *, now: datetime) -> None:
    errors = [*_time_faults(terms, now), *_break_faults(terms)]
    if errors:
        raise ShiftInvalid(errors=errors)
    _check_places(session, terms)
    shift.driver = _driver(session, terms["driver_id"], carrier_id=shift.carrier_id)
    shift.vehicle = _vehicle(session, terms["vehicle_id"], carrier_id=shift.carrier_id)
    with refused_as(_MEANINGS, session):
        shift.starts_at, shift.ends_at = terms["starts_at"], terms["ends_at"]
        shift.start_place, shift.end_place = terms["start_place"], terms["end_place"]
        shift.breaks = tuple(terms["breaks"])
        shift.reloads = terms["reloads"]
        shift.skills = sorted(set(terms["skills"]))
        shift.max_duration_s, shift.max_distance_m = terms["max_duration_s"], terms["max_distance_m"]
        shift.max_stops = terms["max_stops"]
        session.add(shift)


def _time_faults(terms: Terms, now: datetime) -> Iterator[FieldError]:
    lasts = terms["ends_at"] - terms["starts_at"]
    if lasts <= timedelta(0):
        yield FieldError("/ends_at", "must be later than starts_at")
    elif not SHORTEST <= lasts <= LONGEST:
        yield FieldError("/ends_at", "a shift lasts between 15 minutes and 24 hours")
    elif terms["ends_at"] <= now:
        yield FieldError("/ends_at", "lies in the past")


def _break_faults(terms: Terms) -> Iterator[FieldError]:
    for number, pause in enumerate(terms["breaks"]):
        if pause.latest_at < pause.earliest_at:
            yield FieldError(f"/breaks/{number}/latest_at", "must not be earlier than earliest_at")
        if pause.earliest_at < terms["starts_at"]:
            yield FieldError(f"/breaks/{number}/earliest_at", "lies before the shift")
        if pause.latest_at + pause.lasts > terms["ends_at"]:
            yield FieldError(f"/breaks/{number}/latest_at", "would end after the shift")
    for number, (before, pause) in enumerate(pairwise(terms["breaks"]), start=1):
        if pause.earliest_at < before.earliest_at or pause.latest_at < before.latest_at:
            yield FieldError(f"/breaks/{number}", "comes before the break that is listed before it")
        elif pause.latest_at < before.earliest_at + before.lasts:
            yield FieldError(f"/breaks/{number}/latest_at", "must begin before the break before it can be over")


def _check_places(session: Session, terms: Terms) -> None:
    city = bounds(session)
    again = None if terms["reloads"] is None else terms["reloads"].place
    places = {"start_place": terms["start_place"], "end_place": terms["end_place"], "reloads/place": again}
    for name, place in places.items():
        if place is None:
            continue
        try:
            city.check_inside(place)
        except OutsideCity as outside:
            raise OutsideCity(
                outside.detail, errors=[FieldError(f"/{name}", "lies outside the city")], **outside.facts
            ) from None


def _driver(session: Session, person_id: UUID, *, carrier_id: UUID) -> Person:
    found = driver(session, person_id, carrier_id=carrier_id)
    if found is None:
        raise NotADriver(errors=[FieldError("/driver_id", "is not an active driver of yours")])
    return found


def _vehicle(session: Session, vehicle_id: UUID, *, carrier_id: UUID) -> Vehicle:
    # Locked against being retired or changed while it is given a shift.
    asked = select(Vehicle).where(
        Vehicle.id == vehicle_id, Vehicle.carrier_id == carrier_id, Vehicle.retired_at.is_(None)
    )
    found = session.scalar(asked.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NoSuchVehicle(errors=[FieldError("/vehicle_id", "is not a vehicle of yours in service")])
    return found


def _check_free(session: Session, shift: Shift) -> None:
    if routed_shifts(session, [shift.id]):
        raise ShiftAlreadyRouted(shift_ids=[shift.id])
