"""What a courier is told of points before and at them."""

from __future__ import annotations

from marshmallow import fields

from api.fields import Place, Schema, Time, Whole
from driving.loading import LoadOutcome


class LoadPointSchema(Schema):
    """A point as a courier needs it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address_text = fields.String(required=True, allow_none=True)
    place = Place(required=True)


class LoadedSchema(Schema):
    """A delivery into a point. `redirected`: it goes to `to_point` at another stop. `held_back`: leave it here."""

    delivery_id = fields.UUID(required=True)
    stop_id = fields.UUID(required=True, metadata={"description": "Where it is brought now"})
    outcome = fields.Enum(LoadOutcome, by_value=fields.String, required=True)
    reason = fields.String(required=True, allow_none=True)
    point = fields.Nested(LoadPointSchema, required=True)
    to_point = fields.Nested(LoadPointSchema, required=True, allow_none=True)


class LoadCheckSchema(Schema):
    """What loading found, and the version of the route that holds now."""

    route_id = fields.UUID(attribute="route.id", required=True)
    route_version = Whole(attribute="route.version", required=True)
    items = fields.List(fields.Nested(LoadedSchema), required=True)


class LockerPassSchema(Schema):
    """A courier's code for one locker."""

    code = fields.String(required=True, metadata={"examples": ["0712345678"]})
    qr_text = fields.String(required=True, metadata={"description": "What to show as a QR code"})
    number = Whole(required=True, metadata={"description": "What the locker tells events with", "examples": [7]})
    valid_from = Time(required=True)
    valid_until = Time(required=True)
