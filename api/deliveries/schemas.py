"""What a delivery looks like."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import Email, Name, Phone, Place, Schema, Time, Whole, skills
from deliveries.models import DeliveryState, ParcelCodeKind, ProofRequirement


class ContactSchema(Schema):
    """Who is at the door. The telephone number with its country code; it is answered as E.164."""

    name = Name(required=True, metadata={"examples": ["Aino Virtanen"]})
    phone = Phone(allow_none=True, load_default=None)


class RecipientSchema(ContactSchema):
    """To whom. The telephone number with its country code; it is answered as E.164."""

    email = Email(allow_none=True, load_default=None, metadata={"examples": ["aino@example.org"]})


class DeliveryAddressSchema(Schema):
    """Where: the point that the courier goes to, and the address as people write it."""

    text = fields.String(required=True, metadata={"examples": ["Aleksanterinkatu 9, 00100 Helsinki"]})
    place = Place(required=True)


class WindowSchema(Schema):
    """When the recipient can receive: half-open, `starts_at` belongs to it and `ends_at` does not."""

    starts_at = Time(required=True, metadata={"examples": ["2026-06-15T12:00:00+03:00"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-06-15T14:00:00+03:00"]})


class PromiseSchema(Schema):
    """The half-open window told to the recipient."""

    from_ = Time(required=True, data_key="from", metadata={"examples": ["2026-06-15T09:40:00Z"]})
    until = Time(required=True, metadata={"examples": ["2026-06-15T10:20:00Z"]})


class ParcelSchema(Schema):
    """One label."""

    id = fields.UUID(required=True)
    code = fields.String(required=True, allow_none=True, metadata={"examples": ["340123450000000000"]})
    code_kind = fields.Enum(ParcelCodeKind, by_value=fields.String, required=True, allow_none=True)
    description = fields.String(required=True, allow_none=True)
    weight_g = Whole(required=True, metadata={"examples": [1200]})
    length_mm = Whole(required=True, allow_none=True)
    width_mm = Whole(required=True, allow_none=True)
    height_mm = Whole(required=True, allow_none=True)


class CollectsSchema(Schema):
    """What the courier takes along from the door. What is not named is nothing."""

    parcels = Whole(most=100_000, metadata={"examples": [1]})
    weight_g = Whole(metadata={"examples": [2000]})
    volume_cm3 = Whole(metadata={"examples": [9000]})


class AlternativeSchema(Schema):
    """Another place where it may go instead. `service_s` null: as long as at the delivery's own address."""

    id = fields.UUID(required=True)
    address = fields.Nested(DeliveryAddressSchema, required=True)
    windows = fields.List(fields.Nested(WindowSchema), required=True)
    service_s = Whole(required=True, allow_none=True)
    access_notes = fields.String(required=True, allow_none=True)


class PickupSchema(Schema):
    """Where the courier fetches the parcels. `service_s` null: as long as at the delivery's own address."""

    address = fields.Nested(DeliveryAddressSchema, required=True)
    windows = fields.List(fields.Nested(WindowSchema), required=True)
    service_s = Whole(required=True, allow_none=True)
    access_notes = fields.String(required=True, allow_none=True)
    contact_name = fields.String(required=True, allow_none=True)
    contact_phone = fields.String(required=True, allow_none=True)


class DeliverySchema(Schema):
    """One promise to one recipient. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    external_id = fields.String(required=True, allow_none=True, metadata={"examples": ["order-1042"]})
    merchant_id = fields.UUID(required=True)
    carrier_id = fields.UUID(required=True)
    state = fields.Enum(DeliveryState, by_value=fields.String, required=True)
    attempts = Whole(required=True, metadata={"description": "How often a courier has tried", "examples": [0]})
    recipient = fields.Nested(RecipientSchema, required=True)
    address = fields.Nested(DeliveryAddressSchema, required=True)
    zone = fields.String(
        required=True,
        metadata={"description": "IANA zone of the place: tell times in it", "examples": ["Europe/Helsinki"]},
    )
    access_notes = fields.String(required=True, allow_none=True, metadata={"examples": ["Door code 1234"]})
    pickup_point_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Where the recipient collects it; null: it comes to the door"},
    )
    windows = fields.List(fields.Nested(WindowSchema), required=True)
    parcels = fields.List(fields.Nested(ParcelSchema), required=True)
    service_s = Whole(required=True, metadata={"description": "Seconds at the door", "examples": [120]})
    penalty_s = Whole(required=True, allow_none=True)
    priority = Whole(required=True, allow_none=True, metadata={"examples": [60]})
    setup_s = Whole(required=True, allow_none=True, metadata={"description": "Parking; null: as the plan says"})
    required_skills = skills("All of them are needed", required=True)
    excluded_skills = skills("None of them may come", required=True)
    preferred_window = fields.Nested(WindowSchema, required=True, allow_none=True)
    preferred_driver_id = fields.UUID(required=True, allow_none=True)
    refused_driver_ids = fields.List(fields.UUID(), required=True)
    collects = fields.Nested(CollectsSchema, required=True)
    alternatives = fields.List(fields.Nested(AlternativeSchema), required=True)
    pickup = fields.Nested(PickupSchema, required=True, allow_none=True)
    proof_requirements = fields.List(fields.String(validate=validate.OneOf([*ProofRequirement])), required=True)
    promise = fields.Nested(PromiseSchema, required=True, allow_none=True)
    first_promise = fields.Nested(PromiseSchema, required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})
