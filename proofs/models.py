"""Evidence that a parcel changed hands. The picture lies in the store; what it is, and its hash, stand here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base
from kernel.geo import Point, PointType
from kernel.ids import new_id


class ProofKind(StrEnum):
    """What kind of evidence."""

    PHOTO = "photo"
    SIGNATURE = "signature"


class CheckKind(StrEnum):
    """What was looked at before a parcel was given out."""

    ID_CHECK = "id_check"
    AGE_CHECK = "age_check"


class Paper(StrEnum):
    """What was shown. Its number is never kept."""

    PASSPORT = "passport"
    ID_CARD = "id_card"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_PERMIT = "residence_permit"
    OTHER = "other"


class Check(Base):
    """Somebody looked at a paper: which kind of paper, and whether it did. Never what stands on it."""

    __tablename__ = "checks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), index=True)
    kind: Mapped[CheckKind]
    paper: Mapped[Paper]
    passed: Mapped[bool]
    checked_at: Mapped[datetime]  # by our clock at the counter, by the device's at the door
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Proof(Base):
    """One picture for one delivery. Its id is the device's. `sha256` is of the stored bytes."""

    __tablename__ = "proofs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), index=True)
    kind: Mapped[ProofKind]
    sha256: Mapped[str]
    received_sha256: Mapped[str]  # of the upload as it came, before it was re-encoded
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    store_key: Mapped[str] = mapped_column(unique=True)
    signee_name: Mapped[str | None]
    captured_at: Mapped[datetime]  # by the device's clock
    captured_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    received_at: Mapped[datetime]
    place: Mapped[Point | None] = mapped_column(PointType)
    accuracy_m: Mapped[float | None]
