"""The planned way as the measure of what remains of it."""

from __future__ import annotations

import pytest
from geoalchemy2.shape import from_shape
from shapely import LineString

from kernel.geo import Point
from kernel.ids import new_id
from places.streets import STREETS
from routing.models import Route, Stop
from tests.tracking.test_estimating import NOW
from tracking.along import METRES_A_DEGREE, remaining_s
from tracking.positions import Heading, measure

EQUATOR_M = 1 / METRES_A_DEGREE


def place(east_m: float, north_m: float = 0.0) -> Point:
    return Point(east_m * EQUATOR_M, north_m * EQUATOR_M)


def stop(leg_m: int = 1000, *, by_streets: bool = True) -> Stop:
    return Stop(leg_distance_m=leg_m, leg_duration_s=200, leg_by_streets=by_streets)


def route(*stops: Stop) -> Route:
    """A kilometre east to the first stop, back to the second, and a kilometre north to the end."""
    corners = [place(0), place(1000), place(0), place(0, 1000)]
    line = LineString([(corner.longitude, corner.latitude) for corner in corners])
    return Route(distance_m=3000, stops=[*stops], line=from_shape(line, srid=4326))


class TestRemaining:
    @pytest.mark.parametrize(("east_m", "left_s"), [(0, 200), (250, 150), (1000, 0)])
    def test_is_the_share_of_the_leg_that_lies_ahead(self, east_m: float, left_s: int) -> None:
        first, second = stop(), stop()
        assert remaining_s(route(first, second), first, place(east_m, north_m=15)) == left_s

    def test_counts_along_the_leg_that_is_driven(self) -> None:
        first, second = stop(), stop()
        assert remaining_s(route(first, second), second, place(250)) == 50

    def test_is_unknown_beside_the_way(self) -> None:
        first = stop()
        assert remaining_s(route(first, stop()), first, place(500, north_m=60)) is None

    def test_is_unknown_where_the_line_is_straight(self) -> None:
        first = stop()
        assert remaining_s(route(first, stop(by_streets=False)), first, place(500)) is None

    def test_of_no_way_is_unknown(self) -> None:
        first = stop(leg_m=0)
        assert remaining_s(route(first, stop()), first, place(0)) is None


class TestMeasure:
    @pytest.mark.parametrize(("at_most_s", "shorter"), [(None, False), (100_000, False), (10, True)])
    def test_is_no_longer_than_the_planned_way(self, at_most_s: int | None, shorter: bool) -> None:
        origin, destination = place(0), place(1000)
        by_streets = int(STREETS.get().durations_from("car", origin, [destination]).duration_s[0, 0])
        travel = measure(Heading(new_id(), "car", origin, destination, NOW, at_most_s))
        assert (travel.duration_s, travel.seen_at) == (10 if shorter else by_streets, NOW)
