"""What slots and their templates look like."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.fields import ChangeSchema, Name, PageQuery, Query, Schema, Skill, Text, Time, Whole
from slots.drafts import Terms
from slots.models import Blackout, CutOff, Slot
from slots.queries import Left

LONGEST_S = 86_400
DEAREST_MINOR = 10_000_000
_MOST_G = 1_000_000_000


class Day(fields.Date):
    """A local day, `2026-06-15`, between 2000 and 2100."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            raise self.make_error("invalid", input=value, obj_type="date")
        day = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= day.year < 2100:
            raise ma.ValidationError("must lie between the years 2000 and 2100")
        return day


class LocalTime(fields.Time):
    """A time on the wall, `18:00`, without an offset."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type="time")
        return super()._deserialize(value, attr, data, **kwargs)


class BlackoutSchema(Schema):
    """A half-open time in which there are no slots."""

    starts_at = Time(required=True, metadata={"examples": ["2026-12-24T12:00:00+02:00"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-12-27T00:00:00+02:00"]})
    reason = Text(most=200, allow_none=True, load_default=None, metadata={"examples": ["Christmas"]})

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Blackout:
        return Blackout(**data)


class CutOffSchema(Schema):
    """Until when a slot can be had, in local time: `days` before its own day, at `time`."""

    days = Whole(most=30, required=True, metadata={"examples": [1]})
    time = LocalTime(required=True, metadata={"examples": ["18:00"]})

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> CutOff:
        return CutOff(**data)


def _most(about: str, example: int, *, most: int = _MOST_G) -> Whole:
    metadata = {"description": about, "examples": [example]}
    return Whole(most=most, allow_none=True, load_default=None, metadata=metadata)


class SlotTermsSchema(Schema):
    """All that can be said of slots but where they are."""

    name = Name(required=True, metadata={"examples": ["Evening"]})
    rule = Text(
        most=500,
        required=True,
        metadata={
            "description": "RRULE of RFC 5545: daily, weekly or monthly, at most 48 a day (BYHOUR, BYMINUTE)",
            "examples": ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"],
        },
    )
    start_time = LocalTime(
        required=True, metadata={"description": "On the wall, where the rule names no hour", "examples": ["16:00"]}
    )
    duration_s = Whole(
        least=60, most=LONGEST_S, required=True, metadata={"description": "On the wall", "examples": [7200]}
    )
    valid_from = Day(required=True, metadata={"description": "The rule's first day", "examples": ["2026-06-01"]})
    valid_until = Day(
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day on which it does not hold any more", "examples": ["2027-01-01"]},
    )
    excepted_dates = fields.List(Day(), validate=validate.Length(max=400), load_default=list)
    blackouts = fields.List(fields.Nested(BlackoutSchema), validate=validate.Length(max=100), load_default=list)
    lead_s = Whole(
        most=30 * 86_400,
        load_default=0,
        metadata={"description": "So long before its start it is booked, at least", "examples": [7200]},
    )
    cutoff = fields.Nested(CutOffSchema, allow_none=True, load_default=None)
    days_ahead = Whole(least=1, most=60, load_default=14, metadata={"description": "Made so long ahead"})
    most_count = Whole(most=10_000, required=True, metadata={"description": "Deliveries", "examples": [20]})
    most_parcels = _most("null: no limit", 60, most=100_000)
    most_weight_g = _most("null: no limit", 400_000)
    most_volume_cm3 = _most("null: no limit", 3_000_000)
    price_minor = Whole(
        most=DEAREST_MINOR,
        load_default=0,
        metadata={"description": "In minor units of the currency: cents", "examples": [490]},
    )
    currency = Text(
        least=3,
        most=3,
        required=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="must be an ISO 4217 code"),
        metadata={"description": "ISO 4217", "examples": ["EUR"]},
    )
    least_order_minor = _most("What the basket has to be worth, in minor units", 2500, most=DEAREST_MINOR)
    tags = fields.List(
        Skill(), validate=validate.Length(max=20), load_default=list, metadata={"examples": [["evening", "eco"]]}
    )


class SlotTemplateDraftSchema(SlotTermsSchema):
    """Slots that come again and again: brought home in a zone, or collected at a pickup point."""

    zone_id = fields.UUID(allow_none=True, load_default=None)
    point_id = fields.UUID(allow_none=True, load_default=None)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        where = {name: data.pop(name) for name in ("zone_id", "point_id")}
        return where | {"terms": Terms(**data)}


class SlotTemplateChangeSchema(ChangeSchema, SlotTermsSchema):
    """What to change; the rest stays. Slots to come follow, but for those in which somebody has a place."""

    def __init__(self, **kwargs: Any) -> None:
        # By name: what is inside a cut-off or a blackout is as needed as ever.
        super().__init__(**kwargs | {"partial": tuple(SlotTermsSchema._declared_fields)})


class SlotTemplateSchema(SlotTermsSchema):
    """Slots that come again and again. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    zone_id = fields.UUID(required=True, allow_none=True)
    point_id = fields.UUID(required=True, allow_none=True)
    time_zone = fields.String(required=True, metadata={"description": "IANA", "examples": ["Europe/Helsinki"]})
    excepted_dates = fields.List(Day(), required=True, attribute="excepted_days")
    blackouts = fields.List(fields.Nested(BlackoutSchema), required=True, attribute="blackout_spans")
    disabled_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class SlotTemplateQuery(PageQuery):
    """Which templates."""

    zone_id = fields.UUID(load_default=None, metadata={"description": "Those of this zone"})
    point_id = fields.UUID(load_default=None, metadata={"description": "Those of this pickup point"})


class LeftSchema(Schema):
    """What is free in it; null: it has no limit."""

    count = Whole(required=True, metadata={"description": "Deliveries", "examples": [3]})
    parcels = Whole(required=True, allow_none=True)
    weight_g = Whole(required=True, allow_none=True)
    volume_cm3 = Whole(required=True, allow_none=True)


class SlotSchema(Schema):
    """A half-open window with capacity. Tell its times in `time_zone`."""

    id = fields.UUID(required=True)
    zone_id = fields.UUID(required=True, allow_none=True)
    point_id = fields.UUID(required=True, allow_none=True)
    time_zone = fields.String(required=True, metadata={"description": "IANA", "examples": ["Europe/Helsinki"]})
    local_date = Day(required=True, metadata={"description": "On which it starts there", "examples": ["2026-06-15"]})
    starts_at = Time(required=True, metadata={"examples": ["2026-06-15T13:00:00Z"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-06-15T15:00:00Z"]})
    closes_at = Time(required=True, metadata={"description": "From then on nobody new gets in"})
    price_minor = Whole(required=True, metadata={"examples": [490]})
    currency = fields.String(required=True, metadata={"examples": ["EUR"]})
    least_order_minor = Whole(required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True, metadata={"examples": [["evening", "eco"]]})


class OpenSlotSchema(SlotSchema):
    """A slot that can be had, with what is free in it."""

    left = fields.Nested(LeftSchema, required=True)


class OpenSlotsSchema(Schema):
    """Slots, earliest first."""

    items = fields.List(fields.Nested(OpenSlotSchema), required=True)


class SlotQuery(Query):
    """Which slots: those that start in `[from, until)`, a week from now unless said otherwise."""

    from_ = Time(data_key="from", load_default=None, metadata={"description": "Not before now"})
    until = Time(load_default=None, metadata={"description": "A week after `from` unless said; 60 days at most"})


def shown(slot: Slot, left: Left) -> dict[str, Any]:
    """Return a slot with what is free in it, as `OpenSlotSchema` writes it."""
    return {name: getattr(slot, name) for name in SlotSchema._declared_fields} | {"left": left}
