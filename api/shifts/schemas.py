"""What a shift looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from api.fields import ChangeSchema, PageQuery, Place, Schema, Time, Whole
from routing.models import Pause


class BreakSchema(Schema):
    """A pause of `duration_s` that begins between the two times, both allowed."""

    earliest_at = Time(required=True, metadata={"examples": ["2026-06-15T11:00:00+03:00"]})
    latest_at = Time(required=True, metadata={"examples": ["2026-06-15T13:00:00+03:00"]})
    duration_s = Whole(required=True, least=60, most=4 * 3600, metadata={"examples": [1800]})

    @post_load
    def _pause(self, data: dict[str, Any], **_: Any) -> Pause:
        return Pause(**data)


class ShiftDraftSchema(Schema):
    """A shift to plan with. Without an end place the route ends at its last stop."""

    driver_id = fields.UUID(required=True)
    vehicle_id = fields.UUID(required=True)
    starts_at = Time(required=True, metadata={"examples": ["2026-06-15T08:00:00+03:00"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-06-15T16:00:00+03:00"]})
    start_place = Place(required=True)
    end_place = Place(load_default=None, allow_none=True)
    break_ = fields.Nested(BreakSchema, data_key="break", attribute="pause", load_default=None, allow_none=True)


class ShiftChangeSchema(ChangeSchema):
    """What to change; the rest stays."""

    driver_id = fields.UUID()
    vehicle_id = fields.UUID()
    starts_at = Time(metadata={"examples": ["2026-06-15T08:00:00+03:00"]})
    ends_at = Time(metadata={"examples": ["2026-06-15T16:00:00+03:00"]})
    start_place = Place()
    end_place = Place(allow_none=True)
    break_ = fields.Nested(BreakSchema, data_key="break", attribute="pause", allow_none=True)


class ShiftSchema(Schema):
    """One driver with one vehicle from a start to an end. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    driver_id = fields.UUID(required=True)
    vehicle_id = fields.UUID(required=True)
    starts_at = Time(required=True)
    ends_at = Time(required=True)
    start_place = Place(required=True)
    end_place = Place(required=True, allow_none=True)
    break_ = fields.Nested(BreakSchema, data_key="break", required=True, allow_none=True, attribute="pause")
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class ShiftQuery(PageQuery):
    """Which shifts: those that touch the half-open time from `from` until `until`."""

    from_ = Time(data_key="from", attribute="after", load_default=None, metadata={"description": "That end after this"})
    until = Time(attribute="before", load_default=None, metadata={"description": "That begin before this"})
    driver_id = fields.UUID(load_default=None, metadata={"description": "Only this driver's"})
