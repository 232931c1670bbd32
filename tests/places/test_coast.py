"""The sea behind a coastline: land lies on its left, water on its right."""

from __future__ import annotations

from shapely.geometry import LineString, Point, box

from places.coast import sea

EXTENT = box(0, 0, 10, 10)


class TestSea:
    def test_lies_right_of_a_coast_from_edge_to_edge(self) -> None:
        # Northwards at longitude 4: the east is sea.
        (water,) = sea([LineString([(4, -1), (4, 11)])], EXTENT)
        assert water.bounds == (4, 0, 10, 10)

    def test_changes_sides_with_the_direction(self) -> None:
        (water,) = sea([LineString([(4, 11), (4, -1)])], EXTENT)
        assert water.bounds == (0, 0, 4, 10)

    def test_surrounds_an_island(self) -> None:
        anticlockwise = LineString([(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)])
        (water,) = sea([anticlockwise], EXTENT)
        assert water.area == 96
        assert not water.contains(Point(5, 5))

    def test_reaches_the_edge_from_a_coast_that_stops_short(self) -> None:
        (water,) = sea([LineString([(4, 0.5), (4, 9.5)])], EXTENT)
        assert water.area == 60

    def test_is_nowhere_without_a_coast(self) -> None:
        assert sea([], EXTENT) == []
        assert sea([LineString([(20, 0), (20, 9)])], EXTENT) == []
