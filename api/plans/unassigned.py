"""What a plan leaves out: why, by how much, and what would help."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import Schema, Whole
from routing.missing import PLACES
from routing.solving.explaining.explanation import Rule


class NearestVehicleSchema(Schema):
    """The shift whose vehicle comes closest to bringing it."""

    shift_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"examples": ["Van 3 (Aino Virtanen)"]})


class ExceededWindowSchema(Schema):
    """Which of the place's windows, as it was asked for; of several that touch, from first to last."""

    starts_at = fields.String(required=True, metadata={"format": "date-time"})
    ends_at = fields.String(required=True, metadata={"format": "date-time"})


class ExceededSchema(Schema):
    """A rule that would be broken, and by how much."""

    rule = fields.String(
        required=True, validate=validate.OneOf([rule.value for rule in Rule]), metadata={"examples": ["window_end"]}
    )
    by = Whole(required=True, metadata={"examples": [12]})
    unit = fields.String(
        required=True,
        metadata={"description": "min, m, s, g, cm3, parcels, stops, skills or shifts", "examples": ["min"]},
    )
    what = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The capacity or the skills", "examples": ["weight_g"]},
    )
    place = fields.String(
        required=True,
        allow_none=True,
        dump_default=None,
        validate=validate.OneOf([*PLACES]),
        metadata={"description": "Whose `window` it is; null: no window is to blame", "examples": ["delivery"]},
    )
    window = fields.Nested(ExceededWindowSchema, required=True, allow_none=True)
    words = fields.String(required=True, metadata={"examples": ["12 min after its window ends"]})


class RelaxationSchema(ExceededSchema):
    """The least that one rule must give for the delivery to fit: tried, and found to be enough."""

    shift_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"examples": ["Van 3 (Aino Virtanen)"]})
    added_min = fields.Integer(required=True, metadata={"description": "The route lasts longer", "examples": [9]})
    added_m = fields.Integer(required=True, metadata={"description": "The route is longer", "examples": [2100]})
    added_cost = fields.Integer(
        required=True, metadata={"description": "In seconds of a courier's time", "examples": [540]}
    )
    words = fields.String(
        required=True, metadata={"examples": ["fits if its window ends 12 min later: +9 min, +2.1 km"]}
    )


class UnassignedSchema(Schema):
    """A delivery that the plan leaves out, and why."""

    delivery_id = fields.UUID(required=True)
    reason = fields.String(required=True, metadata={"examples": ["TIME_WINDOW"]})
    detail = fields.String(required=True, metadata={"examples": ["none of its windows is open during the shifts"]})
    nearest_vehicle = fields.Nested(NearestVehicleSchema, required=True, allow_none=True)
    exceeded = fields.List(
        fields.Nested(ExceededSchema),
        required=True,
        metadata={"description": "Where the nearest vehicle fails; empty where it would fit but costs too much"},
    )
    relaxation = fields.Nested(
        RelaxationSchema, required=True, allow_none=True, metadata={"description": "None: no rule alone would help"}
    )
