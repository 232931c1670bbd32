"""What a plan is made from, as plain data: read in one short transaction, kept while no transaction is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from deliveries.models import Alternative, Delivery, DeliveryWindow, Pickup, Window
from deliveries.priorities import penalty_s
from kernel.geo import Point
from routing.models import CAPACITY_NAMES, HOUR_S, Pause, Profile, Reloads, Shift
from routing.wishes import Wishes

type Span = tuple[datetime, datetime]


# What is open only here is closed whenever somebody drives; no window at all would mean any time.
NEVER: tuple[Span, ...] = ((datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)),)


class Travel(NamedTuple):
    """How somebody moves through the streets: what has a matrix of its own."""

    profile: Profile
    kerb_side: bool = False

    def __str__(self) -> str:
        """Return the optimiser's name for it."""
        return f"{self.profile}, kerb side" if self.kerb_side else self.profile.value


@dataclass(frozen=True, slots=True)
class GivenAlternative:
    """Another place where a delivery may go instead."""

    id: UUID
    place: Point
    windows: tuple[Span, ...]
    service_s: int


@dataclass(frozen=True, slots=True)
class GivenPickup:
    """Where the parcels of a delivery are fetched."""

    place: Point
    windows: tuple[Span, ...]
    service_s: int


@dataclass(frozen=True, slots=True)
class GivenPoint:
    """The pickup point that a delivery goes to. `opens` None: it takes parcels at any time.

    `hours` are as people read them, for whoever asks why nothing is brought there.
    """

    id: UUID
    name: str = ""
    hours: str | None = None
    opens: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class GivenDelivery:
    """A delivery as far as planning cares. `windows` are half-open and in order; skills are sorted.

    `demands` and `collects` follow CAPACITY_NAMES. `setup_s` None is the plan's to say. `point` opens as it pleases:
    `point_hours.opened` finds out when, and `served` are the windows that are left.
    """

    id: UUID
    place: Point
    windows: tuple[Span, ...]
    service_s: int
    demands: tuple[int, ...]
    penalty_s: int | None
    contact: tuple[str | None, ...]
    collects: tuple[int, ...] = (0,) * len(CAPACITY_NAMES)
    setup_s: int | None = None
    required_skills: tuple[str, ...] = ()
    excluded_skills: tuple[str, ...] = ()
    preferred: Span | None = None
    preferred_driver: UUID | None = None
    refused_drivers: tuple[UUID, ...] = ()
    alternatives: tuple[GivenAlternative, ...] = ()
    pickup: GivenPickup | None = None
    point: GivenPoint | None = None

    @property
    def served(self) -> tuple[Span, ...]:
        """When it can be brought: its windows, while its point is open. None: at any time; see `NEVER`."""
        if self.point is None or self.point.opens is None:
            return self.windows
        if not self.windows:
            return self.point.opens or NEVER
        return tuple(_common(self.windows, self.point.opens)) or NEVER


@dataclass(frozen=True, slots=True)
class GivenShift:
    """A shift with its vehicle as far as planning cares. A capacity of None has no limit; skills are sorted.

    Costs are seconds of a courier's time: for going out at all, an hour, a kilometre.
    """

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
    breaks: tuple[Pause, ...] = ()
    skills: tuple[str, ...] = ()
    kerb_side: bool = False
    max_duration_s: int | None = None
    max_distance_m: int | None = None
    max_stops: int | None = None
    fixed_cost: int = 0
    cost_per_h: int = HOUR_S
    cost_per_km: int = 0
    reloads: Reloads | None = None

    @property
    def travel(self) -> Travel:
        """How it moves."""
        return Travel(self.profile, self.kerb_side)


@dataclass(frozen=True, slots=True)
class Job:
    """A plan to make. `taken` are the deliveries that were asked for and no longer wait for a plan.

    `familiar` holds the deliveries, each with a driver who has delivered near there; nobody where that costs nothing.
    Deliveries of one of the `groups` are one stop already.
    """

    plan_id: UUID
    seed: int
    limit_s: int | None
    now: datetime
    shifts: tuple[GivenShift, ...]
    deliveries: tuple[GivenDelivery, ...]
    taken: tuple[UUID, ...]
    wishes: Wishes = field(default_factory=Wishes)
    familiar: frozenset[tuple[UUID, UUID]] = frozenset()
    groups: tuple[tuple[UUID, ...], ...] = ()


def given_delivery(delivery: Delivery) -> GivenDelivery:
    """Return what planning needs of a delivery whose windows, parcels and alternatives are loaded."""
    parcels = delivery.parcels
    return GivenDelivery(
        id=delivery.id,
        place=delivery.place,
        windows=tuple(_span(window) for window in delivery.windows),
        service_s=delivery.service_s,
        demands=(
            len(parcels),
            sum(parcel.weight_g for parcel in parcels),
            sum(parcel.volume_cm3 for parcel in parcels),
        ),
        penalty_s=delivery.penalty_s if delivery.priority is None else penalty_s(delivery.priority),
        contact=(delivery.recipient_name.casefold(), delivery.recipient_phone, delivery.recipient_email),
        collects=tuple(delivery.collects.get(name, 0) for name in CAPACITY_NAMES),
        setup_s=delivery.setup_s,
        required_skills=tuple(sorted(delivery.required_skills)),
        excluded_skills=tuple(sorted(delivery.excluded_skills)),
        preferred=None if delivery.preferred_window is None else _span(delivery.preferred_window),
        preferred_driver=delivery.preferred_driver_id,
        refused_drivers=tuple(sorted(map(UUID, delivery.refused_driver_ids))),
        alternatives=tuple(_given_alternative(each, delivery) for each in delivery.alternatives),
        pickup=None if delivery.pickup is None else _given_pickup(delivery.pickup, delivery),
        point=None if delivery.pickup_point_id is None else GivenPoint(delivery.pickup_point_id),
    )


def _given_pickup(pickup: Pickup, delivery: Delivery) -> GivenPickup:
    return GivenPickup(
        place=pickup.place,
        windows=tuple(_span(window) for window in pickup.windows),
        service_s=delivery.service_s if pickup.service_s is None else pickup.service_s,
    )


def _given_alternative(alternative: Alternative, delivery: Delivery) -> GivenAlternative:
    return GivenAlternative(
        id=alternative.id,
        place=alternative.place,
        windows=tuple(_span(window) for window in alternative.windows),
        service_s=delivery.service_s if alternative.service_s is None else alternative.service_s,
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
        breaks=tuple(_pause_utc(pause) for pause in shift.breaks),
        skills=tuple(sorted({*shift.skills, *shift.vehicle.skills})),
        kerb_side=shift.vehicle.kerb_side,
        max_duration_s=shift.max_duration_s,
        max_distance_m=shift.max_distance_m,
        max_stops=shift.max_stops,
        fixed_cost=shift.vehicle.fixed_cost,
        cost_per_h=shift.vehicle.cost_per_h,
        cost_per_km=shift.vehicle.cost_per_km,
        reloads=shift.reloads,
    )


def fingerprint(given: GivenDelivery | GivenShift) -> str:
    """Return what tells whether a plan still rests on what it was made from. Names and contacts do not count.

    Nor do a point's hours: a plan is outdated only when it would bring something while the point is closed.
    """
    counts = {name: value for name, value in asdict(given).items() if name not in ("contact", "label", "point")}
    return sha256(repr(counts).encode()).hexdigest()


def _common(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    for starts_at, ends_at in some:
        for other_start, other_end in others:
            if max(starts_at, other_start) < min(ends_at, other_end):
                yield max(starts_at, other_start), min(ends_at, other_end)


def _pause_utc(pause: Pause) -> Pause:
    return Pause(_utc(pause.earliest_at), _utc(pause.latest_at), pause.duration_s)


def _span(window: Window | DeliveryWindow) -> Span:
    return _utc(window.starts_at), _utc(window.ends_at)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
