"""What a counter keeps: who works there, who was given what, what left again, what was counted, and who comes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base
from kernel.ids import new_id


class Post(Base):
    """Somebody works at a point's counter. A supervisor there may override, with a reason."""

    __tablename__ = "counter_posts"

    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    supervisor: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]


class Receiver(StrEnum):
    """Who came for it."""

    RECIPIENT = "recipient"
    DELEGATE = "delegate"


class Means(StrEnum):
    """What a hand-over rests on."""

    CODE = "code"
    IDENTIFICATION = "identification"
    OVERRIDE = "override"


class HandOver(Base):
    """One or more parcels given to one person at a counter, and why to this one."""

    __tablename__ = "hand_overs"
    __table_args__ = (CheckConstraint("(means = 'override') = (reason IS NOT NULL)", name="override_has_reason"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"), index=True)
    means: Mapped[Means]
    receiver: Mapped[Receiver]
    receiver_name: Mapped[str]
    reason: Mapped[str | None]
    handed_at: Mapped[datetime]
    handed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Authorisation(Base):
    """A delegate whom the recipient named, or whom the counter noted."""

    __tablename__ = "collection_authorisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), index=True)
    delegate_name: Mapped[str]
    noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # None: the recipient said so
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CodeTries(Base):
    """Wrong codes of one caller at one point, and until when no other is listened to."""

    __tablename__ = "collection_code_tries"

    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id", ondelete="CASCADE"), primary_key=True)
    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class ReturnRun(Base):
    """What a courier took away from a point at once; its id is the bundle's label."""

    __tablename__ = "return_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"), index=True)
    driver_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime]
    handed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Return(Base):
    """Leave to bring parcels back without a label: the code stands for one. Only its SHA-256 is kept."""

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint("(dropped_off_at IS NULL) = (point_id IS NULL)", name="dropped_off_somewhere"),
        Index(
            "uq_returns_delivery_id",
            "delivery_id",
            unique=True,
            postgresql_where=text("dropped_off_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    parcel_ids: Mapped[list[str]]
    code_sha256: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    dropped_off_at: Mapped[datetime | None]
    point_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_points.id"))


class Finding(StrEnum):
    """What a count says of one parcel or code."""

    FOUND = "found"
    MISSING = "missing"  # it should be there
    MISPLACED = "misplaced"  # it lies on another shelf
    UNEXPECTED = "unexpected"  # a parcel of the carrier's that should not be there
    UNKNOWN = "unknown"  # no parcel of the carrier's has this code


class StockTake(Base):
    """A count of what lies at a point. One at a time is open: the database forbids a second."""

    __tablename__ = "stock_takes"
    __table_args__ = (
        CheckConstraint("confirmed_at IS NULL OR discarded_at IS NULL", name="ends_once"),
        Index(
            "uq_stock_takes_point_id",
            "point_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NULL AND discarded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    taken_at: Mapped[datetime]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]

    lines: Mapped[list[StockLine]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="StockLine.sequence", passive_deletes=True
    )


class StockLine(Base):
    """One parcel or code of a count."""

    __tablename__ = "stock_lines"
    __table_args__ = (UniqueConstraint("stock_take_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    stock_take_id: Mapped[UUID] = mapped_column(ForeignKey("stock_takes.id", ondelete="CASCADE"))
    sequence: Mapped[int]  # from 0
    finding: Mapped[Finding]
    code: Mapped[str | None]
    shelf: Mapped[str | None]  # where it was found
    shelf_known: Mapped[str | None]  # where it should lie
    stay_id: Mapped[UUID | None] = mapped_column(ForeignKey("stays.id"))
    stay_version: Mapped[int | None]  # as it was when it was counted
    settled: Mapped[bool | None]  # None: not yet; False: it had moved on meanwhile


class AnnouncementState(StrEnum):
    """Where somebody is who comes to collect."""

    ON_THE_WAY = "on_the_way"
    HERE = "here"
    SERVED = "served"
    WITHDRAWN = "withdrawn"


class Announcement(Base):
    """Somebody said that they come to collect. A delivery has one at a time."""

    __tablename__ = "arrival_announcements"
    __table_args__ = (
        Index(
            "uq_arrival_announcements_delivery_id",
            "delivery_id",
            unique=True,
            postgresql_where=text("state IN ('on_the_way', 'here')"),
        ),
        Index("ix_arrival_announcements_point_id_state", "point_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    point_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_points.id"))
    state: Mapped[AnnouncementState]
    expected_at: Mapped[datetime | None]  # when they think to be there
    bay: Mapped[str | None]
    car: Mapped[str | None]  # what to look for
    announced_at: Mapped[datetime]
    here_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so
