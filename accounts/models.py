"""Organisations, the people in them, and what proves who they are."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base
from kernel.ids import new_id


class Role(StrEnum):
    """What a person is here to do."""

    MERCHANT = "merchant"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    COUNTER = "counter_staff"
    ADMIN = "admin"


class OrganisationKind(StrEnum):
    """A carrier drives; a merchant sends, with one carrier."""

    CARRIER = "carrier"
    MERCHANT = "merchant"


class Organisation(Base):
    """A carrier, or a merchant that a carrier serves."""

    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("(kind = 'merchant') = (carrier_id IS NOT NULL)", name="merchant_has_carrier"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    kind: Mapped[OrganisationKind]
    carrier_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at: Mapped[datetime]

    @property
    def served_by(self) -> UUID:
        """The carrier that drives for it: itself when it is one."""
        return self.carrier_id or self.id


class Person(Base):
    """Somebody who signs in. E-mail addresses are unique whatever their case."""

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_email", text("lower(email)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role]
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it so


class ApiKey(Base):
    """A key for a program: a role in an organisation, narrowed to scopes. Only the secret's SHA-256 is kept."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role]
    name: Mapped[str]
    scopes: Mapped[list[str]]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class TokenFamily(Base):
    """The refresh tokens that follow from one sign-in. Only `current_jti` is good; another one was replayed."""

    __tablename__ = "token_families"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    current_jti: Mapped[UUID]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
