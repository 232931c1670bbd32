"""What holds look like: what is asked for, what was kept, and what is confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.deliveries.drafts import DraftAddressSchema, DraftParcelSchema, DraftRecipientSchema
from api.fields import NOT_BLANK, PageQuery, Schema, Text, Time, Whole
from api.measures import MeasuresSchema
from api.slots.schemas import DEAREST_MINOR, SlotSchema
from deliveries.drafts import DEFAULT_SERVICE_S
from deliveries.models import ProofRequirement
from slots.admitting import Load
from slots.confirming import NewDelivery
from slots.holding import KEPT_FOR, Wish
from slots.models import HoldState

SHORTEST_S, LONGEST_S = 30, 3600


class HoldDraftSchema(Schema):
    """A place to keep in a slot. One at home needs an address in its zone."""

    slot_id = fields.UUID(required=True)
    parcels = fields.List(fields.Nested(MeasuresSchema), required=True, validate=validate.Length(min=1, max=50))
    address = fields.Nested(DraftAddressSchema, allow_none=True, load_default=None)
    merchant_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "For a dispatcher: one of the carrier's merchants"}
    )
    order_minor = Whole(
        most=DEAREST_MINOR,
        allow_none=True,
        load_default=None,
        metadata={"description": "What the basket is worth, in minor units of the slot's currency", "examples": [4590]},
    )
    service_s = Whole(
        most=7200, load_default=DEFAULT_SERVICE_S, metadata={"description": "Seconds at the door", "examples": [120]}
    )
    keep_s = Whole(
        least=SHORTEST_S,
        most=LONGEST_S,
        load_default=int(KEPT_FOR.total_seconds()),
        metadata={"description": "How long to keep it; never past the slot's start", "examples": [900]},
    )

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Wish:
        load, keep_for = Load(data.pop("parcels")), timedelta(seconds=data.pop("keep_s"))
        return Wish(load=load, keep_for=keep_for, **data)


class HoldExtensionSchema(Schema):
    """How much longer."""

    keep_s = Whole(
        least=SHORTEST_S,
        most=LONGEST_S,
        load_default=int(KEPT_FOR.total_seconds()),
        metadata={"description": "Seconds to add; never past the slot's start", "examples": [900]},
    )


class NewDeliverySchema(Schema):
    """A delivery to be made. Where and when the hold knows."""

    recipient = fields.Nested(DraftRecipientSchema, required=True)
    external_id = Text(
        most=100, allow_none=True, load_default=None, validate=NOT_BLANK, metadata={"examples": ["order-1042"]}
    )
    access_notes = Text(
        most=1000, allow_none=True, load_default=None, metadata={"examples": ["Door code 1234, third floor"]}
    )
    parcels = fields.List(
        fields.Nested(DraftParcelSchema),
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=50),
        metadata={"description": "With their labels; null: as they were held. Never more than was held for"},
    )
    proof_requirements = fields.List(
        fields.Enum(ProofRequirement, by_value=fields.String), validate=validate.Length(max=10), load_default=list
    )

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> NewDelivery:
        return NewDelivery(**data | {"proof_requirements": tuple(data["proof_requirements"])})


class ConfirmationSchema(Schema):
    """For which delivery: one to be made, or one that waits as a draft, confirmed, or after an attempt that failed."""

    delivery = fields.Nested(NewDeliverySchema, allow_none=True, load_default=None)
    delivery_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"examples": ["0197a3c2-6f0e-7cc1-9d5b-2a1f0c3e4b5d"]}
    )

    @ma.validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("delivery") is None) == (data.get("delivery_id") is None):
            raise ma.ValidationError("name a delivery to be made or the id of one, and not both", "delivery")


class HoldSchema(Schema):
    """A place in a slot: held until `expires_at`, then confirmed (a booking), lapsed, released or cancelled."""

    id = fields.UUID(required=True)
    state = fields.Enum(HoldState, by_value=fields.String, required=True)
    slot = fields.Nested(SlotSchema, required=True)
    merchant_id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True, allow_none=True)
    parcels = Whole(required=True, metadata={"examples": [1]})
    weight_g = Whole(required=True, metadata={"examples": [1200]})
    volume_cm3 = Whole(required=True, metadata={"examples": [9000]})
    price_minor = Whole(required=True, metadata={"description": "As it was offered", "examples": [490]})
    currency = fields.String(required=True, metadata={"examples": ["EUR"]})
    created_at = Time(required=True)
    expires_at = Time(required=True)
    extended_at = Time(required=True, allow_none=True)
    confirmed_at = Time(required=True, allow_none=True)
    ended_at = Time(required=True, allow_none=True)


class HoldQuery(PageQuery):
    """Which holds."""

    state = fields.Enum(HoldState, by_value=fields.String, load_default=None)
    slot_id = fields.UUID(load_default=None, metadata={"description": "Those in this slot"})
