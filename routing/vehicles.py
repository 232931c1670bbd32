"""Vehicles come, change and retire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import Conflict
from routing.models import HOUR_S, Profile, Shift, Vehicle


class VehicleRetired(Conflict):
    """The vehicle has been retired."""


class VehicleInUse(Conflict):
    """The vehicle has a shift that is not over."""


class VehicleChange(TypedDict, total=False):
    """What is not named stays."""

    name: str
    profile: Profile
    capacities: Mapping[str, int]
    skills: Sequence[str]
    kerb_side: bool
    fixed_cost: int
    cost_per_h: int
    cost_per_km: int


_AS_GIVEN = ("name", "profile", "kerb_side", "fixed_cost", "cost_per_h", "cost_per_km")


def add_vehicle(
    session: Session,
    *,
    name: str,
    profile: Profile,
    capacities: Mapping[str, int],
    skills: Sequence[str] = (),
    kerb_side: bool = False,
    fixed_cost: int = 0,
    cost_per_h: int = HOUR_S,
    cost_per_km: int = 0,
    caller: Principal,
    now: datetime,
) -> Vehicle:
    """Add a vehicle to the caller's carrier. Its costs are in seconds of a courier's time."""
    vehicle = Vehicle(
        carrier_id=caller.organisation_id,
        name=name,
        profile=profile,
        capacities=dict(capacities),
        skills=sorted(set(skills)),
        kerb_side=kerb_side,
        fixed_cost=fixed_cost,
        cost_per_h=cost_per_h,
        cost_per_km=cost_per_km,
        created_at=now,
    )
    session.add(vehicle)
    session.flush()
    return vehicle


def change_vehicle(session: Session, vehicle: Vehicle, change: VehicleChange) -> None:
    """Change the locked vehicle. VehicleRetired."""
    _check_in_service(vehicle)
    given: dict[str, Any] = {**change}
    for name in _AS_GIVEN:
        if name in given:
            setattr(vehicle, name, given[name])
    if "capacities" in change:
        vehicle.capacities = dict(change["capacities"])
    if "skills" in change:
        vehicle.skills = sorted(set(change["skills"]))
    session.flush()


def retire_vehicle(session: Session, vehicle: Vehicle, *, now: datetime) -> None:
    """Take the locked vehicle out of service for good. VehicleRetired, VehicleInUse."""
    _check_in_service(vehicle)
    in_use = exists().where(Shift.vehicle_id == vehicle.id, Shift.cancelled_at.is_(None), Shift.ends_at > now)
    if session.scalar(select(in_use)):
        raise VehicleInUse()

    vehicle.retired_at = now
    session.flush()


def _check_in_service(vehicle: Vehicle) -> None:
    if vehicle.retired_at is not None:
        raise VehicleRetired(retired_at=vehicle.retired_at)
