"""What a merchant asks for, before it is a delivery. Read from JSON or CSV, whose shape is checked already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from deliveries.models import ProofRequirement, Recipient, Window
from kernel.geo import Point

DEFAULT_SERVICE_S = 120


@dataclass(frozen=True, kw_only=True)
class DraftAddress:
    """Where: a point, a text that the map knows, or both; then the point counts and the text is kept."""

    text: str | None = None
    place: Point | None = None


@dataclass(frozen=True, kw_only=True)
class DraftAlternative:
    """Another place where it may go instead. `service_s` None: as long as at the delivery's own address."""

    address: DraftAddress
    windows: tuple[Window, ...] = ()
    service_s: int | None = None
    access_notes: str | None = None


@dataclass(frozen=True, kw_only=True)
class DraftPickup(DraftAlternative):
    """Where the parcels are fetched, and from whom. The telephone number is E.164."""

    contact_name: str | None = None
    contact_phone: str | None = None


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
    """A delivery to be. `merchant_id` None: the caller's own organisation; `draft` True: not binding yet.

    One that goes to a pickup point has the point's address, which `pickup_points.points.sending` sees to.
    """

    recipient: Recipient
    parcels: tuple[DraftParcel, ...]
    address: DraftAddress = DraftAddress()
    pickup_point_id: UUID | None = None
    windows: tuple[Window, ...] = ()
    external_id: str | None = None
    merchant_id: UUID | None = None
    access_notes: str | None = None
    service_s: int = DEFAULT_SERVICE_S
    penalty_s: int | None = None
    priority: int | None = None
    setup_s: int | None = None
    required_skills: tuple[str, ...] = ()
    excluded_skills: tuple[str, ...] = ()
    preferred_window: Window | None = None
    preferred_driver_id: UUID | None = None
    refused_driver_ids: tuple[UUID, ...] = ()
    collects: Mapping[str, int] = field(default_factory=dict)
    alternatives: tuple[DraftAlternative, ...] = ()
    pickup: DraftPickup | None = None
    proof_requirements: tuple[ProofRequirement, ...] = ()
    draft: bool = False
