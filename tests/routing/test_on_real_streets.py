"""A plan on the real streets of Helsinki, from the real street server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from geoalchemy2.shape import to_shape

from kernel.database import Sessions
from kernel.geo import Point
from places.adapters.great_circle import GreatCircleStreets
from places.adapters.osrm import OsrmStreets
from places.streets import STREETS
from routing.models import PlanState, Profile
from tests import routing_rows as rows
from tests.places import conftest as city
from tests.routing.conftest import House

SUOMENLINNA = Point(24.985, 60.146)
# The street server stands in the places room's tests.
helsinki_file, helsinki_data, graphs = city.helsinki_file, city.helsinki_data, city.graphs
start_streets, streets_url = city.start_streets, city.streets_url


@pytest.fixture
def real_streets(streets_url: str) -> Iterator[None]:
    with closing(OsrmStreets({"car": streets_url, "bicycle": None, "foot": None})) as streets:
        STREETS.plug(streets)
        yield
    STREETS.plug(GreatCircleStreets())


@pytest.mark.usefixtures("real_streets")
class TestAPlanOnRealStreets:
    def test_follows_them_and_estimates_nothing(self, house: House) -> None:
        with Sessions.begin() as session:
            van = rows.vehicle(session, carrier=house.carrier, now=house.now, profile=Profile.CAR)
        shift = house.shift(by=van, start_place=city.RAILWAY_STATION, end_place=city.RAILWAY_STATION)
        for place in (city.CATHEDRAL, city.KAISANIEMI):
            house.delivery(0, place=place)

        plan = house.solved(shift)

        assert (plan.state, plan.estimated_share) == (PlanState.SOLVED, 0)
        (route,) = plan.routes
        assert len(to_shape(route.line).coords) > 20
        assert [stop.leg_by_streets for stop in route.stops] == [True, True]

    def test_say_where_they_do_not_reach(self, house: House) -> None:
        """A door on an island is planned by an estimate, and nobody is told that it is more."""
        with Sessions.begin() as session:
            van = rows.vehicle(session, carrier=house.carrier, now=house.now, profile=Profile.CAR, kerb_side=True)
        shift = house.shift(by=van, start_place=city.RAILWAY_STATION, end_place=None)
        house.delivery(0, place=city.CATHEDRAL)
        house.delivery(0, place=SUOMENLINNA, recipient_name="Islander")

        plan = house.solved(shift)

        (route,) = plan.routes
        by_place = {stop.place: stop.leg_by_streets for stop in route.stops}
        assert by_place[SUOMENLINNA] is False
        assert plan.estimated_share is not None
        assert 0 < plan.estimated_share < 1
