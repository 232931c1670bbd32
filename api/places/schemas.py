"""What places look like."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.fields import Place, Query, Schema, Text, Whole
from kernel.geo import Point
from places.models import ATTRIBUTION


class LongitudeLatitude(fields.String):
    """A point in a query string: `longitude,latitude` in degrees."""

    # Not `Text`: its bounds on the length would be asked of the point.
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            metadata={"description": "`longitude,latitude` in degrees", "examples": ["24.9414,60.1719"]}, **kwargs
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            longitude, latitude = map(float, text.split(","))
            return Point(longitude, latitude)
        except ValueError:
            raise ma.ValidationError("must be longitude,latitude in degrees, such as 24.9414,60.1719") from None


class AddressQuery(Query):
    """What is looked for: words, a place, or words near a place."""

    q = Text(load_default=None, most=200, metadata={"description": "What was typed", "examples": ["manerheimintie 12"]})
    near = LongitudeLatitude(load_default=None)
    limit = Whole(least=1, most=50, load_default=10, metadata={"description": "How many at most"})

    @ma.validates_schema
    def _looks_for_something(self, query: dict[str, Any], **_: Any) -> None:
        if query["q"] is None and query["near"] is None:
            raise ma.ValidationError("give words, or a place with `near`", "q")


class FoundAddressSchema(Schema):
    """One house on one street."""

    text = fields.String(required=True, metadata={"examples": ["Mannerheimintie 12, 00100 Helsinki"]})
    street = fields.String(required=True)
    house_number = fields.String(required=True)
    postcode = fields.String(required=True, allow_none=True)
    city_name = fields.String(required=True, allow_none=True)
    place = Place(required=True)


class AddressesSchema(Schema):
    """Addresses, best first."""

    items = fields.List(fields.Nested(FoundAddressSchema), required=True)
    attribution = fields.Constant(ATTRIBUTION, required=True)


class CitySchema(Schema):
    """The imported city. `bbox` is west, south, east, north in degrees."""

    name = fields.String(required=True)
    zone = fields.String(required=True, metadata={"description": "IANA time zone", "examples": ["Europe/Helsinki"]})
    bbox = fields.List(fields.Float(), required=True)
    tiles = fields.Constant("/v1/tiles/{z}/{x}/{y}.mvt", required=True)
    attribution = fields.String(required=True)
