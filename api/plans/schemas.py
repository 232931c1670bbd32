"""What a plan looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.fields import PageQuery, Schema, Text, Time, Whole
from api.plans.replans import ReplanChangesSchema, ReplanTermsSchema
from api.plans.unassigned import UnassignedSchema
from api.plans.wishes import AllowedShiftsSchema, BalanceSchema, TrafficSchema, WishesSchema, made_wishes
from api.routes.schemas import RouteSchema
from routing.models import Objective, PlanState
from routing.requesting import MOST_SHIFTS


class PlanRequestSchema(WishesSchema):
    """Which shifts are to bring which deliveries. Without `delivery_ids`: all of the carrier that wait for a plan."""

    shift_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_SHIFTS))
    delivery_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1),
        metadata={"description": "At most 10 000"},
    )
    limit_s = Whole(
        least=1,
        most=600,
        load_default=None,
        allow_none=True,
        metadata={"description": "Seconds to search; by default by size", "examples": [20]},
    )
    seed = Whole(load_default=1, metadata={"examples": [1]})

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return made_wishes(data)


def _later(about: str) -> fields.Integer:
    """Return a part of the cost that plans of earlier versions do not have."""
    return fields.Integer(metadata={"description": about})


class CostSchema(Schema):
    """Where the cost comes from. `total` is in seconds of a courier's time, penalties of what is left out included."""

    travel_s = Whole(required=True)
    distance_m = Whole(required=True)
    waiting_s = Whole(required=True)
    service_s = Whole(required=True)
    break_s = Whole(required=True)
    fixed = Whole(required=True)
    penalties = fields.Integer(required=True)
    total = fields.Integer(required=True)
    must_left_out = Whole(required=True, metadata={"description": "Stops left out that had to be served"})
    setup_s = _later("Parking")
    reload_s = _later("At the depot between two trips")
    untimely = _later("Services outside of their preferred windows")
    preference = _later("Drivers who are not the preferred ones, or have never delivered near there")
    balance = _later("Unequal shares")


class PlanSummarySchema(Schema):
    """How a plan is doing."""

    id = fields.UUID(required=True)
    state = fields.Enum(PlanState, by_value=fields.String, required=True)
    shift_ids = fields.List(fields.UUID(), required=True)
    delivery_ids = fields.List(fields.UUID(), required=True)
    limit_s = Whole(required=True, allow_none=True)
    seed = Whole(required=True)
    objective = fields.Enum(Objective, by_value=fields.String, required=True)
    balance = fields.Nested(BalanceSchema, required=True, allow_none=True)
    traffic = fields.List(fields.Nested(TrafficSchema), required=True)
    zone = fields.String(required=True, metadata={"examples": ["Europe/Helsinki"]})
    setup_s = Whole(required=True)
    early_cost_per_h = Whole(required=True)
    late_cost_per_h = Whole(required=True)
    preference_cost = Whole(required=True)
    familiarity_cost = Whole(required=True)
    allowed_shifts = fields.List(fields.Nested(AllowedShiftsSchema), required=True)
    percent = Whole(required=True, metadata={"examples": [100]})
    best_cost = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the best plan found so far, as `cost.total`"}
    )
    best_unassigned = Whole(
        required=True, allow_none=True, metadata={"description": "What the best plan found so far leaves out"}
    )
    cost = fields.Nested(CostSchema, required=True, allow_none=True)
    estimated_share = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Share of travel times, 0 to 1, that are great-circle estimates", "examples": [0.0]},
    )
    failure = fields.String(required=True, allow_none=True)
    replans = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The published plan that this one makes anew"}
    )
    replan_terms = fields.Nested(
        ReplanTermsSchema,
        required=True,
        allow_none=True,
        attribute="terms",
        metadata={"description": "What was asked of a replan"},
    )
    requested_at = Time(required=True)
    started_at = Time(required=True, allow_none=True)
    finish_asked_at = Time(
        required=True, allow_none=True, metadata={"description": "When somebody took the best plan so far"}
    )
    finished_at = Time(required=True, allow_none=True)
    published_at = Time(required=True, allow_none=True)
    version = Whole(required=True, metadata={"examples": [1]})


class PlanSchema(PlanSummarySchema):
    """Routes computed together. Its ETag is its `version`, which rises while the search goes on."""

    routes = fields.List(fields.Nested(RouteSchema), required=True)
    unassigned = fields.List(fields.Nested(UnassignedSchema), required=True)
    changes = fields.Nested(
        ReplanChangesSchema, required=True, allow_none=True, metadata={"description": "Of a replan that is solved"}
    )


class PlanQuery(PageQuery):
    """Which plans."""

    state = fields.Enum(PlanState, by_value=Text, load_default=None, metadata={"description": "Only in this state"})
