"""Vehicles, shifts, plans, routes and stops: who visits what, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from accounts.models import Person
from deliveries.models import Address, Alternative, Delivery
from kernel.database import Base
from kernel.errors import Conflict
from kernel.geo import Point, PointType
from kernel.ids import new_id
from pickup_points.models import PickupPoint

CAPACITY_NAMES = ("parcels", "weight_g", "volume_cm3")
HOUR_S = 3600


class Profile(StrEnum):
    """How a vehicle moves through the streets."""

    CAR = "car"
    BICYCLE = "bicycle"
    FOOT = "foot"


class Vehicle(Base):
    """A van, a cargo bicycle, a pair of feet. A capacity that is not named has no limit."""

    __tablename__ = "vehicles"
    __table_args__ = (
        CheckConstraint("fixed_cost >= 0 AND cost_per_h >= 0 AND cost_per_km >= 0", name="costs_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str]
    profile: Mapped[Profile]
    capacities: Mapped[dict[str, Any]]  # by name of CAPACITY_NAMES, whole units
    skills: Mapped[list[str]] = mapped_column(default=list)
    # It stops on its own side of the street only: nobody crosses with a heavy parcel.
    kerb_side: Mapped[bool] = mapped_column(default=False)
    # What a route with it costs, in seconds of a courier's time: for going out at all, an hour, a kilometre.
    fixed_cost: Mapped[int] = mapped_column(default=0)
    cost_per_h: Mapped[int] = mapped_column(default=HOUR_S)
    cost_per_km: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


@dataclass(frozen=True)
class Pause:
    """A break that begins between two times, both allowed."""

    earliest_at: datetime
    latest_at: datetime
    duration_s: int

    @property
    def lasts(self) -> timedelta:
        """How long it is."""
        return timedelta(seconds=self.duration_s)


@dataclass(frozen=True)
class Reloads:
    """How often a courier may come back to load in the middle of a shift, for how long, and where.

    `place` None: where the shift starts.
    """

    most: int
    duration_s: int
    place: Point | None = None


class Shift(Base):
    """One driver with one vehicle from a start to an end. Neither can be in two at once: the database forbids it."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("max_duration_s > 0 AND max_distance_m > 0 AND max_stops > 0", name="limits_above_zero"),
        ExcludeConstraint(
            ("driver_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("cancelled_at IS NULL"),
            name="ex_shifts_driver_once",
        ),
        ExcludeConstraint(
            ("vehicle_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("cancelled_at IS NULL"),
            name="ex_shifts_vehicle_once",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    driver_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    vehicle_id: Mapped[UUID] = mapped_column(ForeignKey("vehicles.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    start_place: Mapped[Point] = mapped_column(PointType)
    end_place: Mapped[Point | None] = mapped_column(PointType)  # None: ends at the last stop
    written_breaks: Mapped[list[dict[str, Any]]] = mapped_column("breaks", default=list)  # the fields of Pause
    written_reloads: Mapped[dict[str, Any] | None] = mapped_column("reloads")  # the fields of Reloads
    skills: Mapped[list[str]] = mapped_column(default=list)  # the driver's; the vehicle has its own
    max_duration_s: Mapped[int | None]
    max_distance_m: Mapped[int | None]
    max_stops: Mapped[int | None]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    driver: Mapped[Person] = relationship(lazy="raise")
    vehicle: Mapped[Vehicle] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so

    @property
    def breaks(self) -> tuple[Pause, ...]:
        """The breaks in the order in which they are taken."""
        return tuple(
            Pause(
                datetime.fromisoformat(each["earliest_at"]),
                datetime.fromisoformat(each["latest_at"]),
                each["duration_s"],
            )
            for each in self.written_breaks
        )

    @breaks.setter
    def breaks(self, breaks: Iterable[Pause]) -> None:
        self.written_breaks = [
            {
                "earliest_at": each.earliest_at.isoformat(),
                "latest_at": each.latest_at.isoformat(),
                "duration_s": each.duration_s,
            }
            for each in breaks
        ]

    @property
    def reloads(self) -> Reloads | None:
        """The trips back to load, None when all goes along at once."""
        if self.written_reloads is None:
            return None
        place = self.written_reloads["place"]
        return Reloads(
            self.written_reloads["most"], self.written_reloads["duration_s"], None if place is None else Point(*place)
        )

    @reloads.setter
    def reloads(self, reloads: Reloads | None) -> None:
        self.written_reloads = None if reloads is None else asdict(reloads)
        if reloads is not None and reloads.place is not None and self.written_reloads is not None:
            self.written_reloads["place"] = [reloads.place.longitude, reloads.place.latitude]


class PlanState(StrEnum):
    """The life of a plan."""

    QUEUED = "queued"
    SOLVING = "solving"
    SOLVED = "solved"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PUBLISHED = "published"


class Objective(StrEnum):
    """What a plan is to save."""

    LEAST_TIME = "least_time"
    LEAST_DISTANCE = "least_distance"
    FEWEST_VEHICLES = "fewest_vehicles"


class Plan(Base):
    """Routes computed together, from the moment they are asked for."""

    __tablename__ = "plans"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[PlanState]
    shift_ids: Mapped[list[str]]
    delivery_ids: Mapped[list[str]]
    seed: Mapped[int]
    limit_s: Mapped[int | None]
    objective: Mapped[Objective] = mapped_column(default=Objective.LEAST_TIME)
    balance: Mapped[dict[str, Any] | None]  # {"measure": ..., "cost": ...}
    traffic: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # the fields of traffic.Spell
    zone: Mapped[str] = mapped_column(default="UTC")  # IANA: the hours of `traffic` are told in it
    setup_s: Mapped[int] = mapped_column(default=0)  # parking, where a delivery says nothing of it
    # In seconds of a courier's time: an hour off a preferred window, a driver who is not the preferred one, a driver
    # who has never delivered near there.
    early_cost_per_h: Mapped[int] = mapped_column(default=0)
    late_cost_per_h: Mapped[int] = mapped_column(default=0)
    preference_cost: Mapped[int] = mapped_column(default=0)
    familiarity_cost: Mapped[int] = mapped_column(default=0)
    allowed_shifts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # delivery_id, shift_ids
    percent: Mapped[int] = mapped_column(default=0)
    # What the search has reached so far, and what the plan costs in the end, split; seconds and metres.
    best_cost: Mapped[int | None] = mapped_column(BigInteger)
    best_unassigned: Mapped[int | None]
    cost: Mapped[dict[str, Any] | None]
    # The share of travel times, 0 to 1, that are great-circle estimates because the streets gave no answer.
    estimated_share: Mapped[float | None]
    failure: Mapped[str | None]
    # How often a worker took it up: one that is lost each time is given up.
    claims: Mapped[int] = mapped_column(default=0)
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finish_asked_at: Mapped[datetime | None]  # somebody will take the best plan so far
    finished_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # A replan: the published plan whose routes it changes, on which terms, what stood then, and what it would change.
    replans: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    terms: Mapped[dict[str, Any] | None]
    basis: Mapped[dict[str, Any] | None]
    changes: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column()

    routes: Mapped[list[Route]] = relationship(lazy="raise", order_by="Route.departs_at")
    unassigned: Mapped[list[Unassigned]] = relationship(lazy="raise", order_by="Unassigned.delivery_id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class Unassigned(Base):
    """A delivery that a plan leaves out, and why."""

    __tablename__ = "unassigned"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), primary_key=True, index=True)
    reason: Mapped[str]
    detail: Mapped[str]
    # The shift that comes closest, what is exceeded there, and the least that would let it fit: see `explaining`.
    nearest_vehicle: Mapped[dict[str, Any] | None]
    exceeded: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    relaxation: Mapped[dict[str, Any] | None]


class Route(Base):
    """One courier's stops in one shift. At most one route of a shift is published."""

    __tablename__ = "routes"
    __table_args__ = (
        Index("uq_routes_shift_published", "shift_id", unique=True, postgresql_where=text("published_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    driver_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    vehicle_id: Mapped[UUID] = mapped_column(ForeignKey("vehicles.id"), index=True)
    departs_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    duration_s: Mapped[int]
    distance_m: Mapped[int]
    line: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=4326, spatial_index=False))
    breaks: Mapped[list[dict[str, Any]]]  # [{"starts_at": ..., "ends_at": ...}]
    published_at: Mapped[datetime | None]
    # Of the shift as it was planned: publishing refuses a route whose shift is another one by then.
    fingerprint: Mapped[str] = mapped_column(default="")
    # How often its stops were put in another order after publishing, or went to or came from another driver; the
    # last such change, for the driver; and when the courier was to go on in the present order (None: the first one).
    revision: Mapped[int] = mapped_column(default=0)
    latest_change: Mapped[dict[str, Any] | None]
    resumes_at: Mapped[datetime | None]
    # Rises with whatever the driver must know of: published, a stop withdrawn, a stop done.
    version: Mapped[int] = mapped_column()

    stops: Mapped[list[Stop]] = relationship(lazy="raise", order_by="Stop.sequence", back_populates="route")
    shift: Mapped[Shift] = relationship(lazy="raise")
    vehicle: Mapped[Vehicle] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so

    def changed(self) -> None:
        """Let the version rise at the next flush: one of the stops changed, and the driver must know."""
        flag_modified(self, "breaks")


class StopState(StrEnum):
    """Where the courier is with a stop."""

    PLANNED = "planned"
    ENROUTE = "enroute"
    ARRIVED = "arrived"
    DONE = "done"


class StopKind(StrEnum):
    """What the courier halts for."""

    DELIVERY = "delivery"
    PICKUP = "pickup"
    RELOAD = "reload"


class Outcome(StrEnum):
    """How a stop ended for a delivery. What does not begin with `failed` or `unattempted` succeeded."""

    PICKED_UP = "picked_up"
    DELIVERED_TO_RECIPIENT = "delivered_to_recipient"
    DELIVERED_TO_THIRD_PARTY = "delivered_to_third_party"
    DELIVERED_TO_MAILBOX = "delivered_to_mailbox"
    DELIVERED_TO_SAFE_PLACE = "delivered_to_safe_place"
    DELIVERED_TO_NEIGHBOUR = "delivered_to_neighbour"
    DELIVERED_TO_POINT = "delivered_to_point"
    DELIVERED_OTHER = "delivered_other"
    FAILED_NOT_HOME = "failed_not_home"
    FAILED_REFUSED = "failed_refused"
    FAILED_CANT_FIND_ADDRESS = "failed_cant_find_address"
    FAILED_NO_ACCESS = "failed_no_access"
    FAILED_NO_PARKING = "failed_no_parking"
    FAILED_NO_TIME = "failed_no_time"
    FAILED_PARCEL_NOT_ON_BOARD = "failed_parcel_not_on_board"
    FAILED_DAMAGED = "failed_damaged"
    FAILED_CLOSED = "failed_closed"
    FAILED_NOT_READY = "failed_not_ready"
    FAILED_MISSING_REQUIRED_PROOF = "failed_missing_required_proof"
    FAILED_PAYMENT_NOT_RECEIVED = "failed_payment_not_received"
    FAILED_WEATHER = "failed_weather"
    FAILED_OTHER = "failed_other"
    UNATTEMPTED = "unattempted"

    @property
    def succeeded(self) -> bool:
        """Whether the parcel changed hands."""
        return self.value.startswith(("delivered", "picked_up"))

    @property
    def fits(self) -> frozenset[StopKind]:
        """The kinds of stops that can end so."""
        if self in (Outcome.PICKED_UP, Outcome.FAILED_NOT_READY):
            return frozenset({StopKind.PICKUP})
        return frozenset({StopKind.DELIVERY} if self.succeeded else {StopKind.DELIVERY, StopKind.PICKUP})


class StopOutOfOrder(Conflict):
    """The stop is not where this event would take it from."""


class Stop(Base):
    """One halt for one or more deliveries. Times from the courier's device; planned ones from the plan."""

    __tablename__ = "stops"
    __table_args__ = (
        UniqueConstraint("route_id", "sequence"),
        Index("ix_stops_place", "place", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id", ondelete="CASCADE"))
    sequence: Mapped[int]  # from 1
    place: Mapped[Point] = mapped_column(PointType)
    kind: Mapped[StopKind] = mapped_column(default=StopKind.DELIVERY)
    state: Mapped[StopState]
    service_s: Mapped[int]
    leg_duration_s: Mapped[int]  # from the stop before, or from the start
    leg_distance_m: Mapped[int]
    leg_by_streets: Mapped[bool]
    planned_arrival_at: Mapped[datetime]
    planned_start_at: Mapped[datetime]  # of service: after waiting for the window
    planned_departure_at: Mapped[datetime]
    enroute_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    # All its deliveries were cancelled after publishing: the courier passes by.
    withdrawn_at: Mapped[datetime | None]

    route: Mapped[Route] = relationship(lazy="raise", back_populates="stops")
    drops: Mapped[list[Drop]] = relationship(lazy="raise", order_by="Drop.delivery_id")
    fetches: Mapped[list[Fetch]] = relationship(lazy="raise", order_by="Fetch.delivery_id")

    @property
    def errands(self) -> list[Drop | Fetch]:
        """What is brought there, and what is fetched."""
        return [*self.drops, *self.fetches]

    def depart_for(self, *, at: datetime) -> None:
        """The courier is on the way to it. StopOutOfOrder."""
        self._move(StopState.PLANNED, StopState.ENROUTE)
        self.enroute_at = at

    def arrive(self, *, at: datetime) -> None:
        """The courier is there. StopOutOfOrder."""
        self._move(StopState.ENROUTE, StopState.ARRIVED)
        self.arrived_at = at

    def finish(self, *, at: datetime) -> None:
        """The courier is through with it. StopOutOfOrder."""
        self._move(StopState.ARRIVED, StopState.DONE)
        self.done_at = at

    def _move(self, before: StopState, after: StopState) -> None:
        if self.state is not before or self.withdrawn_at is not None:
            seen = "withdrawn" if self.withdrawn_at is not None else self.state.value
            raise StopOutOfOrder(f"the stop is {seen}; '{after}' comes after '{before}'", state=seen)
        self.state = after


class Fetch(Base):
    """One delivery whose parcels the courier fetches at a stop, and how that ended."""

    __tablename__ = "fetches"

    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), primary_key=True, index=True)
    outcome: Mapped[Outcome | None]
    withdrawn_at: Mapped[datetime | None]  # the delivery was cancelled after publishing

    delivery: Mapped[Delivery] = relationship(lazy="raise")


class Drop(Base):
    """One delivery at a stop, and how it ended there."""

    __tablename__ = "drops"

    stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id", ondelete="CASCADE"), primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), primary_key=True, index=True)
    outcome: Mapped[Outcome | None]
    withdrawn_at: Mapped[datetime | None]  # the delivery was cancelled after publishing
    # Of the delivery as it was planned: publishing refuses a plan for what is not so any more.
    fingerprint: Mapped[str] = mapped_column(default="")
    # The stop is at this other place of the delivery's. None: at its own address.
    alternative_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("delivery_alternatives.id", ondelete="SET NULL"), index=True
    )

    delivery: Mapped[Delivery] = relationship(lazy="raise")
    alternative: Mapped[Alternative | None] = relationship(lazy="raise")
    point: Mapped[PickupPoint | None] = relationship(
        lazy="raise",
        viewonly=True,
        secondary="deliveries",
        primaryjoin="Drop.delivery_id == Delivery.id",
        secondaryjoin="Delivery.pickup_point_id == PickupPoint.id",
    )

    @property
    def at_point(self) -> bool:
        """Whether it is left at a pickup point, where its recipient collects it."""
        return self.delivery.pickup_point_id is not None and self.alternative_id is None

    @property
    def address(self) -> Address:
        """Where the courier brings it."""
        return self.delivery.address if self.alternative is None else self.alternative.address

    @property
    def access_notes(self) -> str | None:
        """What the courier must know to get in there."""
        return self.delivery.access_notes if self.alternative is None else self.alternative.access_notes
