"""What is asked of a replan, and what it tells of what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, pre_dump, validate

from api.fields import Schema, Time, Whole
from routing.replan_terms import DRIVER_CHANGE_COST, PROMISE_MOVE_COST_PER_H, terms_of
from routing.requesting import MOST_DELIVERIES, MOST_SHIFTS


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
        metadata={"description": "Further shifts, without a route, that help; one that the plan has helps anyway"},
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
        metadata={"description": "Stops planned to begin before keep driver and order; of the past: what is overdue"},
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


class ReplanTermsSchema(Schema):
    """What was asked of a replan, under the names of the request."""

    delivery_ids = fields.List(fields.UUID(), required=True, attribute="new")
    helping_shift_ids = fields.List(fields.UUID(), required=True, attribute="helping")
    broken_shift_ids = fields.List(fields.UUID(), required=True, attribute="broken")
    late = fields.List(fields.Nested(LateShiftSchema), required=True)
    refused_stop_ids = fields.List(fields.UUID(), required=True, attribute="refused")
    fixed_stops = Whole(required=True)
    fixed_until = Time(required=True, allow_none=True)
    promise_move_cost_per_h = Whole(required=True)
    driver_change_cost = Whole(required=True)

    @pre_dump
    def _read(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        terms = terms_of(data)
        late = [{"shift_id": shift_id, "available_at": at} for shift_id, at in terms.available_at.items()]
        return vars(terms) | {"broken": sorted(terms.broken), "late": late}


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
