"""What a plan is made from, as plain data: read in one short transaction, kept while no transaction is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from deliveries.models import Delivery
from kernel.geo import Point
from routing.models import CAPACITY_NAMES, Pause, Profile, Shift

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class GivenDelivery:
    """A delivery as far as planning cares. `demands` follow CAPACITY_NAMES; `windows` are half-open and in order."""

    id: UUID
    place: Point
    windows: tuple[Span, ...]
    service_s: int
    demands: tuple[int, ...]
    penalty_s: int | None
    contact: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class GivenShift:
    """A shift with its vehicle as far as planning cares. A capacity of None has no limit."""

    id: UUID
    driver_id: UUID
    vehicle_id: UUID
    label: str
    profile: Profile
    capacities: tuple[int | None, ...]
    starts_at: datetime
    ends_at: datetime
    start_place: Point
    end_place: Point | None
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class Job:
    """A plan to make. `taken` are the deliveries that were asked for and no longer wait for a plan.

    Deliveries of one of the `groups` are one stop already. `refusals` are the drivers who refused a delivery, by it.
    """

    plan_id: UUID
    seed: int
    limit_s: int | None
    now: datetime
    shifts: tuple[GivenShift, ...]
    deliveries: tuple[GivenDelivery, ...]
    taken: tuple[UUID, ...]
    groups: tuple[tuple[UUID, ...], ...] = ()
    refusals: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)


def given_delivery(delivery: Delivery) -> GivenDelivery:
    """Return what planning needs of a delivery whose windows and parcels are loaded."""
    parcels = delivery.parcels
    return GivenDelivery(
        id=delivery.id,
        place=delivery.place,
        windows=tuple((_utc(window.starts_at), _utc(window.ends_at)) for window in delivery.windows),
        service_s=delivery.service_s,
        demands=(
            len(parcels),
            sum(parcel.weight_g for parcel in parcels),
            sum(parcel.volume_cm3 for parcel in parcels),
        ),
        penalty_s=delivery.penalty_s,
        contact=(delivery.recipient_name.casefold(), delivery.recipient_phone, delivery.recipient_email),
    )


def given_shift(shift: Shift) -> GivenShift:
    """Return what planning needs of a shift whose driver and vehicle are loaded."""
    return GivenShift(
        id=shift.id,
        driver_id=shift.driver_id,
        vehicle_id=shift.vehicle_id,
        label=f"{shift.vehicle.name} ({shift.driver.name})",
        profile=shift.vehicle.profile,
        capacities=tuple(shift.vehicle.capacities.get(name) for name in CAPACITY_NAMES),
        starts_at=_utc(shift.starts_at),
        ends_at=_utc(shift.ends_at),
        start_place=shift.start_place,
        end_place=shift.end_place,
        pause=None if shift.pause is None else _pause_utc(shift.pause),
    )


def fingerprint(given: GivenDelivery | GivenShift) -> str:
    """Return what tells whether a plan still rests on what it was made from. Names and contacts do not count."""
    counts = {name: value for name, value in asdict(given).items() if name not in ("contact", "label")}
    return sha256(repr(counts).encode()).hexdigest()


def _pause_utc(pause: Pause) -> Pause:
    return Pause(_utc(pause.earliest_at), _utc(pause.latest_at), pause.duration_s)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
