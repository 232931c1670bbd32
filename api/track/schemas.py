"""What the recipient's link looks like, and what it shows."""

from __future__ import annotations

from marshmallow import fields

from api.deliveries.schemas import PromiseSchema
from api.fields import Place, Schema, Time, Whole
from deliveries.models import DeliveryState
from routing.models import Outcome
from tracking.models import ArrivalSource


class NewLinkSchema(Schema):
    """How long the link shall work: by default until a week after the last window, at most 90 days."""

    expires_at = Time()


class LinkSchema(Schema):
    """A link. The token is told this once and cannot be read again."""

    id = fields.UUID(required=True)
    token = fields.String(required=True, metadata={"examples": ["Zk3q2-7wEXAMPLE"]})
    url = fields.URL(required=True, require_tld=False)
    expires_at = Time(required=True)


class ArrivalSchema(Schema):
    """When the courier will be there: a range, never in the past. `stops_before` 0: you are next."""

    expected_at = Time(required=True)
    earliest_at = Time(required=True)
    latest_at = Time(required=True)
    stops_before = Whole(required=True, metadata={"examples": [3]})
    source = fields.Enum(ArrivalSource, by_value=fields.String, required=True)


class ReadyParcelsSchema(Schema):
    """Where your parcels wait, and the code that opens: at a counter it is asked for, at a locker you type it."""

    point_name = fields.String(required=True, metadata={"examples": ["Locker Kamppi"]})
    address_text = fields.String(required=True, allow_none=True)
    place = Place(required=True)
    directions = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, metadata={"examples": ["712345678"]})
    qr_text = fields.String(required=True, metadata={"description": "What to show as a QR code"})
    collect_until = Time(required=True)
    parcels = Whole(required=True, metadata={"examples": [1]})
    doors = fields.List(fields.String(), required=True, metadata={"description": "Of a locker", "examples": [["12"]]})


class TrackedSchema(Schema):
    """What the recipient may see now. Once the delivery has ended, only how."""

    state = fields.Enum(DeliveryState, by_value=fields.String, required=True)
    address_hint = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Street and number alone", "examples": ["Mannerheimintie 12"]},
    )
    zone = fields.String(required=True, metadata={"description": "IANA zone to tell the times in"})
    promise = fields.Nested(PromiseSchema, required=True, allow_none=True)
    first_promise = fields.Nested(PromiseSchema, required=True, allow_none=True)
    arrival = fields.Nested(ArrivalSchema, required=True, allow_none=True)
    arrived_at = Time(required=True, allow_none=True, metadata={"description": "The courier is at the door since"})
    courier_position = Place(
        required=True, allow_none=True, metadata={"description": "Only while the courier is on the way to you"}
    )
    outcome = fields.Enum(Outcome, by_value=fields.String, required=True, allow_none=True)
    collection = fields.Nested(ReadyParcelsSchema, required=True, allow_none=True)
    attribution = fields.String(required=True)
