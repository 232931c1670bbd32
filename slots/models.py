"""Slots: the templates that make them, the windows with capacity, and the places in them that customers hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, event, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id
from slots.counting import FUNCTION, TRIGGER

_ONE_SCOPE = "(zone_id IS NULL) <> (point_id IS NULL)"


@dataclass(frozen=True, kw_only=True)
class Blackout:
    """A half-open time in which there are no slots."""

    starts_at: datetime
    ends_at: datetime
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """The local moment until which a slot can be had: `days` before its own day, at `time`."""

    days: int
    time: time


class Capacity:
    """How much fits into a slot, and what a place in it costs. None: no limit."""

    most_count: Mapped[int]
    most_parcels: Mapped[int | None]
    most_weight_g: Mapped[int | None] = mapped_column(BigInteger)
    most_volume_cm3: Mapped[int | None] = mapped_column(BigInteger)
    price_minor: Mapped[int]  # of `currency`: cents of a euro
    currency: Mapped[str]  # ISO 4217
    least_order_minor: Mapped[int | None]  # what the basket has to be worth
    tags: Mapped[list[str]]  # express, evening, eco ...


class SlotTemplate(Capacity, Base):
    """Slots that come again and again: at home in a zone, or to collect at a point. Disabled, never deleted."""

    __tablename__ = "slot_templates"
    __table_args__ = (
        CheckConstraint(_ONE_SCOPE, name="of_a_zone_or_a_point"),
        CheckConstraint("duration_s > 0", name="lasts"),
        CheckConstraint("lead_s >= 0", name="lead_not_negative"),
        CheckConstraint("most_count >= 0", name="count_not_negative"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("days_ahead > 0", name="made_ahead"),
        CheckConstraint("valid_until IS NULL OR valid_from < valid_until", name="valid_some_time"),
        CheckConstraint("(cutoff_days IS NULL) = (cutoff_time IS NULL)", name="whole_cutoff"),
        Index("ix_slot_templates_zone_id", "zone_id"),
        Index("ix_slot_templates_point_id", "point_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zones.id"))
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_points.id"))
    name: Mapped[str]
    time_zone: Mapped[str]  # IANA, of the zone or the point: all local times are in it

    rule: Mapped[str]  # RRULE of RFC 5545, without the name
    start_time: Mapped[time]  # local, where the rule names no hour of its own
    duration_s: Mapped[int]  # on the wall clock
    valid_from: Mapped[date]  # the rule's first day
    valid_until: Mapped[date | None]  # the first day on which it does not hold any more
    excepted_dates: Mapped[list[str]]  # local, ISO 8601
    blackouts: Mapped[list[dict[str, Any]]]  # half-open spans: starts_at, ends_at, reason

    lead_s: Mapped[int]  # between the booking and the slot's start, at least
    cutoff_days: Mapped[int | None]  # before the slot's local day: 1 is the day before
    cutoff_time: Mapped[time | None]  # local: the last moment on that day
    days_ahead: Mapped[int]  # how long before its day a slot is made

    disabled_at: Mapped[datetime | None]  # takes no new holds; bookings stay
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so

    @property
    def cutoff(self) -> CutOff | None:
        """Until when its slots can be had; None: until their lead time."""
        if self.cutoff_days is None or self.cutoff_time is None:
            return None
        return CutOff(days=self.cutoff_days, time=self.cutoff_time)

    @property
    def excepted_days(self) -> list[date]:
        """The local days without its slots."""
        return [date.fromisoformat(each) for each in self.excepted_dates]

    @property
    def blackout_spans(self) -> list[Blackout]:
        """The times without its slots."""
        return [
            Blackout(
                starts_at=datetime.fromisoformat(each["starts_at"]),
                ends_at=datetime.fromisoformat(each["ends_at"]),
                reason=each["reason"],
            )
            for each in self.blackouts
        ]


class Slot(Capacity, Base):
    """A half-open window with capacity. What is taken is counted by the database itself, see `counting.py`."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("template_id", "starts_at"),
        CheckConstraint(_ONE_SCOPE, name="of_a_zone_or_a_point"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("closes_at <= starts_at", name="closes_before_it_starts"),
        CheckConstraint("taken_count BETWEEN 0 AND most_count", name="within_count"),
        CheckConstraint("taken_parcels >= 0 AND taken_parcels <= most_parcels", name="within_parcels"),
        CheckConstraint("taken_weight_g >= 0 AND taken_weight_g <= most_weight_g", name="within_weight"),
        CheckConstraint("taken_volume_cm3 >= 0 AND taken_volume_cm3 <= most_volume_cm3", name="within_volume"),
        Index("ix_slots_zone_id_starts_at", "zone_id", "starts_at"),
        Index("ix_slots_point_id_starts_at", "point_id", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("slot_templates.id"))
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zones.id"))
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_points.id"))
    time_zone: Mapped[str]  # IANA
    local_date: Mapped[date]  # the day it starts on, where it is
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]  # from then on nobody new gets in: lead time and cut-off, whichever is earlier
    withdrawn_at: Mapped[datetime | None]  # its template does not make it any more; its bookings stay
    created_at: Mapped[datetime]

    taken_count: Mapped[int] = mapped_column(default=0)
    taken_parcels: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_weight_g: Mapped[int] = mapped_column(BigInteger, default=0)
    taken_volume_cm3: Mapped[int] = mapped_column(BigInteger, default=0)

    disabled_at: Mapped[datetime | None] = column_property(
        select(SlotTemplate.disabled_at)
        .where(SlotTemplate.id == template_id)
        .correlate_except(SlotTemplate)
        .scalar_subquery(),
        deferred=True,
    )  # its template takes no new holds


class HoldState(StrEnum):
    """What becomes of a place in a slot that a customer holds."""

    HELD = "held"
    CONFIRMED = "confirmed"  # a booking
    LAPSED = "lapsed"  # nobody confirmed it in time
    RELEASED = "released"  # given back before it was confirmed
    CANCELLED = "cancelled"  # given back after it was confirmed


# These take their place in the slot.
LIVE = frozenset({HoldState.HELD, HoldState.CONFIRMED})


class Hold(Base):
    """A place in a slot, kept until `expires_at` or booked. It ends in one way, once: the database sees to it."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("parcels > 0", name="has_parcels"),
        CheckConstraint("weight_g >= 0 AND volume_cm3 >= 0", name="load_not_negative"),
        CheckConstraint("created_at < expires_at", name="held_some_time"),
        CheckConstraint(
            "(state IN ('confirmed', 'cancelled')) = (confirmed_at IS NOT NULL)", name="confirmed_at_some_time"
        ),
        CheckConstraint("(state IN ('held', 'confirmed')) = (ended_at IS NULL)", name="ended_at_some_time"),
        CheckConstraint("state <> 'confirmed' OR delivery_id IS NOT NULL", name="booked_for_a_delivery"),
        Index("ix_holds_slot_id_state", "slot_id", "state"),
        Index("ix_holds_expires_at", "expires_at", postgresql_where=text("state = 'held'")),
        Index("uq_holds_delivery_id", "delivery_id", unique=True, postgresql_where=text("state = 'confirmed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"))  # once it is confirmed
    state: Mapped[HoldState]

    # Where the courier would go; None of a slot at a point.
    address_text: Mapped[str | None]
    place: Mapped[Point | None] = mapped_column(PointType)
    # The load: what it takes of the slot. `measures` has each parcel's sides and weight, as far as they are known.
    parcels: Mapped[int]
    weight_g: Mapped[int]
    volume_cm3: Mapped[int] = mapped_column(BigInteger)
    measures: Mapped[list[dict[str, Any]]]
    service_s: Mapped[int]

    price_minor: Mapped[int]  # as it was offered
    currency: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship(lazy="raise")


event.listen(Hold.__table__, "after_create", DDL(FUNCTION.replace("%", "%%")))  # type: ignore[no-untyped-call]
event.listen(Hold.__table__, "after_create", DDL(TRIGGER))  # type: ignore[no-untyped-call]
