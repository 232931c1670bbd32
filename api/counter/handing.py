"""What asking for parcels and handing them over looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.counter.schemas import KeptSchema, StaySchema, point_id
from api.fields import NOT_BLANK, Name, Schema, Text, Time, Truth
from pickup_points.counter.models import Means, Receiver
from proofs.models import CheckKind, Paper


def codes(**kwargs: Any) -> fields.List[Any]:
    """Return the field of collection codes."""
    return fields.List(
        Text(most=80, validate=NOT_BLANK),
        validate=validate.Length(max=10),
        metadata={"description": "As told, or as the QR code has them", "examples": [["12345678"]]},
        **kwargs,
    )


class LookUpSchema(Schema):
    """The codes that somebody shows."""

    point_id = point_id()
    codes = codes(required=True)


class OpenedSchema(Schema):
    """What the codes open, and what else waits for the same recipient but under another code."""

    items = fields.List(fields.Nested(KeptSchema), required=True, attribute="parcels")
    also_here = fields.List(fields.Nested(KeptSchema), required=True)


class LookSchema(Schema):
    """What was looked at. Neither a number nor a birthday is asked for, and none is kept."""

    kind = fields.Enum(CheckKind, by_value=fields.String, required=True)
    paper = fields.Enum(Paper, by_value=fields.String, required=True)
    passed = Truth(required=True, metadata={"description": "It is this person's, or says that they are old enough"})


class HandOverRequestSchema(Schema):
    """Who wants what, and what they have shown."""

    point_id = point_id()
    codes = codes(load_default=list)
    stay_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "Which parcels; with a code, all that it opens unless named"},
    )
    receiver = fields.Enum(Receiver, by_value=fields.String, load_default=Receiver.RECIPIENT)
    receiver_name = Name(
        load_default=None, allow_none=True, metadata={"description": "As the paper has it, or as the delegate says"}
    )
    looks = fields.List(fields.Nested(LookSchema), load_default=list, validate=validate.Length(max=4))
    note_delegate = Truth(
        load_default=False,
        metadata={"description": "Write down a delegate who has the code and a paper, and whom nobody named before"},
    )
    override_reason = Text(
        most=500,
        validate=NOT_BLANK,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a supervisor, in place of a code or a paper"},
    )


class HandOverSchema(Schema):
    """A hand-over, and the stays that ended with it."""

    id = fields.UUID(required=True, attribute="hand_over.id")
    point_id = fields.UUID(required=True, attribute="hand_over.point_id")
    means = fields.Enum(Means, by_value=fields.String, required=True, attribute="hand_over.means")
    receiver = fields.Enum(Receiver, by_value=fields.String, required=True, attribute="hand_over.receiver")
    receiver_name = fields.String(required=True, attribute="hand_over.receiver_name")
    reason = fields.String(required=True, allow_none=True, attribute="hand_over.reason")
    handed_at = Time(required=True, attribute="hand_over.handed_at")
    stays = fields.List(fields.Nested(StaySchema), required=True)
