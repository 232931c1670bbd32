"""What delivery options look like: what is asked, what is offered, what cannot be had."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
from marshmallow import fields, validate

from api.deliveries.drafts import DraftAddressSchema
from api.fields import Place, Schema, Time, Truth, Whole
from api.measures import MeasuresSchema
from api.slots.schemas import DEAREST_MINOR, Day
from deliveries.drafts import DEFAULT_SERVICE_S
from pickup_points.models import PickupPoint, PointKind
from slots.admitting import Load
from slots.models import Slot
from slots.offered import Asked, Feasibility, Ineligible, Kind, Offered, Option, Reason

MOST_DAYS, MOST_POINTS = 14, 20
_DOOR_M = 10


class OptionsQuestionSchema(Schema):
    """A basket, where it is to go, and when. Nothing is kept: a hold keeps a place."""

    address = fields.Nested(DraftAddressSchema, required=True)
    parcels = fields.List(fields.Nested(MeasuresSchema), required=True, validate=validate.Length(min=1, max=50))
    from_date = Day(required=True, metadata={"description": "The first local day", "examples": ["2026-06-16"]})
    days = Whole(least=1, most=MOST_DAYS, load_default=7, metadata={"description": "How many", "examples": [7]})
    kinds = fields.List(
        fields.Enum(Kind, by_value=fields.String),
        load_default=list,
        validate=validate.Length(max=len(Kind)),
        metadata={"description": "Only these; empty: all"},
    )
    only_eco = Truth(load_default=False, metadata={"description": "Only the options that emit least"})
    most_points = Whole(
        most=MOST_POINTS,
        load_default=10,
        metadata={"description": "So many of the nearest pickup points", "examples": [10]},
    )
    order_minor = Whole(
        most=DEAREST_MINOR,
        allow_none=True,
        load_default=None,
        metadata={"description": "What the basket is worth, in minor units of the slots' currency", "examples": [4590]},
    )
    service_s = Whole(
        most=7200, load_default=DEFAULT_SERVICE_S, metadata={"description": "Seconds at the door", "examples": [120]}
    )

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Asked:
        return Asked(load=Load(data.pop("parcels")), **data)


class OfferedWindowSchema(Schema):
    """Half-open, in UTC and as the clocks show it there."""

    starts_at = Time(required=True, metadata={"examples": ["2026-06-16T13:00:00Z"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-06-16T15:00:00Z"]})
    starts_at_local = fields.String(required=True, metadata={"examples": ["2026-06-16T16:00:00+03:00"]})
    ends_at_local = fields.String(required=True, metadata={"examples": ["2026-06-16T18:00:00+03:00"]})
    zone = fields.String(required=True, metadata={"description": "IANA", "examples": ["Europe/Helsinki"]})


class OfferedPointSchema(Schema):
    """The pickup point of an option."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"examples": ["R-kioski Kamppi"]})
    kind = fields.Enum(PointKind, by_value=fields.String, required=True)
    address = fields.String(required=True, allow_none=True)
    place = Place(required=True)
    distance_m = Whole(required=True, allow_none=True, metadata={"description": "As the crow flies"})


class OptionSchema(Schema):
    """Something that can be chosen: hold its `slot_id`. What it adds is what the routes would drive more."""

    kind = fields.Enum(Kind, by_value=fields.String, required=True)
    slot_id = fields.UUID(required=True)
    point = fields.Nested(OfferedPointSchema, required=True, allow_none=True)
    price_minor = Whole(
        required=True, metadata={"description": "In minor units, discount taken off", "examples": [392]}
    )
    full_price_minor = Whole(required=True, metadata={"description": "The slot's own price", "examples": [490]})
    currency = fields.String(required=True, metadata={"examples": ["EUR"]})
    promise = fields.Nested(
        OfferedWindowSchema,
        required=True,
        metadata={"description": "When the courier comes; at a point, when it can be collected"},
    )
    cut_off_at = Time(required=True, metadata={"description": "Until when it can be had"})
    cut_off_at_local = fields.String(required=True)
    feasibility = fields.Enum(
        Feasibility,
        by_value=fields.String,
        required=True,
        metadata={"description": "`routes`: a courier has room; `capacity`: nobody is laid out yet, the count decides"},
    )
    added_m = Whole(required=True, allow_none=True, metadata={"examples": [420]})
    added_s = Whole(required=True, allow_none=True, metadata={"examples": [210]})
    co2e_g = Whole(
        required=True,
        allow_none=True,
        metadata={
            "description": "Grams of CO2 equivalent that the added metres emit, well to wheel",
            "examples": [136],
        },
    )
    eco = Truth(required=True, metadata={"description": "Among those that emit least"})
    because = fields.String(
        required=True,
        allow_none=True,
        metadata={"examples": ["a courier stops 400 m away at that time anyway"]},
    )


class IneligibleSchema(Schema):
    """What cannot be had, and why."""

    reason = fields.Enum(Reason, by_value=fields.String, required=True)
    kind = fields.Enum(Kind, by_value=fields.String, required=True, allow_none=True)
    slot_id = fields.UUID(required=True, allow_none=True)
    point = fields.Nested(OfferedPointSchema, required=True, allow_none=True)
    starts_at = Time(required=True, allow_none=True)
    ends_at = Time(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)


class OptionsSchema(Schema):
    """Everything for one basket and address: cheapest first, of one price that which emits least."""

    options = fields.List(fields.Nested(OptionSchema), required=True)
    ineligible = fields.List(fields.Nested(IneligibleSchema), required=True)
    zone = fields.String(
        required=True, metadata={"description": "IANA, of the address", "examples": ["Europe/Helsinki"]}
    )
    expires_at = Time(required=True, metadata={"description": "Ask again after this"})


def answered(offered: Offered) -> dict[str, Any]:
    """Return the answer as its schema writes it."""
    return {
        "options": [_option(each) for each in offered.options],
        "ineligible": [_ineligible(each) for each in offered.ineligible],
        "zone": offered.zone,
        "expires_at": offered.expires_at,
    }


def _option(option: Option) -> dict[str, Any]:
    slot = option.slot
    local = ZoneInfo(slot.time_zone)
    return {
        "kind": option.kind,
        "slot_id": slot.id,
        "point": _point(option.point, option.distance_m),
        "price_minor": option.price_minor,
        "full_price_minor": slot.price_minor,
        "currency": slot.currency,
        "promise": _window(slot, local),
        "cut_off_at": slot.closes_at,
        "cut_off_at_local": _local(slot.closes_at, local),
        "feasibility": option.feasibility,
        "added_m": option.added_m,
        "added_s": option.added_s,
        "co2e_g": option.co2e_g,
        "eco": option.eco,
        "because": _because(option),
    }


def _because(option: Option) -> str | None:
    """Return what makes it cheap, where something does."""
    if option.near_m is None or option.price_minor == option.slot.price_minor:
        return None
    if option.near_m <= _DOOR_M:
        return "a courier stops here at that time anyway"
    return f"a courier stops {option.near_m} m away at that time anyway"


def _ineligible(each: Ineligible) -> dict[str, Any]:
    slot = each.slot
    return {
        "reason": each.reason,
        "kind": each.kind,
        "slot_id": slot and slot.id,
        "point": _point(each.point, None),
        "starts_at": each.starts_at or (slot and slot.starts_at),
        "ends_at": each.ends_at or (slot and slot.ends_at),
        "detail": each.detail,
    }


def _point(point: PickupPoint | None, distance_m: float | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "id": point.id,
        "name": point.name,
        "kind": point.kind,
        "address": point.address_text,
        "place": point.place,
        "distance_m": None if distance_m is None else round(distance_m),
    }


def _window(slot: Slot, local: ZoneInfo) -> dict[str, Any]:
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "starts_at_local": _local(slot.starts_at, local),
        "ends_at_local": _local(slot.ends_at, local),
        "zone": slot.time_zone,
    }


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()
