"""The imported city, asked for and kept to: which one it is, and whether a point lies inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from geoalchemy2.shape import to_shape
from shapely import Point as ShapelyPoint
from shapely import from_wkb, prepare
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import Conflict, Invalid
from kernel.geo import Point
from places.models import City


class NoCity(Conflict):
    """No city is imported yet."""


class OutsideCity(Invalid):
    """The place lies outside the imported city."""


@dataclass(frozen=True)
class Extent:
    """A city's name, version and bounding box in degrees: west, south, east, north."""

    name: str
    zone: str
    attribution: str
    version: int
    bbox: tuple[float, float, float, float]
    coverage: BaseGeometry


@dataclass(frozen=True)
class Bounds:
    """Where deliveries may be, and the IANA zone there. Without a city: everywhere, and no zone."""

    city_name: str
    zone: str | None
    coverage: BaseGeometry | None

    def check_inside(self, point: Point) -> None:
        """Refuse a point outside the city with OutsideCity, which says so when the two numbers seem swapped."""
        if self.covers(point):
            return
        said = f"longitude {point.longitude}, latitude {point.latitude} lies outside {self.city_name}"
        if self._covers(point.latitude, point.longitude):
            raise OutsideCity(f"{said}: it looks like longitude and latitude are swapped", swapped=True)
        raise OutsideCity(said, swapped=False)

    def covers(self, point: Point) -> bool:
        """Whether deliveries may go there."""
        return self.coverage is None or self._covers(point.longitude, point.latitude)

    def _covers(self, longitude: float, latitude: float) -> bool:
        return self.coverage is not None and self.coverage.covers(ShapelyPoint(longitude, latitude))


def current_city(session: Session) -> Extent:
    """Return the imported city. NoCity when there is none."""
    city = session.scalar(select(City))
    if city is None:
        raise NoCity("no city is imported yet; `flask --app wsgi city import FILE.osm.pbf` does it")
    coverage = to_shape(city.coverage)
    west, south, east, north = coverage.bounds
    return Extent(city.name, city.zone, city.attribution, city.version, (west, south, east, north), coverage)


def edition(session: Session) -> str:
    """Return what tells one import from every other, for an ETag. NoCity when there is none."""
    row = session.execute(select(City.source_sha256, City.version)).one_or_none()
    if row is None:
        raise NoCity("no city is imported yet")
    return f"{row.source_sha256[:16]}-{row.version}"


def bounds(session: Session) -> Bounds:
    """Return where deliveries may be; ask it once for many points."""
    row = session.execute(select(City.name, City.zone, func.ST_AsBinary(City.coverage))).one_or_none()
    return Bounds("", None, None) if row is None else Bounds(row[0], row[1], _read(row[2]))


@lru_cache(maxsize=4)
def _read(wkb: bytes) -> BaseGeometry:
    """Return the shape, prepared for many points. There is one city, and many requests ask for it."""
    coverage = from_wkb(wkb)
    prepare(coverage)
    return coverage
