"""What lists, batches and histories of deliveries look like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.deliveries.schemas import DeliverySchema
from api.fields import PageQuery, Query, Schema, Text, Time, Whole
from api.pages import page_schema
from deliveries.models import DeliveryState
from kernel.facts import KINDS, FactRow

LARGEST_BATCH = 1000
_LAST_POSITION = 2**53 - 1  # JSON's readers lose whole numbers behind it

DeliveryPageSchema = page_schema(DeliverySchema)


class DeliveryQuery(PageQuery):
    """Which deliveries. `from` and `until` ask for those with a window in the half-open time between."""

    state = fields.List(
        fields.Enum(DeliveryState, by_value=fields.String),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "Repeat it for several"},
    )
    external_id = Text(most=100, load_default=None, metadata={"description": "The merchant's own number"})
    merchant_id = fields.UUID(load_default=None, metadata={"description": "Only this merchant's"})
    from_ = Time(data_key="from", load_default=None, metadata={"description": "With a window that ends after this"})
    until = Time(load_default=None, metadata={"description": "With a window that begins before this"})

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("from_") and data.get("until") and data["until"] <= data["from_"]:
            raise ValidationError("must be later than `from`", "until")


class Unchecked(fields.Field[Any]):
    """Anything: what it means is judged one by one, so that a bad one never costs the others."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value


class BatchSchema(Schema):
    """1 to 1 000 drafts of deliveries. Each is judged by itself: the answer says what became of it."""

    deliveries = fields.List(
        Unchecked(allow_none=True, metadata={"anyOf": [{"$ref": "#/components/schemas/DeliveryDraft"}, {}]}),
        required=True,
        validate=validate.Length(min=1, max=LARGEST_BATCH),
        metadata={
            "examples": [
                [
                    {
                        "external_id": "order-1042",
                        "recipient": {"name": "Aino Virtanen", "phone": "+358401234567"},
                        "address": {"text": "Aleksanterinkatu 9, Helsinki"},
                        "parcels": [{"weight_g": 1200}],
                    }
                ]
            ]
        },
    )


class BatchItemSchema(Schema):
    """What became of one draft: a delivery, or the problem with it."""

    index = Whole(required=True)
    status = Whole(required=True, metadata={"description": "201, or the problem's", "examples": [201]})
    delivery = fields.Nested(DeliverySchema)
    problem = fields.Dict(
        keys=fields.String(), metadata={"description": "RFC 9457; its pointers are into the whole batch"}
    )


class BatchAnswerSchema(Schema):
    """What became of each draft, in their order."""

    items = fields.List(fields.Nested(BatchItemSchema), required=True)


class HistoryQuery(Query):
    """Which part of a history."""

    since = Whole(
        most=_LAST_POSITION, load_default=0, metadata={"description": "`next_since` of the answer before; 0: all"}
    )
    limit = Whole(least=1, most=500, load_default=100, metadata={"description": "How many at most"})


def title(row: FactRow) -> str:
    """Return what happened in words: the first line of what the fact says about itself."""
    return (KINDS[row.kind].__doc__ or row.kind).strip().splitlines()[0]


class HappeningSchema(Schema):
    """Something that happened to a delivery."""

    id = fields.UUID(required=True)
    position = Whole(required=True, most=_LAST_POSITION, metadata={"description": "Its place among all facts"})
    kind = fields.String(required=True, metadata={"examples": ["delivery.scheduled"]})
    title = fields.Function(title, required=True, metadata={"type": "string"})
    at = Time(required=True)
    by = fields.UUID(required=True, allow_none=True, metadata={"description": "The person, where it was one"})
    corrects = fields.UUID(required=True, allow_none=True)
    data = fields.Dict(keys=fields.String(), required=True)


class HistorySchema(Schema):
    """What happened, oldest first. Ask again with `since` = `next_since` for what happens later."""

    items = fields.List(fields.Nested(HappeningSchema), required=True)
    next_since = Whole(required=True, most=_LAST_POSITION)
