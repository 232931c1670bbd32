"""Which city, and what lies inside."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from kernel.geo import Point
from places.cities import NoCity, OutsideCity, bounds, current_city
from places.models import City
from tests.places.conftest import CATHEDRAL


class TestCurrentCity:
    def test_tells_name_zone_and_box(self, session: Session, helsinki: City) -> None:
        city = current_city(session)
        assert (city.name, city.zone) == ("Helsinki", "Europe/Helsinki")
        assert city.bbox == pytest.approx((24.935, 60.164, 24.953, 60.179), abs=0.001)

    def test_is_refused_before_the_first_import(self, session: Session) -> None:
        with pytest.raises(NoCity):
            current_city(session)


class TestCheckInside:
    def test_lets_a_place_in_the_city_pass(self, session: Session, helsinki: City) -> None:
        bounds(session).check_inside(CATHEDRAL)

    def test_refuses_a_place_elsewhere(self, session: Session, helsinki: City) -> None:
        with pytest.raises(OutsideCity, match="outside Helsinki") as refusal:
            bounds(session).check_inside(Point(0, 0))
        assert refusal.value.facts == {"swapped": False}

    def test_sees_that_the_numbers_are_swapped(self, session: Session, helsinki: City) -> None:
        with pytest.raises(OutsideCity, match="longitude and latitude are swapped") as refusal:
            bounds(session).check_inside(Point(CATHEDRAL.latitude, CATHEDRAL.longitude))
        assert refusal.value.facts == {"swapped": True}

    def test_lets_everything_pass_without_a_city(self, session: Session) -> None:
        bounds(session).check_inside(Point(0, 0))
