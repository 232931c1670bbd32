"""What a plan looks like."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import PageQuery, Schema, Text, Time, Whole
from api.routes.schemas import RouteSchema
from routing.models import PlanState
from routing.replan_terms import DRIVER_CHANGE_COST, PROMISE_MOVE_COST_PER_H
from routing.requesting import MOST_DELIVERIES, MOST_SHIFTS


class PlanRequestSchema(Schema):
    """Which shifts are to bring which deliveries. Without `delivery_ids`: all of the carrier that wait for a plan."""

    shift_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_SHIFTS))
    delivery_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(min=1, max=MOST_DELIVERIES)
    )
    limit_s = Whole(
        least=1,
        most=600,
        load_default=None,
        allow_none=True,
        metadata={"description": "Seconds to search; by default by size", "examples": [20]},
    )
    seed = Whole(load_default=1, metadata={"examples": [1]})


class ReplannedPromiseSchema(Schema):
    """A half-open window."""

    from_ = fields.String(required=True, data_key="from", attribute="from", metadata={"format": "date-time"})
    until = fields.String(required=True, metadata={"format": "date-time"})


class LateShiftSchema(Schema):
    """A courier who is held up, or starts late: the shift goes on no earlier than `available_at`."""

    shift_id = fields.UUID(required=True)
    available_at = Time(required=True, metadata={"examples": ["2026-06-15T09:30:00Z"]})


class ReplanRequestSchema(Schema):
    """What happened on the road, what comes in, and what a change may cost. Everything is optional."""

    delivery_ids = fields.List(
        fields.UUID(),
        load_default=(),
        validate=validate.Length(max=MOST_DELIVERIES),
        metadata={"description": "Deliveries that wait for a plan and are to be brought by these couriers"},
    )
    helping_shift_ids = fields.List(
        fields.UUID(),
        load_default=(),
        attribute="helping",
        validate=validate.Length(max=MOST_SHIFTS),
        metadata={"description": "Further shifts, without a route, that help"},
    )
    broken_shift_ids = fields.List(
        fields.UUID(),
        load_default=(),
        attribute="broken",
        metadata={"description": "Vehicles that drive no more; what is still at the depot goes to others"},
    )
    late = fields.List(fields.Nested(LateShiftSchema), load_default=())
    refused_stop_ids = fields.List(
        fields.UUID(),
        load_default=(),
        attribute="refused",
        metadata={"description": "Stops that their driver refuses: they never come back to that driver"},
    )
    fixed_stops = Whole(
        most=1000,
        load_default=0,
        metadata={"description": "So many next stops of each route keep driver and order", "examples": [2]},
    )
    fixed_until = Time(
        load_default=None,
        allow_none=True,
        metadata={"description": "Stops planned to begin before keep driver and order"},
    )
    promise_move_cost_per_h = Whole(
        most=1_000_000,
        load_default=PROMISE_MOVE_COST_PER_H,
        metadata={"description": "What each hour outside a promise costs, in seconds of a courier's time"},
    )
    driver_change_cost = Whole(
        most=1_000_000,
        load_default=DRIVER_CHANGE_COST,
        metadata={"description": "What giving a stop to another driver costs, in seconds of a courier's time"},
    )
    limit_s = Whole(
        least=1, most=600, load_default=None, allow_none=True, metadata={"description": "Seconds to search"}
    )
    seed = Whole(load_default=1, metadata={"examples": [1]})


class ReplannedDeliverySchema(Schema):
    """What a replan changes for a recipient. The promise begins `moved_min` minutes later, or earlier if negative."""

    delivery_id = fields.UUID(required=True)
    driver_before = fields.UUID(required=True, allow_none=True)
    driver_after = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: nobody, it waits for a plan again"}
    )
    promise_before = fields.Nested(ReplannedPromiseSchema, required=True, allow_none=True)
    promise_after = fields.Nested(ReplannedPromiseSchema, required=True, allow_none=True)
    moved_min = fields.Integer(required=True, allow_none=True)
    unchanged = fields.Boolean(required=True)


class ReplannedDriverSchema(Schema):
    """What a replan changes for a driver. A driver of whom everything is unchanged need not be told."""

    driver_id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    route_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: had no route before"})
    stops_added = fields.List(fields.UUID(), required=True)
    stops_removed = fields.List(fields.UUID(), required=True)
    order_changed = fields.Boolean(required=True)
    unchanged = fields.Boolean(required=True)


class ReplanChangesSchema(Schema):
    """What a replan changes, and for whom."""

    deliveries = fields.List(fields.Nested(ReplannedDeliverySchema), required=True)
    drivers = fields.List(fields.Nested(ReplannedDriverSchema), required=True)
    unchanged_deliveries = Whole(required=True)
    moved_promises = Whole(required=True)


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


class UnassignedSchema(Schema):
    """A delivery that the plan leaves out, and why."""

    delivery_id = fields.UUID(required=True)
    reason = fields.String(required=True, metadata={"examples": ["TIME_WINDOW"]})
    detail = fields.String(required=True, metadata={"examples": ["none of its windows is open during the shifts"]})


class PlanSummarySchema(Schema):
    """How a plan is doing."""

    id = fields.UUID(required=True)
    state = fields.Enum(PlanState, by_value=fields.String, required=True)
    shift_ids = fields.List(fields.UUID(), required=True)
    delivery_ids = fields.List(fields.UUID(), required=True)
    limit_s = Whole(required=True, allow_none=True)
    seed = Whole(required=True)
    percent = Whole(required=True, metadata={"examples": [100]})
    best_cost = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the best plan found so far, as `cost.total`"}
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
    requested_at = Time(required=True)
    started_at = Time(required=True, allow_none=True)
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
