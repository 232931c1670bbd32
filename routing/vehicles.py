"""Vehicles come, change and retire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import Conflict
from routing.models import Profile, Shift, Vehicle


class VehicleRetired(Conflict):
    """The vehicle has been retired."""


class VehicleInUse(Conflict):
    """The vehicle has a shift that is not over."""


class VehicleChange(TypedDict, total=False):
    """What is not named stays."""

    name: str
    profile: Profile
    capacities: Mapping[str, int]


def add_vehicle(
    session: Session,
    *,
    name: str,
    profile: Profile,
    capacities: Mapping[str, int],
    caller: Principal,
    now: datetime,
) -> Vehicle:
    """Add a vehicle to the caller's carrier."""
    vehicle = Vehicle(
        carrier_id=caller.organisation_id, name=name, profile=profile, capacities=dict(capacities), created_at=now
    )
    session.add(vehicle)
    session.flush()
    return vehicle


def change_vehicle(session: Session, vehicle: Vehicle, change: VehicleChange) -> None:
    """Change the locked vehicle. VehicleRetired."""
    _check_in_service(vehicle)
    if "name" in change:
        vehicle.name = change["name"]
    if "profile" in change:
        vehicle.profile = change["profile"]
    if "capacities" in change:
        vehicle.capacities = dict(change["capacities"])
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
