"""What a vehicle looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.fields import ChangeSchema, Name, PageQuery, Schema, Time, Truth, Whole, skills
from routing.models import HOUR_S, Profile

NAME: dict[str, Any] = {"examples": ["Cargo bicycle 3"]}


class CapacitiesSchema(Schema):
    """What it can hold at once. What is not named has no limit."""

    parcels = Whole(most=100_000, metadata={"examples": [40]})
    weight_g = Whole(metadata={"examples": [120_000]})
    volume_cm3 = Whole(metadata={"examples": [1_500_000]})


_SKILLS = "What can be done with it; its driver's count as well"
_DEAREST_S = 604_800  # a week of a courier's time


def _kerb_side(**kwargs: Any) -> Truth:
    about = "Stops on its own side of the street only: nobody crosses with a parcel"
    return Truth(metadata={"description": about}, **kwargs)


def _cost(about: str, **kwargs: Any) -> Whole:
    metadata = {"description": f"In seconds of a courier's time, {about}", "examples": [600]}
    return Whole(most=_DEAREST_S, metadata=metadata, **kwargs)


class VehicleDraftSchema(Schema):
    """A vehicle to have."""

    name = Name(required=True, metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, load_default=dict)
    skills = skills(_SKILLS, load_default=list)
    kerb_side = _kerb_side(load_default=False)
    fixed_cost = _cost("for going out at all", load_default=0)
    cost_per_h = _cost("an hour, waiting and breaks included; 3600 is its own price", load_default=HOUR_S)
    cost_per_km = _cost("a kilometre", load_default=0)


class VehicleChangeSchema(ChangeSchema):
    """What to change; the rest stays. `capacities` and `skills` are replaced as a whole."""

    name = Name(metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String)
    capacities = fields.Nested(CapacitiesSchema)
    skills = skills(_SKILLS)
    kerb_side = _kerb_side()
    fixed_cost = _cost("for going out at all")
    cost_per_h = _cost("an hour, waiting and breaks included")
    cost_per_km = _cost("a kilometre")


class VehicleSchema(Schema):
    """A van, a cargo bicycle, a pair of feet. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=NAME)
    profile = fields.Enum(Profile, by_value=fields.String, required=True)
    capacities = fields.Nested(CapacitiesSchema, required=True)
    skills = skills(_SKILLS, required=True)
    kerb_side = _kerb_side(required=True)
    fixed_cost = _cost("for going out at all", required=True)
    cost_per_h = _cost("an hour, waiting and breaks included", required=True)
    cost_per_km = _cost("a kilometre", required=True)
    retired_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class VehicleQuery(PageQuery):
    """Which vehicles."""

    retired = Truth(load_default=False, metadata={"description": "The retired ones too"})
