"""Offers that are kept: the same as those priced anew, as long as the day stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kernel.database import Sessions
from places.streets import Streets
from routing.days import CarrierDay
from routing.insertion import Offer, Question, Wanted, offers_on_days
from routing.kept_offers import kept_offers
from tests import routing_rows as rows
from tests.conftest import NOW
from tests.routing.conftest import House
from tests.routing.test_insertion import STREETS, CountingStreets, publish, today

AT = date(2026, 6, 15)


def question(house: House, day: CarrierDay, *, east: int = 1000, parcels: int = 1, **wanted: Any) -> Question:
    window = (house.now, house.now + timedelta(hours=12))
    place = rows.near(east)
    return Question(
        wanted=Wanted(place=place, demands=(parcels, 1000, 0), **wanted), days={AT: (day, [window])}, most=12
    )


def kept(*questions: Question, streets: Streets = STREETS, now: datetime = NOW) -> list[Mapping[date, list[Offer]]]:
    return [*kept_offers(questions, streets=streets, now=now)]


def driven(house: House, *, room: int = 3) -> CarrierDay:
    """One courier with two stops, and with so much room in all."""
    with Sessions.begin() as session:
        bike = rows.vehicle(session, carrier=house.carrier, now=house.now, capacities={"parcels": room})
    shift = house.shift(by=bike)
    house.delivery(1000)
    house.delivery(2000)
    publish(house, house.solved(shift))
    return today(house)


class TestKeptOffers:
    def test_are_those_that_are_priced_anew(self, house: House) -> None:
        day = driven(house)
        asked = [question(house, day, east=east) for east in (500, 1500, 1500, 3000)]
        assert kept(*asked) == kept(*asked) == offers_on_days(asked, streets=STREETS)

    def test_ask_the_streets_once(self, house: House) -> None:
        day, streets = driven(house), CountingStreets()
        first = kept(question(house, day), streets=streets)
        asked = len(streets.asked)
        again = kept(question(house, day), streets=streets)
        assert (asked, len(streets.asked), again) == (2, 2, first)

    def test_ask_the_streets_anew_after_a_while(self, house: House) -> None:
        day, streets = driven(house), CountingStreets()
        for minutes in (0, 9, 10):
            kept(question(house, day), streets=streets, now=NOW + timedelta(minutes=minutes))
        assert len(streets.asked) == 4

    def test_are_shared_by_baskets_that_find_the_same_room(self, house: House) -> None:
        day, streets = driven(house, room=5), CountingStreets()
        assert kept(question(house, day, parcels=1), streets=streets)[0][AT]
        assert kept(question(house, day, parcels=3), streets=streets)[0][AT]
        assert len(streets.asked) == 2
        assert kept(question(house, day, parcels=4), streets=streets) == [{AT: []}]

    def test_differ_by_what_else_is_wanted(self, house: House) -> None:
        day = driven(house)
        short, long = (kept(question(house, day, service_s=service_s))[0][AT][0] for service_s in (60, 600))
        assert long.added_s - short.added_s == 540

    def test_are_priced_anew_when_the_day_is_another(self, house: House) -> None:
        asked = question(house, driven(house))
        before = kept(asked)[0][AT][0]
        house.shift()
        after = kept(question(house, today(house)))
        assert after == offers_on_days([question(house, today(house))], streets=STREETS)
        assert before.added_cost >= after[0][AT][0].added_cost
