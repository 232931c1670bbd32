"""The home slots that come into question for an address, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.errors import Refusal
from kernel.geo import Point
from slots.admitting import OrderTooSmall, SlotClosed, SlotFull, refusal
from slots.models import Slot, SlotTemplate
from slots.offered import Asked, Candidate, Ineligible, Kind, Reason
from slots.queries import Left

EVENING_FROM_H = 17
"""A home slot that begins at five in the afternoon or later, on the wall clock there, is an evening slot."""

_REASONS: Mapping[type[Refusal], Reason] = {
    SlotClosed: Reason.PAST_CUT_OFF,
    SlotFull: Reason.SLOT_FULL,
    OrderTooSmall: Reason.ORDER_TOO_SMALL,
}


def at_home(
    asked: Asked, slots: Sequence[Slot], left: Mapping[UUID, Left], *, place: Point, now: datetime
) -> Iterator[Candidate | Ineligible]:
    """Yield each zone's slot as a candidate, or why it is none."""
    for slot in slots:
        kind = kind_of(slot)
        if slot.zone_id is None or not asked.wants(kind):
            continue
        yield refused(asked, slot, kind, left[slot.id], now=now) or Candidate(
            kind=kind, slot=slot, place=place, spans=[(max(now, slot.starts_at), slot.ends_at)]
        )


def blacked_out(
    asked: Asked, templates: Sequence[SlotTemplate], *, from_: datetime, until: datetime
) -> Iterator[Ineligible]:
    """Yield the times in which a zone's template has no slots though its rule would make some."""
    for template in templates:
        for each in template.blackout_spans:
            if each.starts_at < until and from_ < each.ends_at and asked.wants(Kind.HOME):
                yield Ineligible(
                    reason=Reason.BLACKOUT,
                    kind=Kind.HOME,
                    starts_at=each.starts_at,
                    ends_at=each.ends_at,
                    detail=each.reason,
                )


def refused(asked: Asked, slot: Slot, kind: Kind, left: Left, *, now: datetime) -> Ineligible | None:
    """Return why the slot does not take the basket, None when it does."""
    refusing = refusal(slot, left, asked.load, order_minor=asked.order_minor, now=now)
    if refusing is None:
        return None
    reason = _REASONS.get(type(refusing), Reason.SLOT_FULL)
    return Ineligible(reason=reason, kind=kind, slot=slot, detail=refusing.detail or None)


def kind_of(slot: Slot) -> Kind:
    """Return what a home slot is offered as: by its tags, or by when it begins."""
    if Kind.EXPRESS in slot.tags:
        return Kind.EXPRESS
    begins = slot.starts_at.astimezone(ZoneInfo(slot.time_zone))
    return Kind.EVENING if Kind.EVENING in slot.tags or begins.hour >= EVENING_FROM_H else Kind.HOME
