"""What happened to slots and to the places in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SlotTemplateAdded(Fact, kind="slot_template.added", about="template_id"):
    """A carrier offers slots that come again and again.

    In the zone `zone_id`, or at the pickup point `point_id`.
    """

    template_id: UUID
    zone_id: UUID | None
    point_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class SlotTemplateChanged(Fact, kind="slot_template.changed", about="template_id"):
    """The template was changed, and with it its slots to come in which nobody has a place.

    `changed` has the names of the fields, as the API calls them.
    """

    template_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SlotTemplateDisabled(Fact, kind="slot_template.disabled", about="template_id"):
    """The slots of the template take no new holds. Holds and bookings stay."""

    template_id: UUID


@dataclass(frozen=True, kw_only=True)
class SlotTemplateEnabled(Fact, kind="slot_template.enabled", about="template_id"):
    """The slots of the template take holds again."""

    template_id: UUID


@dataclass(frozen=True, kw_only=True)
class SlotHeld(Fact, kind="slot.held", about="hold_id"):
    """A place in the slot is kept until `expires_at`."""

    hold_id: UUID
    slot_id: UUID
    merchant_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class HoldExtended(Fact, kind="hold.extended", about="hold_id"):
    """The place is kept for longer, until `expires_at`."""

    hold_id: UUID
    slot_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class HoldConfirmed(Fact, kind="hold.confirmed", about="hold_id"):
    """The place is booked for the delivery, which is promised the slot."""

    hold_id: UUID
    slot_id: UUID
    delivery_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldRanOut(Fact, kind="hold.lapsed", about="hold_id"):
    """Nobody confirmed the hold in time. Its place is free."""

    hold_id: UUID
    slot_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldReleased(Fact, kind="hold.released", about="hold_id"):
    """The hold was given back before it was confirmed. Its place is free."""

    hold_id: UUID
    slot_id: UUID


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Fact, kind="booking.cancelled", about="hold_id"):
    """The booking was given back. Its place is free."""

    hold_id: UUID
    slot_id: UUID
    delivery_id: UUID
