"""What couriers' devices send."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.fields import Place, Real, Schema, Text, Time, Truth, Whole
from api.plans.replans import ReplannedDeliverySchema
from driving.models import StopEventKind
from routing.models import Outcome, StopState
from tracking.models import Verdict

_FARTHEST_M = 100_000.0


class DropOutcomeSchema(Schema):
    """How the stop ended for one delivery."""

    delivery_id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=fields.String, required=True)


class StopEventSchema(Schema):
    """What happened at a stop. The id is the device's own, so that an event sent twice is seen to be one."""

    id = fields.UUID(required=True)
    kind = fields.Enum(StopEventKind, by_value=fields.String, required=True)
    device_time = Time(required=True, metadata={"description": "By the device's clock"})
    outcomes = fields.List(
        fields.Nested(DropOutcomeSchema),
        validate=validate.Length(max=200),
        metadata={
            "description": "Of a stop that is done: one for each delivery that is still to be brought or fetched there"
        },
    )
    note = Text(most=1000, load_default=None, allow_none=True)
    place = Place(load_default=None, allow_none=True)
    accuracy_m = Real(least=0, most=_FARTHEST_M, load_default=None, allow_none=True)

    @validates_schema
    def _outcomes_when_done(self, data: dict[str, Any], **_: Any) -> None:
        done = data["kind"] is StopEventKind.DONE
        if done and "outcomes" not in data:
            raise ValidationError("needed when the stop is done", "outcomes")
        if not done and "outcomes" in data:
            raise ValidationError("only when the stop is done", "outcomes")


class StopStateSchema(Schema):
    """Where the courier is with a stop now."""

    id = fields.UUID(required=True)
    state = fields.Enum(StopState, by_value=fields.String, required=True)
    enroute_at = Time(required=True, allow_none=True)
    arrived_at = Time(required=True, allow_none=True)
    done_at = Time(required=True, allow_none=True)


class StopEventAnswerSchema(Schema):
    """The stop after the event, and the route's new version."""

    stop = fields.Nested(StopStateSchema, required=True)
    route_version = Whole(required=True)


class FixSchema(Schema):
    """One fix of the device's position."""

    device_time = Time(required=True)
    place = Place(required=True)
    accuracy_m = Real(least=0, most=_FARTHEST_M, load_default=None, allow_none=True)
    speed_mps = Real(least=0, most=1000, load_default=None, allow_none=True)
    heading_deg = Real(least=0, most=360, load_default=None, allow_none=True)
    battery_percent = Whole(least=0, most=100, load_default=None, allow_none=True)


class FixesSchema(Schema):
    """A batch of fixes, in any order."""

    positions = fields.List(fields.Nested(FixSchema), required=True, validate=validate.Length(min=1, max=500))


class FixVerdictSchema(Schema):
    """What became of one fix. Whatever is not `accepted` is kept, and used for nothing."""

    index = Whole(required=True)
    verdict = fields.Enum(Verdict, by_value=fields.String, required=True)


class VerdictsSchema(Schema):
    """A verdict for each fix, in the order in which they were sent."""

    items = fields.List(fields.Nested(FixVerdictSchema), required=True)


class OrderRequestSchema(Schema):
    """From where, and whether to take it at once. With `stop_ids` that order is timed, and none is searched for."""

    place = Place(load_default=None, allow_none=True, metadata={"description": "Where you are; else as last reported"})
    stop_ids = fields.List(
        fields.UUID(),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=1000),
        metadata={"description": "As a proposal had them: the stops to come in the order to take"},
    )
    apply = Truth(
        load_default=False, metadata={"description": "Put it in force; needs `If-Match` with the route's ETag"}
    )


class RoundOrderSchema(Schema):
    """An order for the rest of the round and what it saves against the present one."""

    route_id = fields.UUID(required=True)
    route_version = Whole(required=True, metadata={"description": "That it is made for, or, applied, that it made"})
    applied = fields.Boolean(required=True)
    stop_ids = fields.List(fields.UUID(), required=True)
    order_changed = fields.Boolean(required=True)
    saves_s = fields.Integer(required=True, metadata={"description": "By so many seconds the round ends earlier"})
    saves_m = fields.Integer(required=True)
    ends_at = Time(required=True)
    promises_moved = fields.List(
        fields.Nested(ReplannedDeliverySchema), required=True, metadata={"description": "Told when it is applied"}
    )
