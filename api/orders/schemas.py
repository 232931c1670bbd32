"""What click and collect looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.deliveries.schemas import RecipientSchema
from api.fields import NOT_BLANK, PageQuery, Schema, Text, Time, Whole
from deliveries.models import ProofRequirement, Recipient
from pickup_points.orders.models import OrderState
from pickup_points.orders.ordering import Wanted

_MOST_LINES = 200


class OrderLineSchema(Schema):
    """What to pick."""

    text = Text(most=200, validate=NOT_BLANK, required=True, metadata={"examples": ["Oat milk, 1 l"]})
    quantity = Whole(least=1, most=10_000, load_default=1, metadata={"examples": [2]})


class OrderDraftSchema(Schema):
    """An order to place."""

    pickup_point_id = fields.UUID(required=True, metadata={"examples": ["01985c1e-0000-7000-8000-000000000001"]})
    merchant_id = fields.UUID(load_default=None, allow_none=True)
    external_id = Text(most=100, validate=NOT_BLANK, load_default=None, allow_none=True)
    recipient = fields.Nested(RecipientSchema, required=True)
    lines = fields.List(fields.Nested(OrderLineSchema), required=True, validate=validate.Length(min=1, max=_MOST_LINES))
    proof_requirements = fields.List(
        fields.Enum(ProofRequirement, by_value=fields.String), load_default=list, validate=validate.Length(max=4)
    )

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Wanted:
        return Wanted(
            point_id=data["pickup_point_id"],
            merchant_id=data["merchant_id"],
            external_id=data["external_id"],
            recipient=Recipient(**data["recipient"]),
            lines=data["lines"],
            proof_requirements=tuple(sorted(set(data["proof_requirements"]))),
        )


class CollectionOrderSchema(Schema):
    """An order, and when it was what."""

    id = fields.UUID(required=True)
    pickup_point_id = fields.UUID(required=True, attribute="point_id")
    merchant_id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True)
    external_id = fields.String(required=True, allow_none=True)
    state = fields.Enum(OrderState, by_value=fields.String, required=True)
    lines = fields.List(fields.Nested(OrderLineSchema), required=True)
    promised_at = Time(required=True, metadata={"description": "Told to the recipient: ready by then"})
    reason = fields.String(required=True, allow_none=True)
    placed_at = Time(required=True)
    accepted_at = Time(required=True, allow_none=True)
    preparing_at = Time(required=True, allow_none=True)
    ready_at = Time(required=True, allow_none=True)
    ended_at = Time(required=True, allow_none=True)


class OrdersQuery(PageQuery):
    """Which orders."""

    state = fields.List(fields.Enum(OrderState, by_value=fields.String), load_default=list)


class OrderPromiseSchema(Schema):
    """When an order placed now would be ready."""

    promised_at = Time(required=True)
