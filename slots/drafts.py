"""What a carrier says of its slots before they are made, and what in it cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel.errors import FieldError, Invalid
from slots.models import Blackout, CutOff, SlotTemplate
from slots.recurring import Recurrence, comes_ever
from slots.rules import read_rule


class TemplateContradicts(Invalid):
    """The slots that are described cannot be."""


class NeverComes(Invalid):
    """The recurrence rule has no occurrence that is yet to come."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """All that can be said of slots but where they are. Money is in minor units of `currency`."""

    name: str
    rule: str
    start_time: time
    duration_s: int
    valid_from: date
    most_count: int
    currency: str
    price_minor: int = 0
    valid_until: date | None = None
    excepted_dates: Sequence[date] = ()
    blackouts: Sequence[Blackout] = ()
    lead_s: int = 0
    cutoff: CutOff | None = None
    days_ahead: int = 14
    most_parcels: int | None = None
    most_weight_g: int | None = None
    most_volume_cm3: int | None = None
    least_order_minor: int | None = None
    tags: Sequence[str] = field(default_factory=tuple)


def written(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the columns of a template hold for what was said, as far as it was. RuleNotUnderstood."""
    columns = dict(terms)
    if "rule" in columns:
        columns["rule"] = read_rule(columns["rule"])
    if "excepted_dates" in columns:
        columns["excepted_dates"] = sorted({each.isoformat() for each in columns["excepted_dates"]})
    if "blackouts" in columns:
        columns["blackouts"] = [_written(each) for each in columns["blackouts"]]
    if "cutoff" in columns:
        cutoff = columns.pop("cutoff")
        columns |= {"cutoff_days": cutoff and cutoff.days, "cutoff_time": cutoff and cutoff.time}
    if "tags" in columns:
        columns["tags"] = sorted(set(columns["tags"]))
    return columns


def check(template: SlotTemplate, *, now: datetime) -> None:
    """Refuse a template that contradicts itself, is over, or never comes. TemplateContradicts, NeverComes."""
    errors = [*_faults(template, now)]
    if errors:
        raise TemplateContradicts(errors=errors)
    from_ = max(template.valid_from, _today(template, now))
    if not comes_ever(recurrence_of(template), from_=from_):
        raise NeverComes(errors=[FieldError("/rule", f"never comes from {from_} on")])


def recurrence_of(template: SlotTemplate) -> Recurrence:
    """Return when the template's slots are."""
    return Recurrence(
        rule=template.rule,
        start_time=template.start_time,
        duration=timedelta(seconds=template.duration_s),
        zone=ZoneInfo(template.time_zone),
        valid_from=template.valid_from,
        valid_until=template.valid_until,
        excepted=frozenset(template.excepted_days),
        blackouts=tuple((each.starts_at, each.ends_at) for each in template.blackout_spans),
    )


def _written(blackout: Blackout) -> dict[str, Any]:
    return {
        "starts_at": blackout.starts_at.isoformat(),
        "ends_at": blackout.ends_at.isoformat(),
        "reason": blackout.reason,
    }


def _faults(template: SlotTemplate, now: datetime) -> Iterator[FieldError]:
    if template.valid_until is not None and template.valid_until <= template.valid_from:
        yield FieldError("/valid_until", "is later than valid_from")
    elif template.valid_until is not None and template.valid_until <= _today(template, now):
        yield FieldError("/valid_until", "lies in the past")
    for index, (starts_at, ends_at) in enumerate(recurrence_of(template).blackouts):
        if ends_at <= starts_at:
            yield FieldError(f"/blackouts/{index}/ends_at", "must be later than starts_at")


def _today(template: SlotTemplate, now: datetime) -> date:
    return now.astimezone(ZoneInfo(template.time_zone)).date()
