"""The sea. OpenStreetMap draws only its edge: coastlines, with the land on their left and the water on their right."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, nearest_points, polygonize, unary_union

_ASIDE_DEGREES = 1e-7  # a centimetre: how far beside the coastline we look


def sea(coastlines: Sequence[LineString], extent: Polygon) -> list[Polygon]:
    """Return the parts of `extent` that are sea. None where no coastline runs through it."""
    coast = [line for line in _parts(unary_union(coastlines).intersection(extent)) if line.length > 0]
    if not coast:
        return []
    pieces = polygonize(unary_union([extent.exterior, *(_to_edge(line, extent) for line in coast)]))
    return [piece for piece in pieces if _is_right_of(coastlines, piece)]


def _parts(shape: BaseGeometry) -> list[LineString]:
    merged = linemerge(shape) if isinstance(shape, MultiLineString) else shape
    return [part for part in getattr(merged, "geoms", [merged]) if isinstance(part, LineString)]


def _to_edge(line: LineString, extent: Polygon) -> LineString:
    """Lead loose ends straight to the edge: an extract may lack the node beyond it."""
    if line.is_ring:
        return line
    first, last = (nearest_points(Point(end), extent.exterior)[1] for end in (line.coords[0], line.coords[-1]))
    return LineString([first, *line.coords, last])


def _is_right_of(coastlines: Sequence[LineString], piece: Polygon) -> bool:
    """Say whether the piece lies on the right hand of a coastline that bounds it."""
    for line in coastlines:
        along = line.intersection(piece.boundary)
        for part in getattr(along, "geoms", [along]):
            if isinstance(part, LineString) and part.length > 0:
                return piece.covers(_right_of_middle(line, part))
    return False


def _right_of_middle(line: LineString, part: LineString) -> Point:
    """Return the point just right of the middle of `part`, looking the way that `line` runs."""
    where = line.project(part.interpolate(0.5, normalized=True))
    here, ahead = line.interpolate(where), line.interpolate(where + _ASIDE_DEGREES)
    if here.equals(ahead):
        here = line.interpolate(where - _ASIDE_DEGREES)
    east, north = ahead.x - here.x, ahead.y - here.y
    return Point(here.x + north, here.y - east)
