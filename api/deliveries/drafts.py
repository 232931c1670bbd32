"""What a delivery looks like before it is one, and what of it can be changed."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.deliveries.schemas import RecipientSchema, WindowSchema
from api.fields import NOT_BLANK, Email, Name, Phone, Place, Schema, Text, Truth, Whole
from deliveries.drafts import DEFAULT_SERVICE_S, Draft, DraftAddress, DraftParcel, DraftWindow
from deliveries.models import ProofRequirement, Recipient

LONGEST_SERVICE_S = 7200
DEAREST_S = 604_800  # leaving one out never costs more than a week of a courier's time


class DraftRecipientSchema(RecipientSchema):
    """To whom. The telephone number with its country code."""

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Recipient:
        return Recipient(**data)


class DraftAddressSchema(Schema):
    """Where: a text that is looked up in the imported city, a place, or both; then the place counts."""

    text = Text(
        most=300,
        allow_none=True,
        load_default=None,
        validate=NOT_BLANK,
        metadata={"examples": ["Aleksanterinkatu 9 B 12, Helsinki"]},
    )
    place = Place(allow_none=True, load_default=None)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DraftAddress:
        return DraftAddress(**data)


class DraftWindowSchema(WindowSchema):
    """When the recipient can receive: half-open, `starts_at` belongs to it and `ends_at` does not."""

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DraftWindow:
        return DraftWindow(**data)


def _side() -> Whole:
    return Whole(least=1, most=10_000, allow_none=True, load_default=None, metadata={"examples": [300]})


class DraftParcelSchema(Schema):
    """One label. The code is an SSCC (with or without its application identifier) or an S10 number."""

    weight_g = Whole(least=1, most=1_000_000, required=True, metadata={"examples": [1200]})
    length_mm = _side()
    width_mm = _side()
    height_mm = _side()
    code = Text(most=40, allow_none=True, load_default=None, metadata={"examples": ["(00)340123450000000000"]})
    description = Text(most=200, allow_none=True, load_default=None, metadata={"examples": ["Two books"]})

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DraftParcel:
        return DraftParcel(**data)


def _external_id(**kwargs: Any) -> Text:
    return Text(
        most=100,
        allow_none=True,
        validate=NOT_BLANK,
        metadata={"description": "The merchant's own number, unique with that merchant", "examples": ["order-1042"]},
        **kwargs,
    )


def _access_notes(**kwargs: Any) -> Text:
    return Text(
        most=1000,
        allow_none=True,
        metadata={"description": "For the courier", "examples": ["Door code 1234, third floor"]},
        **kwargs,
    )


def _windows(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(DraftWindowSchema),
        validate=validate.Length(max=10),
        metadata={"description": "None: any time will do"},
        **kwargs,
    )


def _parcels(**kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(DraftParcelSchema), validate=validate.Length(min=1, max=50), **kwargs)


def _service_s(**kwargs: Any) -> Whole:
    return Whole(most=LONGEST_SERVICE_S, metadata={"description": "Seconds at the door", "examples": [120]}, **kwargs)


def _penalty_s(**kwargs: Any) -> Whole:
    about = "What leaving it out of a plan may cost, in seconds of a courier's time; none: it must go"
    return Whole(most=DEAREST_S, allow_none=True, metadata={"description": about, "examples": [3600]}, **kwargs)


def _proof_requirements(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Enum(ProofRequirement, by_value=fields.String),
        validate=validate.Length(max=10),
        metadata={"description": "Evidence without which it cannot be completed", "examples": [["photo"]]},
        **kwargs,
    )


class DeliveryDraftSchema(Schema):
    """What a merchant asks for. A draft is not planned before it is confirmed."""

    external_id = _external_id(load_default=None)
    merchant_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "For a dispatcher: one of the carrier's merchants"}
    )
    recipient = fields.Nested(DraftRecipientSchema, required=True)
    address = fields.Nested(DraftAddressSchema, required=True)
    access_notes = _access_notes(load_default=None)
    windows = _windows(load_default=list)
    parcels = _parcels(required=True)
    service_s = _service_s(load_default=DEFAULT_SERVICE_S)
    penalty_s = _penalty_s(load_default=None)
    proof_requirements = _proof_requirements(load_default=list)
    draft = Truth(load_default=False)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Draft:
        for name in ("windows", "parcels", "proof_requirements"):
            data[name] = tuple(data[name])
        return Draft(**data)


class RecipientChangeSchema(Schema):
    """What is not named stays."""

    name = Name(metadata={"examples": ["Aino Virtanen"]})
    phone = Phone(allow_none=True)
    email = Email(allow_none=True, metadata={"examples": ["aino@example.org"]})


class DeliveryChangeSchema(Schema):
    """What is not named stays; windows and parcels are replaced whole.

    Once a published plan takes the delivery, only `external_id`, `recipient`, `access_notes` and
    `proof_requirements` can be changed.
    """

    external_id = _external_id()
    recipient = fields.Nested(RecipientChangeSchema)
    address = fields.Nested(DraftAddressSchema)
    access_notes = _access_notes()
    windows = _windows()
    parcels = _parcels()
    service_s = _service_s()
    penalty_s = _penalty_s()
    proof_requirements = _proof_requirements()
