"""Reading a city out of OpenStreetMap data: addresses, streets, buildings, water, extent. Touches no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import osmium
import osmium.filter
import osmium.geom
import shapely
from shapely.geometry import GeometryCollection, MultiLineString, Polygon, box
from tzfpy import get_tz

from kernel.errors import Invalid
from places.coast import sea
from places.models import Layer

_KEYS = ("highway", "building", "natural", "waterway", "water", "landuse", "addr:housenumber", "place")
_AREA_KEYS = ("building", "natural", "waterway", "water", "landuse", "addr:housenumber")

# From which zoom on a street is drawn; a class that is not here is not a street to draw.
_STREET_ZOOMS = {
    **dict.fromkeys(("motorway", "trunk", "primary"), 8),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary"), 10),
    **dict.fromkeys(("secondary_link", "tertiary"), 11),
    **dict.fromkeys(("tertiary_link", "residential", "unclassified", "living_street", "pedestrian", "road"), 12),
    **dict.fromkeys(("service", "track", "cycleway", "busway"), 13),
    **dict.fromkeys(("footway", "path", "steps", "bridleway"), 14),
}
_WATERWAY_ZOOMS = {"river": 8, "canal": 10, "stream": 13}
_BUILDING_ZOOM, _WATER_ZOOM, _SEA_ZOOM = 13, 8, 0
_PLACE_RANKS = ("hamlet", "village", "suburb", "town", "city")
# An extract cuts ways at its edge; what stands this close outside the outermost street still belongs to it.
_EDGE_DEGREES = 0.002


class CityFileUnusable(Invalid):
    """This file is no city that can be imported."""


class Progress(Protocol):
    """Is told how an import comes along."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Start a stage of `total` steps, or of an unknown number."""
        ...

    def advance(self, count: int = 1) -> None:
        """Count steps done in this stage."""
        ...


class FoundAddress(NamedTuple):
    """An address tag as it stands in the map. `rank`: 0 an address of its own, 1 a building, 2 a shop that has one."""

    street: str
    house_number: str
    postcode: str | None
    town: str | None
    wkb: str  # point or area, SRID 4326, hexadecimal
    rank: int


class FoundFeature(NamedTuple):
    """Something to draw. `wkb` is SRID 4326, hexadecimal."""

    layer: Layer
    kind: str
    name: str | None
    min_zoom: int
    wkb: str


@dataclass
class CityData:
    """What one file holds. `coverage` is where its streets are, SRID 4326."""

    name: str = ""
    zone: str = "UTC"
    coverage: Polygon = field(default_factory=Polygon)
    addresses: list[FoundAddress] = field(default_factory=list)
    features: list[FoundFeature] = field(default_factory=list)


def read_city(file: Path, *, progress: Progress) -> CityData:
    """Return what the file holds. CityFileUnusable, in one line, when it is missing, broken or without streets."""
    if not file.is_file():
        raise CityFileUnusable(f"there is no file {file}")
    if file.stat().st_size == 0:
        raise CityFileUnusable(f"{file.name} is empty")
    reader = _Reader(progress)
    try:
        extent = _read(file, reader)
    except RuntimeError as failure:
        raise CityFileUnusable(f"{file.name} cannot be read as OpenStreetMap data: {failure}") from failure
    return reader.city(file, extent)


def _read(file: Path, reader: _Reader) -> Polygon | None:
    progress = reader.progress
    progress.begin("Reading the map")
    processor = (
        osmium.FileProcessor(str(file))
        .with_areas(osmium.filter.KeyFilter(*_AREA_KEYS))
        .with_filter(osmium.filter.KeyFilter(*_KEYS))
    )
    for thing in processor:
        reader.take(thing)
        progress.advance()
    extent = processor.header.box()
    if not extent.valid():
        return None
    return box(extent.bottom_left.lon, extent.bottom_left.lat, extent.top_right.lon, extent.top_right.lat)


class _Reader:
    """Sorts what comes out of the file, object by object."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._found = CityData()
        self._coastlines: list[str] = []
        self._places: list[tuple[int, str]] = []
        self._wkb = osmium.geom.WKBFactory()

    def take(self, thing: Any) -> None:
        """Keep what this object says, if anything."""
        tags = thing.tags
        if thing.is_node():
            self._take_address(tags, lambda: self._wkb.create_point(thing), rank=2 if _is_shop(tags) else 0)
            if tags.get("place") in _PLACE_RANKS and "name" in tags:
                self._places.append((_PLACE_RANKS.index(tags["place"]), tags["name"]))
        elif thing.is_way():
            self._take_line(tags, lambda: self._line(thing))
        elif thing.is_area():
            self._take_area(tags, lambda: self._wkb.create_multipolygon(thing))

    def _line(self, way: Any) -> str:
        try:
            return self._wkb.create_linestring(way)
        except osmium.InvalidLocationError:
            return _known_part(way)

    def _take_address(self, tags: Any, shape: Callable[[], str], *, rank: int) -> None:
        street = tags.get("addr:street") or tags.get("addr:place")
        number = tags.get("addr:housenumber")
        if not street or not number:
            return
        wkb = _drawn(shape)
        if wkb:
            self._found.addresses.append(
                FoundAddress(street, number, tags.get("addr:postcode"), tags.get("addr:city"), wkb, rank)
            )

    def _take_line(self, tags: Any, shape: Callable[[], str]) -> None:
        highway, waterway = tags.get("highway"), tags.get("waterway")
        if highway in _STREET_ZOOMS:
            self._draw(Layer.STREETS, highway, tags, _STREET_ZOOMS[highway], shape)
        elif waterway in _WATERWAY_ZOOMS:
            self._draw(Layer.WATER, waterway, tags, _WATERWAY_ZOOMS[waterway], shape)
        elif tags.get("natural") == "coastline":
            self._coastlines.append(_drawn(shape))

    def _take_area(self, tags: Any, shape: Callable[[], str]) -> None:
        self._take_address(tags, shape, rank=1)
        if tags.get("building", "no") != "no":
            self._draw(Layer.BUILDINGS, tags["building"], tags, _BUILDING_ZOOM, shape)
        elif (
            tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or tags.get("landuse") == "reservoir"
        ):
            self._draw(Layer.WATER, tags.get("water") or tags.get("natural") or "water", tags, _WATER_ZOOM, shape)

    def _draw(self, layer: Layer, kind: str, tags: Any, min_zoom: int, shape: Callable[[], str]) -> None:
        wkb = _drawn(shape)
        if wkb:
            self._found.features.append(FoundFeature(layer, kind, tags.get("name"), min_zoom, wkb))

    def city(self, file: Path, extent: Polygon | None) -> CityData:
        """Return the city, once the whole file has been taken. CityFileUnusable when it has no streets."""
        city = self._found
        streets = [feature.wkb for feature in city.features if feature.layer == Layer.STREETS]
        if not streets:
            raise CityFileUnusable(f"{file.name} holds no streets")
        city.coverage = _coverage(streets, extent)
        middle = city.coverage.centroid
        city.zone = get_tz(middle.x, middle.y) or "UTC"
        city.name = self._name() or file.name.split(".")[0]
        coastlines = shapely.get_parts(shapely.from_wkb(list(filter(None, self._coastlines))))
        for water in sea(list(coastlines), extent or box(*city.coverage.bounds)):
            city.features.append(FoundFeature(Layer.WATER, "sea", None, _SEA_ZOOM, water.wkb_hex))
        return city

    def _name(self) -> str | None:
        towns = Counter(address.town for address in self._found.addresses if address.town)
        if towns:
            return towns.most_common(1)[0][0]
        return max(self._places)[1] if self._places else None


def _drawn(shape: Callable[[], str]) -> str:
    """Return the shape, or nothing where the extract cut it so that it has none."""
    try:
        return shape()
    except (RuntimeError, osmium.InvalidLocationError):
        return ""


def _known_part(way: Any) -> str:
    """Return what the extract holds of a way that runs across its edge: one or more lines."""
    runs: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.lon, node.lat))
        elif runs[-1]:
            runs.append([])
    lines = [run for run in runs if len(run) > 1]
    return MultiLineString(lines).wkb_hex if lines else ""


def _is_shop(tags: Any) -> bool:
    return any(key in tags for key in ("shop", "amenity", "office", "tourism", "craft", "leisure", "name"))


def _coverage(streets: list[str], extent: Polygon | None) -> Polygon:
    """Return the hull of the streets, a little wider, within what the file says it covers."""
    hull = GeometryCollection(list(shapely.from_wkb(streets))).convex_hull.buffer(_EDGE_DEGREES)
    within = hull.intersection(extent) if extent is not None else hull
    return within if isinstance(within, Polygon) and not within.is_empty else hull
