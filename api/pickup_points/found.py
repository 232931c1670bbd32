"""What is asked of a search for points, and what it answers."""

from __future__ import annotations

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.fields import PageQuery, Schema, Text, Time, Truth, Whole
from api.pickup_points.schemas import PointSchema
from api.places.schemas import LongitudeLatitude
from pickup_points.models import PointKind, PointService
from pickup_points.points.wanted import Box
from pickup_points.room.packing import Measures

WIDEST_RADIUS_M = 200_000
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})x(\d{1,5})(?:,(\d{1,7}))?", re.ASCII)


class BoxField(fields.String):
    """A part of the map in a query string: `west,south,east,north` in degrees."""

    def __init__(self, **kwargs: Any) -> None:
        about = "`west,south,east,north` in degrees; west above east: across the antimeridian"
        super().__init__(metadata={"description": about, "examples": ["24.90,60.15,24.98,60.19"]}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            west, south, east, north = map(float, text.split(","))
        except ValueError:
            raise ma.ValidationError("must be west,south,east,north in degrees, such as 24.9,60.1,25.0,60.2") from None
        return Box(west, south, east, north)


class SizeField(fields.String):
    """A parcel in a query string: `LENGTHxWIDTHxHEIGHT,GRAMS`, in millimetres, of which the weight may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        about = "Millimetres `LENGTHxWIDTHxHEIGHT`, and `,GRAMS` if the weight counts: only those it goes into"
        super().__init__(metadata={"description": about, "examples": ["400x300x200,5000"]}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = _SIZE.fullmatch(super()._deserialize(value, attr, data, **kwargs))
        if found is None:
            raise ma.ValidationError("must be LENGTHxWIDTHxHEIGHT,GRAMS, such as 400x300x200,5000")
        length, width, height, weight = (int(each or 0) for each in found.groups())
        if 0 in (length, width, height):
            raise ma.ValidationError("must have sides of at least a millimetre")
        return Measures(length, width, height, weight)


class PointQuery(PageQuery):
    """Which points."""

    near = LongitudeLatitude(load_default=None)
    radius_m = Whole(
        least=1,
        most=WIDEST_RADIUS_M,
        load_default=None,
        metadata={"description": "With `near`: not farther than this", "examples": [2000]},
    )
    box = BoxField(load_default=None)
    kind = fields.List(
        fields.Enum(PointKind, by_value=fields.String),
        load_default=list,
        validate=validate.Length(max=10),
        metadata={"description": "Repeat it for several"},
    )
    service = fields.List(
        fields.Enum(PointService, by_value=fields.String),
        load_default=list,
        validate=validate.Length(max=10),
        metadata={"description": "Repeat it for several: points that have all of them"},
    )
    open_now = Truth(load_default=False, metadata={"description": "Only those that say that they are open"})
    open_at = Time(load_default=None, metadata={"description": "Only those that say that they are open then"})
    step_free = Truth(load_default=False, metadata={"description": "Only those that a wheelchair gets to"})
    external_id = Text(most=100, load_default=None, metadata={"description": "As whoever runs it calls it"})
    fits = SizeField(load_default=None)
    hide_full = Truth(
        load_default=False,
        metadata={"description": "Only those with room for as long as a parcel may stay; with `fits`, for that one"},
    )

    @ma.validates_schema
    def _makes_sense(self, query: dict[str, Any], **_: Any) -> None:
        if query.get("radius_m") is not None and query.get("near") is None:
            raise ma.ValidationError("needs a place: `near`", "radius_m")
        if query.get("open_now") and query.get("open_at") is not None:
            raise ma.ValidationError("cannot go with open_now: give one of the two", "open_at")


class OpenSpanSchema(Schema):
    """A half-open time of one day."""

    opens_at = Time(required=True)
    closes_at = Time(required=True)


class DaySchema(Schema):
    """A day in the zone of the point."""

    date = fields.Date(required=True)
    public_holiday = Truth(required=True)
    spans = fields.List(fields.Nested(OpenSpanSchema), required=True)


class OpeningSchema(Schema):
    """When it is open, closures and public holidays heeded. Not `known`: nobody says, and the rest is null."""

    known = Truth(required=True)
    open_now = Truth(required=True, allow_none=True)
    next_opening_at = Time(
        required=True, allow_none=True, metadata={"description": "After now; null as well when it never closes"}
    )
    week = fields.List(
        fields.Nested(DaySchema), required=True, metadata={"description": "Seven days, from its today on"}
    )


class SizeRoomSchema(Schema):
    """The doors of one size: how many work, and how many of those are free."""

    size = fields.String(required=True, metadata={"examples": ["M"]})
    sides_mm = fields.List(
        Whole(),
        required=True,
        attribute="space.sides",
        metadata={"description": "Inside", "examples": [[640, 380, 190]]},
    )
    most_weight_g = Whole(required=True, allow_none=True, attribute="space.most_weight_g")
    working = Whole(required=True)
    free = Whole(required=True)


class RoomSchema(Schema):
    """What it has room for from now on for as long as a parcel may stay: doors, or places of a counter that counts."""

    is_full = fields.Boolean(required=True)
    free = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Free doors by size", "examples": [{"S": 4, "M": 0}]},
    )
    sizes = fields.List(fields.Nested(SizeRoomSchema), required=True)
    most_parcels = Whole(required=True, allow_none=True)
    free_places = Whole(required=True, allow_none=True)


class FoundPointSchema(PointSchema):
    """A point: how far it is, when it is open and how much room it has."""

    distance_m = fields.Float(
        required=True, allow_none=True, metadata={"description": "From `near`", "examples": [412.7]}
    )
    opening = fields.Nested(OpeningSchema, required=True)
    room = fields.Nested(RoomSchema, required=True)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Return the attribute of what was found, or of the point itself."""
        return super().get_attribute(obj if hasattr(obj, attr) else obj.point, attr, default)


class PointWithAlternativesSchema(FoundPointSchema):
    """A point, and the nearest around it of which a greater share is free."""

    alternatives = fields.List(fields.Nested(FoundPointSchema), required=True)


class FoundPointsSchema(Schema):
    """Some of the points: with `near` the nearest first, else the newest. A page may be short with more to come."""

    items = fields.List(fields.Nested(FoundPointSchema), required=True)
    next_cursor = fields.UUID(required=True, allow_none=True)
