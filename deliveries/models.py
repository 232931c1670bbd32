"""What must be brought, to whom and by when. State stands here; its history is in the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id


class DeliveryState(StrEnum):
    """The promise to the recipient, from first word to last."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SCHEDULED = "scheduled"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AT_POINT = "at_point"  # its parcels wait for the recipient at a pickup point
    DELIVERED = "delivered"
    COLLECTED = "collected"
    FAILED_ATTEMPT = "failed_attempt"
    RESCHEDULED = "rescheduled"
    REDIRECTED = "redirected"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


# A plan may take these up; nobody has promised a courier for them.
PLANNABLE = frozenset({DeliveryState.CONFIRMED, DeliveryState.FAILED_ATTEMPT, DeliveryState.RESCHEDULED})
# Nothing more happens to these.
ENDED = frozenset({DeliveryState.DELIVERED, DeliveryState.COLLECTED, DeliveryState.RETURNED, DeliveryState.CANCELLED})


class ProofRequirement(StrEnum):
    """Evidence without which a delivery cannot be completed."""

    PHOTO = "photo"
    SIGNATURE = "signature"
    ID_CHECK = "id_check"
    AGE_CHECK = "age_check"


class ParcelCodeKind(StrEnum):
    """What kind of number is on the label."""

    SSCC = "sscc"
    S10 = "s10"


@dataclass(frozen=True)
class Recipient:
    """To whom. The telephone number is E.164."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Address:
    """Where: as people write it, and the point that the courier goes to."""

    text: str
    place: Point


@dataclass(frozen=True)
class Window:
    """A half-open time: `starts_at` belongs to it and `ends_at` does not."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Promise:
    """The half-open window told to the recipient."""

    from_: datetime
    until: datetime


class Delivery(Base):
    """One promise to one recipient."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("merchant_id", "external_id"),
        CheckConstraint("service_s >= 0", name="service_not_negative"),
        CheckConstraint("promised_from < promised_until", name="promise_in_order"),
        CheckConstraint("setup_s >= 0", name="setup_not_negative"),
        CheckConstraint("priority BETWEEN 0 AND 100", name="priority_in_range"),
        CheckConstraint("priority IS NULL OR penalty_s IS NULL", name="one_price"),
        CheckConstraint("preferred_from < preferred_until", name="preferred_in_order"),
        Index("ix_deliveries_carrier_id_state", "carrier_id", "state"),
        Index("ix_deliveries_place", "place", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    external_id: Mapped[str | None]
    state: Mapped[DeliveryState]
    attempts: Mapped[int] = mapped_column(default=0)

    recipient_name: Mapped[str]
    recipient_phone: Mapped[str | None]
    recipient_email: Mapped[str | None]

    address_text: Mapped[str]
    place: Mapped[Point] = mapped_column(PointType)
    zone: Mapped[str]  # IANA, of the place: times are told to the recipient in it
    access_notes: Mapped[str | None]  # for the courier: door code, staircase, dog
    # Where the recipient collects it; address and place are then the point's. None: it comes to the door.
    pickup_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_points.id"), index=True)

    service_s: Mapped[int]
    # What leaving it out of a plan may cost, in seconds of a courier's time. None: it must go.
    penalty_s: Mapped[int | None]
    # The same said as 0 to 100, see `priorities.py`.
    priority: Mapped[int | None]
    # Parking, before the door: None leaves it to the plan.
    setup_s: Mapped[int | None]
    required_skills: Mapped[list[str]] = mapped_column(default=list)
    excluded_skills: Mapped[list[str]] = mapped_column(default=list)
    # When it would better come, at its own address.
    preferred_from: Mapped[datetime | None]
    preferred_until: Mapped[datetime | None]
    preferred_driver_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    refused_driver_ids: Mapped[list[str]] = mapped_column(default=list)
    # What the courier takes along from the door, as a vehicle's capacities are named.
    collects: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proof_requirements: Mapped[list[str]]

    # The window told to the recipient: the first is kept beside the one in force.
    promised_from: Mapped[datetime | None]
    promised_until: Mapped[datetime | None]
    first_promised_from: Mapped[datetime | None]
    first_promised_until: Mapped[datetime | None]
    # The one in force is a slot that was booked: no plan makes another of it.
    promise_booked: Mapped[bool] = mapped_column(default=False)

    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    windows: Mapped[list[DeliveryWindow]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="DeliveryWindow.starts_at", passive_deletes=True
    )
    parcels: Mapped[list[Parcel]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Parcel.id", passive_deletes=True
    )

    alternatives: Mapped[list[Alternative]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Alternative.sequence", passive_deletes=True
    )
    pickup: Mapped[Pickup | None] = relationship(lazy="raise", cascade="all, delete-orphan", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so

    @property
    def preferred_window(self) -> Window | None:
        """When it would better come, None when any time is as good."""
        if self.preferred_from is None or self.preferred_until is None:
            return None
        return Window(self.preferred_from, self.preferred_until)

    @preferred_window.setter
    def preferred_window(self, window: Window | None) -> None:
        self.preferred_from = window.starts_at if window else None
        self.preferred_until = window.ends_at if window else None

    @property
    def recipient(self) -> Recipient:
        """To whom."""
        return Recipient(self.recipient_name, self.recipient_phone, self.recipient_email)

    @property
    def address(self) -> Address:
        """Where."""
        return Address(self.address_text, self.place)

    @property
    def promise(self) -> Promise | None:
        """The window in force, None while there is none."""
        return _promise(self.promised_from, self.promised_until)

    @property
    def first_promise(self) -> Promise | None:
        """The window that was told first, None until there was one."""
        return _promise(self.first_promised_from, self.first_promised_until)

    @property
    def bound_to(self) -> Promise | None:
        """The promise as far as it binds the courier: a slot at a point is when it can be collected, not brought."""
        return None if self.promise_booked and self.pickup_point_id is not None else self.promise

    def promise_window(self, starts_at: datetime, ends_at: datetime) -> None:
        """Put the half-open window in force, and keep it if it is the first."""
        self.promised_from, self.promised_until = starts_at, ends_at
        if self.first_promise is None:
            self.first_promised_from, self.first_promised_until = starts_at, ends_at

    def withdraw_promise(self) -> None:
        """Leave the recipient without a window; the first one stays on record."""
        self.promised_from = self.promised_until = None
        self.promise_booked = False


def _promise(starts_at: datetime | None, ends_at: datetime | None) -> Promise | None:
    return None if starts_at is None or ends_at is None else Promise(starts_at, ends_at)


class DeliveryWindow(Base):
    """When the recipient can receive: half-open. A delivery without windows can come at any time."""

    __tablename__ = "delivery_windows"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Elsewhere:
    """A place beside the delivery's own address, with windows of its own."""

    address_text: Mapped[str]
    place: Mapped[Point] = mapped_column(PointType)
    access_notes: Mapped[str | None]
    service_s: Mapped[int | None]  # None: as long as at the delivery's own address
    written_windows: Mapped[list[dict[str, Any]]] = mapped_column("windows")  # RFC 3339, earliest first

    @property
    def address(self) -> Address:
        """Where."""
        return Address(self.address_text, self.place)

    @property
    def windows(self) -> list[Window]:
        """When: half-open, earliest first; none: at any time."""
        return [
            Window(datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"]))
            for each in self.written_windows
        ]


class Alternative(Elsewhere, Base):
    """Another place where the delivery may go instead: the locker at night, the office."""

    __tablename__ = "delivery_alternatives"
    __table_args__ = (UniqueConstraint("delivery_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    sequence: Mapped[int]  # from 0, as it was asked for


class Pickup(Elsewhere, Base):
    """Where the courier fetches the parcels, if they are not loaded at the depot."""

    __tablename__ = "delivery_pickups"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True)
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]


class Parcel(Base):
    """One label. Two live parcels never carry the same one; a cancelled delivery frees its labels."""

    __tablename__ = "parcels"
    __table_args__ = (
        CheckConstraint("weight_g > 0", name="has_weight"),
        Index("uq_parcels_code", "code", unique=True, postgresql_where=text("live")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    code: Mapped[str | None]
    code_kind: Mapped[ParcelCodeKind | None]
    description: Mapped[str | None]
    weight_g: Mapped[int]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    live: Mapped[bool] = mapped_column(default=True)

    @property
    def volume_cm3(self) -> int:
        """The room it takes, rounded up; 0 when a side is unknown."""
        if None in (self.length_mm, self.width_mm, self.height_mm):
            return 0
        return -(-(self.length_mm or 0) * (self.width_mm or 0) * (self.height_mm or 0) // 1000)
