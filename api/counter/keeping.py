"""What more time, returns, counts, arrivals and figures look like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.counter.schemas import AtPointQuery, KeptSchema, StaySchema, code, point_id
from api.fields import NOT_BLANK, Schema, Text, Time, Whole
from pickup_points.counter.models import AnnouncementState, Finding
from pickup_points.counter.returning import ReturnCause

MOST_COUNTED = 5000


def stay_ids() -> fields.List[Any]:
    """Return the field of the stays that are meant."""
    return fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=500))


def shelf(about: str) -> Text:
    """Return the field of a shelf."""
    return Text(
        most=40,
        validate=NOT_BLANK,
        load_default=None,
        allow_none=True,
        metadata={"description": about, "examples": ["B3"]},
    )


class StaysSchema(Schema):
    """Stays at the point."""

    items = fields.List(fields.Nested(StaySchema), required=True)


class ExtensionSchema(Schema):
    """Which parcels wait longer."""

    point_id = point_id()
    stay_ids = stay_ids()


class ReturnRunRequestSchema(Schema):
    """What the courier takes along, and who it is."""

    point_id = point_id()
    stay_ids = stay_ids()
    cause = fields.Enum(
        ReturnCause,
        by_value=fields.String,
        load_default=None,
        allow_none=True,
        metadata={"description": "Needed for what is not due back: the recipient declined it, or it is damaged"},
    )
    driver_id = fields.UUID(load_default=None, allow_none=True)


class ReturnRunSchema(Schema):
    """A return run: its id is the bundle's label."""

    id = fields.UUID(required=True, attribute="run.id")
    point_id = fields.UUID(required=True, attribute="run.point_id")
    driver_id = fields.UUID(required=True, allow_none=True, attribute="run.driver_id")
    taken_at = Time(required=True, attribute="run.taken_at")
    stays = fields.List(fields.Nested(StaySchema), required=True)


class DropOffSchema(Schema):
    """A return that somebody brings, by its code."""

    point_id = point_id()
    code = Text(most=40, validate=NOT_BLANK, required=True, metadata={"examples": ["7KQ4-XW2M-9RTB"]})
    shelf = shelf("Where it is put")


class CountedSchema(Schema):
    """A label that was found."""

    code = code(required=True)
    shelf = shelf("Where it was found; null where nobody looked")


class StockTakeRequestSchema(Schema):
    """All that was found at the point."""

    point_id = point_id()
    counted = fields.List(fields.Nested(CountedSchema), required=True, validate=validate.Length(max=MOST_COUNTED))


class SettleSchema(Schema):
    """At which point."""

    point_id = point_id()


class StockLineSchema(Schema):
    """What the count says of one parcel or code."""

    finding = fields.Enum(Finding, by_value=fields.String, required=True)
    code = fields.String(required=True, allow_none=True)
    stay_id = fields.UUID(required=True, allow_none=True)
    shelf = fields.String(required=True, allow_none=True, metadata={"description": "Where it was found"})
    shelf_known = fields.String(required=True, allow_none=True, metadata={"description": "Where it should lie"})
    settled = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "null until confirmed; false: it had moved on since it was counted"},
    )


class StockTakeSchema(Schema):
    """A count of the point."""

    id = fields.UUID(required=True)
    point_id = fields.UUID(required=True)
    taken_at = Time(required=True)
    confirmed_at = Time(required=True, allow_none=True)
    discarded_at = Time(required=True, allow_none=True)
    lines = fields.List(fields.Nested(StockLineSchema), required=True)


class AnnouncementSchema(Schema):
    """Somebody who comes to collect."""

    id = fields.UUID(required=True)
    state = fields.Enum(AnnouncementState, by_value=fields.String, required=True)
    expected_at = Time(required=True, allow_none=True)
    bay = fields.String(required=True, allow_none=True)
    car = fields.String(required=True, allow_none=True)
    announced_at = Time(required=True)
    here_at = Time(required=True, allow_none=True)
    acknowledged_at = Time(required=True, allow_none=True)


class ArrivingSchema(Schema):
    """Who comes, for what, and how long they have been there."""

    announcement = fields.Nested(AnnouncementSchema, required=True)
    recipient_name = fields.String(required=True, allow_none=True)
    waited_s = Whole(required=True)
    parcels = fields.List(fields.Nested(KeptSchema), required=True)


class ArrivalsSchema(Schema):
    """Who comes: those who are there first, who waits longest in front."""

    items = fields.List(fields.Nested(ArrivingSchema), required=True)


class FiguresQuery(AtPointQuery):
    """Of when: half-open, by default the last 24 hours."""

    after = Time(load_default=None)
    before = Time(load_default=None)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["after"] is not None and data["before"] is not None and data["after"] >= data["before"]:
            raise ValidationError("must be later than after", "before")


class FiguresSchema(Schema):
    """What the counter did. Waits are from `here` to the hand-over."""

    checked_in = Whole(required=True)
    collected = Whole(required=True)
    sent_back = Whole(required=True)
    hand_overs_refused = Whole(required=True)
    inside = Whole(required=True, metadata={"description": "What lies there now"})
    waited = Whole(required=True, metadata={"description": "How many were announced, there, and served"})
    wait_p50_s = fields.Float(required=True, allow_none=True)
    wait_p90_s = fields.Float(required=True, allow_none=True)
