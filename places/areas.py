"""Reading an area drawn on a map: GeoJSON as RFC 7946 has it, of which nothing is left to guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, Polygon, is_valid_reason
from shapely.geometry import mapping
from shapely.geometry.polygon import orient

from kernel.errors import FieldError, Invalid

MOST_POLYGONS = 100
MOST_POSITIONS = 10_000
_WHERE = re.compile(r"(?P<fault>[^[]+)\[(?P<x>\S+) (?P<y>\S+)\]")


class AreaInvalid(Invalid):
    """The area is no Polygon or MultiPolygon that encloses something without crossing itself."""


def read_area(drawn: Mapping[str, Any]) -> WKBElement:
    """Return the area; its outer rings run anticlockwise, its holes clockwise, whichever way they were drawn.

    AreaInvalid, with the place where it crosses itself. SRID 4326.
    """
    rings = _rings(drawn)
    positions = sum(len(ring) for polygon in rings for ring in polygon)
    if len(rings) > MOST_POLYGONS or positions > MOST_POSITIONS:
        most = f"{MOST_POLYGONS} polygons and {MOST_POSITIONS} positions are the most"
        raise _invalid("", f"{len(rings)} polygons with {positions} positions; {most}")
    area = MultiPolygon([orient(Polygon(polygon[0], polygon[1:])) for polygon in rings])
    _check(area)
    return from_shape(area, srid=4326)


def written(area: WKBElement) -> dict[str, Any]:
    """Return the area as GeoJSON: a Polygon where one is enough."""
    shape = to_shape(area)
    parts = list(getattr(shape, "geoms", [shape]))
    return dict(mapping(parts[0] if len(parts) == 1 else shape))


def _check(area: MultiPolygon) -> None:
    reason = is_valid_reason(area)
    if reason != "Valid Geometry":
        where = _WHERE.match(reason)
        if where is None:
            raise _invalid("", reason)
        x, y = float(where["x"]), float(where["y"])
        at = {"type": "Point", "coordinates": [x, y]}
        raise _invalid("", f"{where['fault']} at longitude {x:.6f}, latitude {y:.6f}", at=at)
    if area.area == 0:
        raise _invalid("", "encloses nothing")


def _invalid(pointer: str, detail: str, **facts: Any) -> AreaInvalid:
    return AreaInvalid(detail, errors=[FieldError(f"/area{pointer}", detail)], **facts)


type _Ring = list[tuple[float, float]]


def _rings(drawn: Mapping[str, Any]) -> list[list[_Ring]]:
    kind, coordinates = drawn.get("type"), drawn.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or set(drawn) - {"type", "coordinates", "bbox"}:
        raise _invalid("", "is a GeoJSON Polygon or MultiPolygon, with `type` and `coordinates` and nothing else")
    if kind == "Polygon":
        return [_polygon(coordinates, "/coordinates")]
    return [_polygon(part, pointer) for part, pointer in _items(coordinates, "/coordinates", "polygons")]


def _polygon(coordinates: Any, pointer: str) -> list[_Ring]:
    return [_ring(part, inner) for part, inner in _items(coordinates, pointer, "rings")]


def _ring(coordinates: Any, pointer: str) -> _Ring:
    ring = [_position(part, inner) for part, inner in _items(coordinates, pointer, "positions")]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _invalid(pointer, "a ring has at least four positions, and the last is the first again")
    return ring


def _items(value: Any, pointer: str, what: str) -> Iterator[tuple[Any, str]]:
    if not isinstance(value, list) or not value:
        raise _invalid(pointer, f"is a list of {what}")
    if len(value) > MOST_POSITIONS:
        raise _invalid(pointer, f"has {len(value)} {what}; {MOST_POSITIONS} are the most")
    return ((part, f"{pointer}/{index}") for index, part in enumerate(value))


def _position(value: Any, pointer: str) -> tuple[float, float]:
    # A third number, the height, says nothing here.
    if not (isinstance(value, list) and len(value) in (2, 3) and all(type(each) in (int, float) for each in value)):
        raise _invalid(pointer, "is [longitude, latitude], two numbers")
    # Compared before they are floats: JSON has integers that no float holds. NaN is never within.
    if not (abs(value[0]) <= 180 and abs(value[1]) <= 90):
        raise _invalid(pointer, "does not lie on Earth: longitude is at most 180 degrees, latitude 90")
    return float(value[0]), float(value[1])
