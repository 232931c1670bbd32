"""What a delivery looks like before it is one, and what of it can be changed."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.deliveries.schemas import CollectsSchema, RecipientSchema, WindowSchema
from api.fields import NOT_BLANK, Email, Name, Phone, Place, Schema, Text, Truth, Whole, skills
from deliveries.drafts import DEFAULT_SERVICE_S, Draft, DraftAddress, DraftAlternative, DraftParcel, DraftPickup
from deliveries.models import ProofRequirement, Recipient, Window

LONGEST_SERVICE_S = 7200
LONGEST_SETUP_S = 3600
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
    def _made(self, data: dict[str, Any], **_: Any) -> Window:
        return Window(**data)


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


def _priority(**kwargs: Any) -> Whole:
    about = "The same as `penalty_s`, as 0 to 100: ten minutes at 0, twice as much each ten steps, a week at 100"
    return Whole(most=100, allow_none=True, metadata={"description": about, "examples": [60]}, **kwargs)


def _setup_s(**kwargs: Any) -> Whole:
    about = "Seconds to park, paid once for several doors at one place; none: as the plan says"
    metadata = {"description": about, "examples": [180]}
    return Whole(most=LONGEST_SETUP_S, allow_none=True, metadata=metadata, **kwargs)


def _preferred_window(**kwargs: Any) -> fields.Nested:
    about = "When it would better come: at any other time it costs the plan, but nothing is refused"
    return fields.Nested(DraftWindowSchema, allow_none=True, metadata={"description": about}, **kwargs)


def _preferred_driver_id(**kwargs: Any) -> fields.UUID:
    return fields.UUID(allow_none=True, metadata={"description": "Any other driver costs the plan"}, **kwargs)


def _refused_driver_ids(**kwargs: Any) -> fields.List[Any]:
    about = {"description": "Drivers who must not bring it"}
    return fields.List(fields.UUID(), validate=validate.Length(max=50), metadata=about, **kwargs)


def _collects(**kwargs: Any) -> fields.Nested:
    return fields.Nested(CollectsSchema, metadata={"description": "What the courier takes along"}, **kwargs)


class DraftAlternativeSchema(Schema):
    """Another place where it may go instead, with windows of its own; one of all is chosen."""

    address = fields.Nested(DraftAddressSchema, required=True)
    windows = _windows(load_default=list)
    service_s = Whole(
        most=LONGEST_SERVICE_S,
        allow_none=True,
        load_default=None,
        metadata={"description": "Seconds there; none: as at the delivery's own address", "examples": [60]},
    )
    access_notes = _access_notes(load_default=None)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DraftAlternative:
        return DraftAlternative(**data | {"windows": tuple(data["windows"])})


def _alternatives(**kwargs: Any) -> fields.List[Any]:
    about = {"description": "Other places where it may go instead: home by day, a locker by night"}
    each = fields.Nested(DraftAlternativeSchema)
    return fields.List(each, validate=validate.Length(max=5), metadata=about, **kwargs)


class DraftPickupSchema(DraftAlternativeSchema):
    """Where the courier fetches the parcels; without it they are loaded at the depot."""

    contact_name = Name(load_default=None, allow_none=True, metadata={"examples": ["Leipomo Aino"]})
    contact_phone = Phone(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> DraftPickup:
        return DraftPickup(**data | {"windows": tuple(data["windows"])})


def _pickup(**kwargs: Any) -> fields.Nested:
    about = "Where the courier fetches the parcels, on the same round; none: they are loaded at the depot"
    return fields.Nested(DraftPickupSchema, allow_none=True, metadata={"description": about}, **kwargs)


def _proof_requirements(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Enum(ProofRequirement, by_value=fields.String),
        validate=validate.Length(max=10),
        metadata={"description": "Evidence without which it cannot be completed", "examples": [["photo"]]},
        **kwargs,
    )


_LISTS = (
    "windows",
    "parcels",
    "proof_requirements",
    "required_skills",
    "excluded_skills",
    "refused_driver_ids",
    "alternatives",
)


class DeliveryDraftSchema(Schema):
    """What a merchant asks for. A draft is not planned before it is confirmed."""

    external_id = _external_id(load_default=None)
    merchant_id = fields.UUID(
        allow_none=True, load_default=None, metadata={"description": "For a dispatcher: one of the carrier's merchants"}
    )
    recipient = fields.Nested(DraftRecipientSchema, required=True)
    address = fields.Nested(
        DraftAddressSchema, allow_none=True, load_default=None, metadata={"description": "Where it is brought"}
    )
    pickup_point_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "Instead of an address: where the recipient collects it; who has a phone or an email"},
    )
    access_notes = _access_notes(load_default=None)
    windows = _windows(load_default=list)
    parcels = _parcels(required=True)
    service_s = _service_s(load_default=DEFAULT_SERVICE_S)
    penalty_s = _penalty_s(load_default=None)
    priority = _priority(load_default=None)
    setup_s = _setup_s(load_default=None)
    required_skills = skills("All of them are needed", load_default=list)
    excluded_skills = skills("None of them may come", load_default=list)
    preferred_window = _preferred_window(load_default=None)
    preferred_driver_id = _preferred_driver_id(load_default=None)
    refused_driver_ids = _refused_driver_ids(load_default=list)
    collects = _collects(load_default=dict)
    alternatives = _alternatives(load_default=list)
    pickup = _pickup(load_default=None)
    proof_requirements = _proof_requirements(load_default=list)
    draft = Truth(load_default=False)

    @validates_schema
    def _goes_somewhere(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("address") is None) == (data.get("pickup_point_id") is None):
            raise ValidationError("give an address or a pickup_point_id, and not both", "address")

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Draft:
        data["address"] = data["address"] or DraftAddress()
        for name in _LISTS:
            data[name] = tuple(data[name])
        return Draft(**data)


class RecipientChangeSchema(Schema):
    """What is not named stays."""

    name = Name(metadata={"examples": ["Aino Virtanen"]})
    phone = Phone(allow_none=True)
    email = Email(allow_none=True, metadata={"examples": ["aino@example.org"]})


class DeliveryChangeSchema(Schema):
    """What is not named stays; lists are replaced whole, and `penalty_s` and `priority` take each other's place.

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
    priority = _priority()
    setup_s = _setup_s()
    required_skills = skills("All of them are needed")
    excluded_skills = skills("None of them may come")
    preferred_window = _preferred_window()
    preferred_driver_id = _preferred_driver_id()
    refused_driver_ids = _refused_driver_ids()
    collects = _collects()
    alternatives = _alternatives()
    pickup = _pickup()
    proof_requirements = _proof_requirements()
