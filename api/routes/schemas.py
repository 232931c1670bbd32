"""What a route looks like, to a dispatcher and to the driver alike."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from marshmallow import fields, validate

from api.deliveries.schemas import ContactSchema, DeliveryAddressSchema, ParcelSchema, PromiseSchema
from api.fields import Place, Schema, Time, Whole
from deliveries.models import ProofRequirement
from pickup_points.models import PointKind
from routing.models import Outcome, Profile, StopKind, StopState

# Degrees to six places are a decimetre; more would only be bytes.
_PLACES = 6
_LINE: dict[str, Any] = {
    "type": "object",
    "description": "A GeoJSON LineString along the streets.",
    "properties": {
        "type": {"const": "LineString"},
        "coordinates": {"type": "array", "minItems": 2, "items": {"type": "array", "items": {"type": "number"}}},
    },
    "examples": [{"type": "LineString", "coordinates": [[24.9414, 60.1719], [24.9427, 60.1721]]}],
}


class Line(fields.Field[WKBElement]):
    """A GeoJSON LineString. Answers only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(dump_only=True, metadata=_LINE, **kwargs)

    def _serialize(self, value: WKBElement | None, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        coordinates = [[round(x, _PLACES), round(y, _PLACES)] for x, y in to_shape(value).coords]
        return {"type": "LineString", "coordinates": coordinates}


class RoutePointSchema(Schema):
    """The pickup point where a delivery is left, as a courier needs it."""

    id = fields.UUID(required=True)
    kind = fields.Enum(PointKind, by_value=fields.String, required=True)
    name = fields.String(required=True, metadata={"examples": ["R-kioski Kamppi"]})
    ref = fields.String(required=True, allow_none=True, metadata={"description": "The number on its wall"})
    directions = fields.String(required=True, allow_none=True, metadata={"examples": ["In the hall"]})
    opening_hours = fields.String(required=True, allow_none=True, metadata={"examples": ["Mo-Fr 08:00-20:00"]})


class DropSchema(Schema):
    """One delivery at a stop. `outcome` is null until the stop is done."""

    delivery_id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=fields.String, required=True, allow_none=True)
    withdrawn_at = Time(
        required=True, allow_none=True, metadata={"description": "Cancelled after publishing: do not bring it"}
    )
    recipient = fields.Nested(ContactSchema, required=True, attribute="delivery.recipient")
    address = fields.Nested(DeliveryAddressSchema, required=True)
    alternative_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "At which of its alternatives; null: at the delivery's own address"},
    )
    access_notes = fields.String(required=True, allow_none=True)
    pickup_point = fields.Nested(
        RoutePointSchema,
        required=True,
        allow_none=True,
        attribute="point",
        metadata={"description": "Where it is left for its recipient; null: it is brought to the door"},
    )
    parcels = fields.List(fields.Nested(ParcelSchema), required=True, attribute="delivery.parcels")
    proof_requirements = fields.List(
        fields.String(validate=validate.OneOf([*ProofRequirement])),
        required=True,
        attribute="delivery.proof_requirements",
    )
    promise = fields.Nested(PromiseSchema, required=True, allow_none=True, attribute="delivery.promise")


class FetchSchema(Schema):
    """One delivery whose parcels are fetched at a stop. `outcome` is null until the stop is done."""

    delivery_id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=fields.String, required=True, allow_none=True)
    withdrawn_at = Time(required=True, allow_none=True, metadata={"description": "Cancelled: do not fetch it"})
    address = fields.Nested(DeliveryAddressSchema, required=True, attribute="delivery.pickup.address")
    access_notes = fields.String(required=True, allow_none=True, attribute="delivery.pickup.access_notes")
    contact_name = fields.String(required=True, allow_none=True, attribute="delivery.pickup.contact_name")
    contact_phone = fields.String(required=True, allow_none=True, attribute="delivery.pickup.contact_phone")
    parcels = fields.List(fields.Nested(ParcelSchema), required=True, attribute="delivery.parcels")


class StopSchema(Schema):
    """One halt: to bring deliveries, to fetch their parcels, or to load again at the depot."""

    id = fields.UUID(required=True)
    sequence = Whole(required=True, metadata={"description": "From 1", "examples": [1]})
    place = Place(required=True)
    kind = fields.Enum(StopKind, by_value=fields.String, required=True)
    state = fields.Enum(StopState, by_value=fields.String, required=True)
    planned_arrival_at = Time(required=True, metadata={"examples": ["2026-06-15T09:12:40Z"]})
    planned_start_at = Time(required=True, metadata={"description": "Of service: after waiting for the window"})
    planned_departure_at = Time(required=True)
    service_s = Whole(required=True, metadata={"examples": [120]})
    leg_duration_s = Whole(required=True, metadata={"description": "From the stop before, or from the start"})
    leg_distance_m = Whole(required=True)
    leg_by_streets = fields.Boolean(
        required=True, metadata={"description": "False: a great-circle estimate, the streets gave no answer"}
    )
    withdrawn_at = Time(required=True, allow_none=True, metadata={"description": "Pass by: nothing is left to bring"})
    drops = fields.List(fields.Nested(DropSchema), required=True, metadata={"description": "Of a delivery stop"})
    fetches = fields.List(fields.Nested(FetchSchema), required=True, metadata={"description": "Of a pickup stop"})


class PauseSchema(Schema):
    """A break during the route, half-open."""

    starts_at = fields.String(required=True, metadata={"format": "date-time"})
    ends_at = fields.String(required=True, metadata={"format": "date-time"})


class LatestChangeSchema(Schema):
    """What was changed of the route since it was last read to the driver: by a replan, or by the driver's own wish."""

    at = fields.String(required=True, metadata={"format": "date-time"})
    plan_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: the driver's own order"})
    stops_added = fields.List(fields.UUID(), required=True)
    stops_removed = fields.List(fields.UUID(), required=True)
    order_changed = fields.Boolean(required=True)
    promises_moved = fields.List(fields.UUID(), required=True, metadata={"description": "Of these deliveries"})


class RouteVehicleSchema(Schema):
    """The vehicle of a route."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"examples": ["Cargo bicycle 3"]})
    profile = fields.Enum(Profile, by_value=fields.String, required=True)


class RouteSchema(Schema):
    """One courier's stops in one shift. Its ETag is its `version`, which rises with whatever the driver must know."""

    id = fields.UUID(required=True)
    plan_id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    driver_id = fields.UUID(required=True)
    vehicle = fields.Nested(RouteVehicleSchema, required=True)
    departs_at = Time(required=True)
    ends_at = Time(required=True)
    duration_s = Whole(required=True, metadata={"description": "From departing to the end, waiting and breaks too"})
    distance_m = Whole(required=True)
    line = Line(required=True)
    breaks = fields.List(fields.Nested(PauseSchema), required=True)
    published_at = Time(required=True, allow_none=True)
    version = Whole(required=True, metadata={"examples": [1]})
    revision = Whole(
        required=True, metadata={"description": "How often its order or its stops were changed", "examples": [0]}
    )
    latest_change = fields.Nested(LatestChangeSchema, required=True, allow_none=True)
    stops = fields.List(fields.Nested(StopSchema), required=True)
