"""What a vehicle looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.fields import PageQuery, Schema, Text, Time, Truth, Whole
from routing.models import Profile

NOT_BLANK = validate.Regexp(r"[\s\S]*[^\x00-\x20\x7f-\xa0]", error="must not be blank")


class CapacitiesSchema(Schema):
    """What it can hold at once. What is not named has no limit."""

    parcels = Whole(most=100_000, metadata={"examples": [40]})
    weight_g = Whole(metadata={"examples": [120_000]})
    volume_cm3 = Whole(metadata={"examples": [1_500_000]})


class VehicleDraftSchema(Schema):
    """A vehicle to have."""

    name = Text(required=True, most=200, validate=NOT_BLANK, metadata={"examples": ["Cargo bicycle 3"]})
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, load_default=dict)


class VehicleChangeSchema(Schema):
    """What to change; the rest stays. `capacities` is replaced as a whole."""

    name = Text(most=200, validate=NOT_BLANK, metadata={"examples": ["Cargo bicycle 3"]})
    profile = fields.Enum(Profile, by_value=fields.String)
    capacities = fields.Nested(CapacitiesSchema)

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("name something to change")


class VehicleSchema(Schema):
    """A van, a cargo bicycle, a pair of feet. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"examples": ["Cargo bicycle 3"]})
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, required=True)
    retired_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class VehicleQuery(PageQuery):
    """Which vehicles."""

    retired = Truth(load_default=False, metadata={"description": "The retired ones too"})
