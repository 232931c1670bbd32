"""What a vehicle looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.fields import ChangeSchema, Name, PageQuery, Schema, Time, Truth, Whole
from routing.models import Profile

NAME: dict[str, Any] = {"examples": ["Cargo bicycle 3"]}


class CapacitiesSchema(Schema):
    """What it can hold at once. What is not named has no limit."""

    parcels = Whole(most=100_000, metadata={"examples": [40]})
    weight_g = Whole(metadata={"examples": [120_000]})
    volume_cm3 = Whole(metadata={"examples": [1_500_000]})


class VehicleDraftSchema(Schema):
    """A vehicle to have."""

    name = Name(required=True, metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, load_default=dict)


class VehicleChangeSchema(ChangeSchema):
    """What to change; the rest stays. `capacities` is replaced as a whole."""

    name = Name(metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String)
    capacities = fields.Nested(CapacitiesSchema)


class VehicleSchema(Schema):
    """A van, a cargo bicycle, a pair of feet. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, required=True)
    retired_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class VehicleQuery(PageQuery):
    """Which vehicles."""

    retired = Truth(load_default=False, metadata={"description": "The retired ones too"})
