"""Days planned in the background with what is booked so far, so that options are priced into something."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import pytest

from deliveries.models import Delivery, DeliveryState
from kernel.database import Sessions
from places.adapters.great_circle import GreatCircleStreets
from routing import foreseeing
from routing.days import CarrierDay
from routing.foreseeing import LEAST_AGE, Due
from routing.foreseen import ForeseenDay
from routing.foreseen_rounds import rounds_ahead
from routing.insertion import Wanted, offers
from routing.kept_days import KeptDays
from routing.models import Plan, Route
from routing.resting import resting
from routing.rounds import Round
from routing.tasks import foresee_day
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes

ZONE = "UTC"


def due(house: House, *, later: timedelta = timedelta(0)) -> list[Due]:
    with Sessions.begin() as session:
        return foreseeing.due(session, zone=ZONE, now=house.now + later)


def foresee(house: House) -> None:
    for each in due(house):
        foresee_day(carrier_id=str(each.carrier_id), day=each.day.isoformat())


def read(shift_ids: Collection[UUID]) -> list[Round]:
    with Sessions.begin() as session:
        return rounds_ahead(session, shift_ids)


def day(house: House) -> CarrierDay:
    with Sessions.begin() as session:
        found = resting(session, carrier_id=house.carrier.id, first=house.now.date(), days=1, zone=ZONE)
    (made,) = KeptDays().days(house.carrier.id, found, read=read).values()
    return made


def brought(made: CarrierDay) -> set[UUID]:
    return {each.id for round in made.rounds for stop in round.stops for each in stop.deliveries}


class TestForesee:
    def test_prices_into_what_is_booked_before_any_plan_exists(self, house: House) -> None:
        shift = house.shift()
        booked = house.delivery(3000, windows=[(shift.starts_at, shift.ends_at)])
        wanted, window = Wanted(place=rows.near(3050)), (shift.starts_at, shift.ends_at)
        (alone,) = offers(day(house), wanted, windows=[window], streets=GreatCircleStreets())

        foresee(house)
        (beside,) = offers(day(house), wanted, windows=[window], streets=GreatCircleStreets())

        assert brought(day(house)) == {booked.id}
        assert alone.added_m > 5000
        assert 0 < beside.added_m < 500

    def test_keeps_what_was_promised(self, house: House) -> None:
        shift = house.shift(lasts=timedelta(hours=2))
        first = (shift.starts_at, shift.starts_at + minutes(15))
        house.delivery(3000, windows=[first])
        foresee(house)

        found = offers(day(house), Wanted(place=rows.near(-3000)), windows=[first], streets=GreatCircleStreets())

        assert found == []

    def test_makes_no_plan_that_anybody_sees(self, house: House) -> None:
        house.shift()
        house.delivery(1000)

        foresee(house)

        with Sessions.begin() as session:
            assert (session.query(Plan).count(), session.query(Route).count()) == (0, 0)
            assert session.query(Delivery).one().state is DeliveryState.CONFIRMED

    def test_passes_by_what_was_cancelled_since(self, house: House) -> None:
        house.shift()
        gone, stays = house.delivery(1000), house.delivery(2000)
        foresee(house)

        house.change(Delivery, gone.id, state=DeliveryState.CANCELLED)

        assert brought(day(house)) == {stays.id}

    def test_says_what_found_no_room(self, house: House) -> None:
        with Sessions.begin() as session:
            small = rows.vehicle(session, carrier=house.carrier, now=house.now, capacities={"parcels": 1})
        house.shift(by=small)
        for metres in (1000, 2000):
            house.delivery(metres)

        foresee(house)

        with Sessions.begin() as session:
            kept = session.query(ForeseenDay).one()
        assert kept.failure is None
        assert len(kept.left_out) == 1

    def test_gives_way_to_the_plan(self, house: House) -> None:
        shift = house.shift()
        house.delivery(1000)
        foresee(house)

        with Sessions.begin() as session:
            booked = rows.delivery(session, merchant=session.merge(house.merchant), now=house.now, place=rows.near(500))
            rows.published_route(session, on=session.merge(shift), stops=[[booked]], now=house.now)

        assert brought(day(house)) == {booked.id}
        (gone,) = due(house)
        foresee(house)
        with Sessions.begin() as session:
            assert gone.shift_ids == ()
            assert session.query(ForeseenDay).count() == 0


class TestDue:
    def test_is_a_day_with_shifts_and_bookings(self, house: House) -> None:
        house.delivery(1000)
        assert due(house) == []

        shift = house.shift()
        (found,) = due(house)

        assert (found.day, found.shift_ids, len(found.delivery_ids)) == (house.now.date(), (shift.id,), 1)

    def test_is_not_again_until_something_changes(self, house: House) -> None:
        house.shift()
        house.delivery(1000)
        foresee(house)
        assert due(house, later=2 * LEAST_AGE) == []

        house.delivery(2000)

        assert due(house) == []
        assert [len(each.delivery_ids) for each in due(house, later=2 * LEAST_AGE)] == [2]

    @pytest.mark.parametrize(("hours", "on"), [(2, 0), (26, 1), (80, None)])
    def test_has_each_booking_on_the_first_day_that_can_bring_it(
        self, house: House, hours: int, on: int | None
    ) -> None:
        house.shift()
        house.shift(starts_in=timedelta(hours=25))
        begins = house.now + timedelta(hours=hours)
        house.delivery(1000, windows=[(begins, begins + timedelta(hours=1))])

        found = {each.day: len(each.delivery_ids) for each in due(house)}

        assert found == ({} if on is None else {_day(house, on): 1})

    def test_leaves_other_carriers_bookings_to_them(self, house: House) -> None:
        house.shift()
        with Sessions.begin() as session:
            other = rows.delivery(session, merchant=rows.factories.merchant(session), now=house.now)

        assert other.carrier_id != house.carrier.id
        assert due(house) == []


def _day(house: House, number: int) -> date:
    return house.now.date() + timedelta(days=number)
