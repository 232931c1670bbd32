"""What is asked just before booking, and what it answers."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.fields import Schema, Time, Whole
from api.pickup_points.found import FoundPointSchema
from pickup_points.packing import Measures

REASONS = ("retired", "suspended", "closed", "too_big", "full")


def _side() -> Whole:
    return Whole(least=1, most=10_000, allow_none=True, load_default=None, metadata={"examples": [300]})


class MeasuresSchema(Schema):
    """A parcel. Of an unknown side only the weight and the other sides are judged."""

    weight_g = Whole(least=1, most=1_000_000, required=True, metadata={"examples": [1200]})
    length_mm = _side()
    width_mm = _side()
    height_mm = _side()

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Measures:
        return Measures(**data)


class AvailabilityQuestionSchema(Schema):
    """One recipient's parcels, and when they would come."""

    parcels = fields.List(fields.Nested(MeasuresSchema), required=True, validate=validate.Length(min=1, max=50))
    at = Time(load_default=None, allow_none=True, metadata={"description": "When they come; null: now"})


class AvailabilitySchema(Schema):
    """Whether the point takes them; if not, why, and which near it do."""

    available = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(REASONS))
    detail = fields.String(required=True, allow_none=True)
    alternatives = fields.List(fields.Nested(FoundPointSchema), required=True)
