"""Reading points out of an OpenStreetMap extract. Touches no database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import osmium
import osmium.filter

from kernel.errors import Invalid
from kernel.geo import Point
from pickup_points.points.importing import Told
from pickup_points.points.osm_tags import KEYS, draft_of


class PointFileUnusable(Invalid):
    """No points can be read from this file."""


def read_osm(file: Path) -> Iterator[Told]:
    """Yield the points of the extract, nodes and outlines of buildings, named `node/1` and `way/1`. PointFileUnusable.

    An outline stands where the middle of its box is.
    """
    found = osmium.FileProcessor(str(file)).with_locations().with_filter(osmium.filter.KeyFilter(*KEYS))
    try:
        for each in found:
            told = _told(each)
            if told is not None:
                yield told
    except RuntimeError as fault:  # osmium's word for whatever is wrong with a file
        raise PointFileUnusable(f"{file.name}: {fault}") from None


def _told(each: object) -> Told | None:
    if isinstance(each, osmium.osm.Node):
        name, place = f"node/{each.id}", _middle([each.location])
    elif isinstance(each, osmium.osm.Way):
        name, place = f"way/{each.id}", _middle([node.location for node in each.nodes])
    else:
        return None
    if place is None:
        return None
    draft = draft_of(dict(each.tags), external_id=name, place=place)
    return None if draft is None else Told(name, draft)


def _middle(locations: list[osmium.osm.Location]) -> Point | None:
    inside = [each for each in locations if each.valid()]  # an extract may cut a way
    if not inside:
        return None
    longitudes, latitudes = [each.lon for each in inside], [each.lat for each in inside]
    return Point((min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2)
