"""What those who prepare orders ask and say."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.counter.keeping import shelf
from api.counter.schemas import AtPointQuery, point_id
from api.fields import NOT_BLANK, Schema, Text, Whole
from api.orders.schemas import CollectionOrderSchema
from deliveries.drafts import DraftParcel
from pickup_points.orders.models import OrderState

_MOST_PARCELS = 50


class CounterOrdersQuery(AtPointQuery):
    """Which of your point's orders; by default those to see to."""

    state = fields.List(fields.Enum(OrderState, by_value=fields.String), load_default=list)


class CollectionOrdersSchema(Schema):
    """The point's orders, what is promised soonest in front."""

    items = fields.List(fields.Nested(CollectionOrderSchema), required=True)


class RejectSchema(Schema):
    """Why the shop cannot."""

    point_id = point_id()
    reason = Text(most=500, validate=NOT_BLANK, required=True, metadata={"examples": ["sold out"]})


class PackedParcelSchema(Schema):
    """What was packed into."""

    weight_g = Whole(least=1, most=100_000, load_default=1000)
    code = Text(most=40, load_default=None, allow_none=True)
    description = Text(most=200, load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> DraftParcel:
        return DraftParcel(**data)


class PackedSchema(Schema):
    """What stands ready, and where."""

    point_id = point_id()
    shelf = shelf("Where it is put")
    parcels = fields.List(
        fields.Nested(PackedParcelSchema), required=True, validate=validate.Length(min=1, max=_MOST_PARCELS)
    )
