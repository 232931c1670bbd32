"""What a zone looks like."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.fields import ChangeSchema, Name, PageQuery, Real, Schema, Text, Time, Truth, Whole
from kernel.geo import Point
from places.areas import written

_NAME: dict[str, Any] = {"examples": ["Kallio"]}
_RING = [[24.94, 60.17], [24.96, 60.17], [24.96, 60.18], [24.94, 60.18], [24.94, 60.17]]
_AREA: dict[str, Any] = {
    "description": "GeoJSON Polygon or MultiPolygon, [longitude, latitude]; rings may run either way",
    "examples": [{"type": "Polygon", "coordinates": [_RING]}],
}


class Area(fields.Dict):
    """A GeoJSON area. What is wrong with it is said by `places.areas`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=fields.String(), metadata=_AREA, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any]:
        return written(value)


class ZoneDraftSchema(Schema):
    """An area to serve."""

    name = Name(required=True, metadata=_NAME)
    time_zone = Text(
        most=64,
        required=True,
        metadata={"description": "IANA: its slots' local times are in it", "examples": ["Europe/Helsinki"]},
    )
    area = Area(required=True)


class ZoneChangeSchema(ChangeSchema):
    """What to change; the rest stays."""

    name = Name(metadata=_NAME)
    area = Area()


class ZoneSchema(Schema):
    """An area that a carrier serves. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=_NAME)
    time_zone = fields.String(required=True, metadata={"examples": ["Europe/Helsinki"]})
    area = Area(required=True)
    retired_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class ZoneQuery(PageQuery):
    """Which zones."""

    longitude = Real(least=-180, most=180, load_default=None, metadata={"description": "Those around this place"})
    latitude = Real(least=-90, most=90, load_default=None, metadata={"description": "Those around this place"})
    retired = Truth(load_default=False, metadata={"description": "The retired ones too"})

    @ma.validates_schema
    def _whole_place(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("longitude") is None) != (data.get("latitude") is None):
            raise ma.ValidationError("a place has both", "longitude" if data.get("longitude") is None else "latitude")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        longitude, latitude = data.pop("longitude"), data.pop("latitude")
        return data | {"around": None if longitude is None else Point(longitude, latitude)}
