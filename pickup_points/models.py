"""Pickup points and what stands in them: compartments, who rents them, the parcels that stay, a locker's computer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id


class PointKind(StrEnum):
    """What a pickup point is."""

    LOCKER = "locker"
    SHOP = "shop"
    POST_OFFICE = "post_office"
    DEPOT = "depot"


class StepFree(StrEnum):
    """Whether somebody in a wheelchair gets to it: OSM's `wheelchair`."""

    YES = "yes"
    LIMITED = "limited"
    NO = "no"


class PointService(StrEnum):
    """What can be done at a point."""

    COLLECT = "collect"
    SEND = "send"
    RETURN = "return"


class PickupPoint(Base):
    """A locker or a counter where parcels wait for their recipients. Retired, never deleted: its past stays."""

    __tablename__ = "pickup_points"
    __table_args__ = (
        UniqueConstraint("carrier_id", "external_id"),
        CheckConstraint("most_parcels >= 0", name="most_parcels_not_negative"),
        CheckConstraint("hold_days > 0", name="hold_days_above_zero"),
        CheckConstraint("preparation_s >= 0", name="preparation_not_negative"),
        # Referred to by the places kept at a counter, so that none is beyond the count of today.
        UniqueConstraint("id", "most_parcels"),
        # The nearest of one carrier, in order: the index itself sorts by `<->`.
        Index(
            "ix_pickup_points_carrier_id_place",
            "carrier_id",
            "place",
            postgresql_using="gist",
            postgresql_where=text("retired_at IS NULL"),
        ),
        # A box of a map has straight sides in degrees, which a box on the sphere has not.
        Index(
            "ix_pickup_points_carrier_id_map",
            "carrier_id",
            text("(place::geometry)"),
            postgresql_using="gist",
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    external_id: Mapped[str | None]  # whoever runs it names it so: `node/1234` of OSM, a row's id of a CSV
    kind: Mapped[PointKind]
    name: Mapped[str]
    brand: Mapped[str | None]
    operator: Mapped[str | None]
    ref: Mapped[str | None]  # the number on its wall

    address_text: Mapped[str | None]
    place: Mapped[Point] = mapped_column(PointType)
    zone: Mapped[str]  # IANA: its hours are in it
    country: Mapped[str | None]  # ISO 3166-1 alpha-2: its public holidays
    directions: Mapped[str | None]  # for those who look for it: left of the entrance

    opening_hours: Mapped[str | None]  # OSM's grammar; None: nobody knows
    step_free: Mapped[StepFree | None]
    services: Mapped[list[str]]  # of PointService

    most_parcels: Mapped[int | None]  # that a counter can hold at once; None: nobody counts, or it has compartments
    shelf_required: Mapped[bool] = mapped_column(default=False)
    hold_days: Mapped[int]  # how long a parcel waits for its recipient
    preparation_s: Mapped[int]  # between the check-in or the order, and the collection

    suspended_at: Mapped[datetime | None]  # takes no new parcels; those inside can be collected
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    closures: Mapped[list[Closure]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Closure.starts_at", passive_deletes=True
    )
    compartments: Mapped[list[Compartment]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="Compartment.name", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class Closure(Base):
    """A half-open time in which a point is closed, whatever its hours say."""

    __tablename__ = "point_closures"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str | None]


class Compartment(Base):
    """One locker door, and the room behind it. Removed, never deleted: who rented it stays."""

    __tablename__ = "compartments"
    __table_args__ = (
        Index(
            "uq_compartments_point_id_name",
            "point_id",
            "name",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        CheckConstraint("length_mm > 0 AND width_mm > 0 AND height_mm > 0", name="has_room"),
        CheckConstraint("most_weight_g > 0", name="carries_something"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id", ondelete="CASCADE"))
    name: Mapped[str]  # what is written on the door
    size: Mapped[str]  # what people call it: S, M, L
    length_mm: Mapped[int]
    width_mm: Mapped[int]
    height_mm: Mapped[int]
    most_weight_g: Mapped[int | None]
    out_of_order_at: Mapped[datetime | None]
    out_of_order_reason: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class RentState(StrEnum):
    """What becomes of a compartment that somebody was given."""

    RESERVED = "reserved"
    OCCUPIED = "occupied"
    RELEASED = "released"


class Rent(Base):
    """A compartment, or one place of a counter, kept over a half-open time; never two at once: the database forbids it.

    `ends_at` is when it is expected to be free; of an occupied one it moves on until the door was emptied. The places
    of a counter are numbered from 1 to its `most_parcels`, of which `places` is a copy that the database keeps.
    """

    __tablename__ = "compartment_rents"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("hold_id IS NOT NULL OR delivery_id IS NOT NULL", name="for_somebody"),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released_at_some_time"),
        CheckConstraint("(compartment_id IS NULL) = (place IS NOT NULL)", name="of_a_door_or_a_place"),
        CheckConstraint(
            "place IS NULL OR released_at IS NOT NULL OR place BETWEEN 1 AND places", name="place_within_count"
        ),
        ForeignKeyConstraint(
            ("point_id", "places"), ("pickup_points.id", "pickup_points.most_parcels"), onupdate="CASCADE"
        ),
        ExcludeConstraint(
            ("compartment_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("state <> 'released'"),
            name="ex_compartment_rents_one_at_a_time",
        ),
        ExcludeConstraint(
            ("point_id", "="),
            ("place", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            where=text("state <> 'released' AND place IS NOT NULL"),
            name="ex_compartment_rents_one_in_a_place",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"), index=True)
    compartment_id: Mapped[UUID | None] = mapped_column(ForeignKey("compartments.id"), index=True)
    place: Mapped[int | None]  # of a counter
    places: Mapped[int | None]  # how many the counter has
    # What it is for: a `parcel`, counted from 0 as it was asked for, with its sides and weight.
    parcels: Mapped[list[dict[str, Any]]]
    hold_id: Mapped[UUID | None] = mapped_column(index=True)  # a customer's who has not yet confirmed
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    state: Mapped[RentState]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    displaced_at: Mapped[datetime | None]  # taken away: what was before it did not go, and no other room was left

    compartment: Mapped[Compartment | None] = relationship(lazy="raise")


class StayState(StrEnum):
    """A parcel's time at a point."""

    EXPECTED = "expected"
    CHECKED_IN = "checked_in"
    READY = "ready"
    REMINDED = "reminded"
    COLLECTED = "collected"
    EXPIRED = "expired"
    SENT_BACK = "sent_back"
    REFUSED = "refused"  # at the counter: it never stayed
    CANCELLED = "cancelled"  # it is not coming any more


class StayKind(StrEnum):
    """Which way the parcel goes."""

    INBOUND = "inbound"  # to its recipient
    RETURN = "return"  # a recipient brought it back; the courier takes it


# The parcel lies at the point.
INSIDE = frozenset({StayState.CHECKED_IN, StayState.READY, StayState.REMINDED, StayState.EXPIRED})
# Nothing more happens to these.
STAY_ENDED = frozenset({StayState.COLLECTED, StayState.SENT_BACK, StayState.REFUSED, StayState.CANCELLED})


class Stay(Base):
    """One parcel's time at one point, from being announced to being gone. A parcel has one at a time."""

    __tablename__ = "stays"
    __table_args__ = (
        Index(
            "uq_stays_parcel_id",
            "parcel_id",
            unique=True,
            postgresql_where=text("state NOT IN ('collected', 'sent_back', 'refused', 'cancelled')"),
        ),
        Index("ix_stays_point_id_state", "point_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), index=True)
    parcel_id: Mapped[UUID] = mapped_column(ForeignKey("parcels.id"), index=True)
    kind: Mapped[StayKind] = mapped_column(default=StayKind.INBOUND)
    state: Mapped[StayState]
    shelf: Mapped[str | None]
    rent_id: Mapped[UUID | None] = mapped_column(ForeignKey("compartment_rents.id"), index=True)
    checked_in_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # until when it waits, told to the recipient
    extensions: Mapped[int] = mapped_column(default=0)  # how often `expires_at` was put off
    damaged_at: Mapped[datetime | None]
    damage: Mapped[str | None]  # what was seen when it was received
    ended_at: Mapped[datetime | None]  # collected, sent back, refused or cancelled
    ended_by: Mapped[UUID | None]  # the hand-over or the return run it left with
    missing_at: Mapped[datetime | None]  # a confirmed count did not find it
    code_digest: Mapped[str | None] = mapped_column(index=True)  # of the collection code, keyed
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class LockerDevice(Base):
    """The computer of one locker. It signs in with an API key, and checks codes with a key of its own."""

    __tablename__ = "locker_devices"
    __table_args__ = (CheckConstraint("rotation > 0", name="rotation_above_zero"),)

    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"), primary_key=True)
    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_keys.id"), unique=True)
    rotation: Mapped[int]  # which of its code keys is in use: each is derived, none is kept
    installed_at: Mapped[datetime]
    firmware: Mapped[str | None]
    temperature_c: Mapped[float | None]
    last_seen_at: Mapped[datetime | None]
