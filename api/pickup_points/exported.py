"""What points look like on a map: GeoJSON (RFC 7946)."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import Place, Schema


class FeatureSchema(Schema):
    """A point. `properties` has our own words, and under `osm` its tags in OpenStreetMap's."""

    type = fields.String(required=True, validate=validate.OneOf(["Feature"]))
    id = fields.UUID(required=True)
    geometry = Place(required=True)
    properties = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"examples": [{"kind": "locker", "name": "Posti 4711", "osm": {"amenity": "parcel_locker"}}]},
    )


class FeatureCollectionSchema(Schema):
    """Points on a map."""

    type = fields.String(required=True, validate=validate.OneOf(["FeatureCollection"]))
    features = fields.List(fields.Nested(FeatureSchema), required=True)
