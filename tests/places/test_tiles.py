"""Vector tiles, read back byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from math import asinh, pi, radians, tan

import pytest
from sqlalchemy.orm import Session

from kernel.geo import Point
from places.tiles import NoSuchTile, tile
from tests.places.conftest import KAISANIEMI


def tile_of(place: Point, zoom: int) -> tuple[int, int]:
    east = (place.longitude + 180) / 360
    north = (1 - asinh(tan(radians(place.latitude))) / pi) / 2
    return int(east * 2**zoom), int(north * 2**zoom)


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read a protocol buffer: number and value of each field, as the Mapbox Vector Tile format uses them."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = varint()
            yield key >> 3, data[at : at + length]
            at += length


def layers(data: bytes) -> dict[str, int]:
    """Return how many features each layer of a tile has."""
    counts = {}
    for _, layer in fields(data):
        assert isinstance(layer, bytes)
        name = next(value for number, value in fields(layer) if number == 1)
        assert isinstance(name, bytes)
        counts[name.decode()] = sum(number == 2 for number, _ in fields(layer))
    return counts


@pytest.mark.usefixtures("helsinki")
class TestTile:
    def test_has_streets_buildings_and_water(self, session: Session) -> None:
        x, y = tile_of(KAISANIEMI, 14)
        counts = layers(tile(session, z=14, x=x, y=y))
        assert set(counts) == {"streets", "buildings", "water"}
        assert counts["streets"] > 100

    def test_leaves_small_things_out_from_afar(self, session: Session) -> None:
        x, y = tile_of(KAISANIEMI, 10)
        far = layers(tile(session, z=10, x=x, y=y))
        assert "buildings" not in far
        assert 0 < far["streets"] < 400

    def test_is_empty_where_the_city_is_not(self, session: Session) -> None:
        assert tile(session, z=14, x=0, y=0) == b""

    @pytest.mark.parametrize(("z", "x", "y"), [(21, 0, 0), (-1, 0, 0), (3, 8, 0), (3, 0, 8), (10**6, 5, 5)])
    def test_is_refused_where_the_grid_ends(self, session: Session, z: int, x: int, y: int) -> None:
        with pytest.raises(NoSuchTile):
            tile(session, z=z, x=x, y=y)
