"""Slot templates come, change, and are disabled and enabled. Their slots to come follow at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import new_id
from places import coverage
from places.coverage import ZoneNotFound
from slots.drafts import Terms, check, written
from slots.facts import SlotTemplateAdded, SlotTemplateChanged, SlotTemplateDisabled, SlotTemplateEnabled
from slots.generating import generate
from slots.models import SlotTemplate
from slots.queries import own_point


class PlaceOfSlotsUnknown(Invalid):
    """Slots are of one zone or one pickup point of the carrier, that is in service."""


class TemplateDisabled(Conflict):
    """The template is disabled already."""


class TemplateEnabled(Conflict):
    """The template is not disabled."""


def add_template(
    session: Session,
    terms: Terms,
    *,
    zone_id: UUID | None = None,
    point_id: UUID | None = None,
    caller: Principal,
    now: datetime,
) -> SlotTemplate:
    """Add a template and make its slots ahead.

    PlaceOfSlotsUnknown, RuleNotUnderstood, TooManyOccurrences, NeverComes, TemplateContradicts.
    """
    said = {name: value for name, value in asdict(terms).items() if name not in ("cutoff", "blackouts")}
    template = SlotTemplate(
        id=new_id(),
        carrier_id=caller.organisation_id,
        zone_id=zone_id,
        point_id=point_id,
        time_zone=_time_zone(session, zone_id=zone_id, point_id=point_id, caller=caller),
        created_at=now,
        **written(said | {"cutoff": terms.cutoff, "blackouts": terms.blackouts}),
    )
    check(template, now=now)

    session.add(template)
    session.flush()
    generate(session, template, now=now)

    fact = SlotTemplateAdded(template_id=template.id, zone_id=zone_id, point_id=point_id, at=now, by=caller.person_id)
    facts.record(session, fact)
    return template


def change_template(
    session: Session, template: SlotTemplate, change: Mapping[str, Any], *, caller: Principal, now: datetime
) -> None:
    """Change the locked template by the names of `Terms`, and its slots to come in which nobody has a place.

    RuleNotUnderstood, TooManyOccurrences, NeverComes, TemplateContradicts.
    """
    for name, value in written(change).items():
        setattr(template, name, value)
    check(template, now=now)

    session.flush()
    generate(session, template, now=now)

    by = caller.person_id
    facts.record(session, SlotTemplateChanged(template_id=template.id, changed=tuple(sorted(change)), at=now, by=by))


def disable_template(session: Session, template: SlotTemplate, *, caller: Principal, now: datetime) -> None:
    """Let nobody new into the slots of the locked template. Holds and bookings stay. TemplateDisabled."""
    if template.disabled_at is not None:
        raise TemplateDisabled(disabled_at=template.disabled_at)

    template.disabled_at = now
    session.flush()

    facts.record(session, SlotTemplateDisabled(template_id=template.id, at=now, by=caller.person_id))


def enable_template(session: Session, template: SlotTemplate, *, caller: Principal, now: datetime) -> None:
    """Let people into the slots of the locked template again. TemplateEnabled."""
    if template.disabled_at is None:
        raise TemplateEnabled()

    template.disabled_at = None
    session.flush()
    generate(session, template, now=now)

    facts.record(session, SlotTemplateEnabled(template_id=template.id, at=now, by=caller.person_id))


def _time_zone(session: Session, *, zone_id: UUID | None, point_id: UUID | None, caller: Principal) -> str:
    if (zone_id is None) == (point_id is None):
        raise _unknown("/zone_id", "name a zone or a pickup point, and not both")
    if zone_id is None:
        point = own_point(session, point_id, carrier_id=caller.organisation_id)
        if point is None or point.retired_at is not None:
            raise _unknown("/point_id", "is no point of yours in service")
        return point.zone
    try:
        zone = coverage.zone(session, zone_id, caller=caller)
    except ZoneNotFound:
        raise _unknown("/zone_id", "is no zone of yours") from None
    if zone.retired_at is not None:
        raise _unknown("/zone_id", "has been retired")
    return zone.time_zone


def _unknown(pointer: str, detail: str) -> PlaceOfSlotsUnknown:
    return PlaceOfSlotsUnknown(detail, errors=[FieldError(pointer, detail)])
