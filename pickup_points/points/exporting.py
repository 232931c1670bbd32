"""Points as GeoJSON (RFC 7946), each with its tags in OpenStreetMap's words beside our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pickup_points.models import PickupPoint
from pickup_points.points.osm_tags import tags_of

_OURS = (
    "external_id",
    "kind",
    "name",
    "brand",
    "operator",
    "ref",
    "address_text",
    "zone",
    "country",
    "directions",
    "opening_hours",
    "step_free",
    "services",
)


def feature_collection(points: Sequence[PickupPoint]) -> dict[str, Any]:
    """Return the points as a FeatureCollection; `osm` of a feature's properties are its tags."""
    return {"type": "FeatureCollection", "features": [_feature(point) for point in points]}


def _feature(point: PickupPoint) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": str(point.id),
        "geometry": {"type": "Point", "coordinates": [point.place.longitude, point.place.latitude]},
        "properties": {name: getattr(point, name) for name in _OURS} | {"osm": tags_of(point)},
    }
