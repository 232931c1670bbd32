"""What a merchant asks for, before it is a delivery. Read from JSON or CSV, whose shape is checked already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliveries.models import ProofRequirement, Recipient
from kernel.geo import Point

DEFAULT_SERVICE_S = 120


@dataclass(frozen=True, kw_only=True)
class DraftAddress:
    """Where: a point, a text that the map knows, or both; then the point counts and the text is kept."""

    text: str | None = None
    place: Point | None = None


@dataclass(frozen=True, kw_only=True)
class DraftWindow:
    """When the recipient can receive: half-open."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class DraftParcel:
    """One label: grams and millimetres."""

    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    code: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A delivery to be. `merchant_id` None: the caller's own organisation; `draft` True: not binding yet."""

    recipient: Recipient
    address: DraftAddress
    parcels: tuple[DraftParcel, ...]
    windows: tuple[DraftWindow, ...] = ()
    external_id: str | None = None
    merchant_id: UUID | None = None
    access_notes: str | None = None
    service_s: int = DEFAULT_SERVICE_S
    penalty_s: int | None = None
    proof_requirements: tuple[ProofRequirement, ...] = ()
    draft: bool = False
