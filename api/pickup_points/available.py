"""What is asked just before booking, and what it answers."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import Schema, Time
from api.measures import MeasuresSchema
from api.pickup_points.found import FoundPointSchema

REASONS = ("retired", "suspended", "closed", "nothing_collected", "too_big", "full")


class AvailabilityQuestionSchema(Schema):
    """One recipient's parcels, and when they would come."""

    parcels = fields.List(
        fields.Nested(MeasuresSchema),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata={"examples": [[{"weight_g": 1200, "length_mm": 300, "width_mm": 200, "height_mm": 100}]]},
    )
    at = Time(load_default=None, allow_none=True, metadata={"description": "When they come; null: now"})


class AvailabilitySchema(Schema):
    """Whether the point takes them; if not, why, and which near it do."""

    available = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(REASONS))
    detail = fields.String(required=True, allow_none=True)
    alternatives = fields.List(fields.Nested(FoundPointSchema), required=True)
