"""Points and distances. GeoJSON order, `[longitude, latitude]`, SRID 4326; metres on the sphere."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from geoalchemy2 import Geography, WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import Point as ShapelyPoint
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius


@dataclass(frozen=True)
class Point:
    """A place on Earth in degrees, WGS 84."""

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        # PostGIS silently folds longitude 1000 and latitude 95 back onto the globe.
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise ValueError(f"not on Earth: longitude {self.longitude}, latitude {self.latitude}")


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres (haversine formula)."""
    phi_a, phi_b = radians(a.latitude), radians(b.latitude)
    half = sin((phi_b - phi_a) / 2) ** 2 + cos(phi_a) * cos(phi_b) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


class PointType(TypeDecorator[Point]):
    """A `geography(Point, 4326)` column that reads and writes `Point`."""

    impl = Geography(geometry_type="POINT", srid=4326, spatial_index=False)
    cache_ok = True

    def process_bind_param(self, value: Point | None, dialect: Dialect) -> Any:
        """Turn a point into what PostGIS reads."""
        return None if value is None else from_shape(ShapelyPoint(value.longitude, value.latitude), srid=4326)

    def process_result_value(self, value: WKBElement | None, dialect: Dialect) -> Point | None:
        """Turn PostGIS's bytes into a point."""
        if value is None:
            return None
        (xy,) = to_shape(value).coords
        return Point(xy[0], xy[1])
