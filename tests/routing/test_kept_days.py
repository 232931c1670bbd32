"""Days that are kept ready: read once, followed when something changes, and never more than there is room for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from kernel.database import Sessions
from routing.days import CarrierDay
from routing.kept_days import KeptDays
from routing.models import Route, Stop, Vehicle
from routing.resting import Resting, resting
from routing.rounds import Round, rounds_of
from tests import routing_rows as rows
from tests.routing.conftest import House


class Reader:
    """Reads rounds, and remembers which."""

    def __init__(self) -> None:
        self.asked: list[set[UUID]] = []

    def __call__(self, shift_ids: Collection[UUID]) -> list[Round]:
        self.asked.append(set(shift_ids))
        with Sessions.begin() as session:
            return rounds_of(session, shift_ids)


def edition(house: House, days: int = 3) -> list[Resting]:
    with Sessions.begin() as session:
        return resting(session, carrier_id=house.carrier.id, first=house.now.date(), days=days, zone="Europe/Helsinki")


def driven(house: House, metres: float, *, hours: int = 1) -> tuple[UUID, Route]:
    """A published route with one stop on a shift of its own; the shift begins in so many hours."""
    delivery = house.delivery(metres)
    with Sessions.begin() as session:
        shift = rows.shift(
            session, carrier=session.merge(house.carrier), now=house.now, starts_in=timedelta(hours=hours)
        )
        route = rows.published_route(session, on=shift, stops=[[session.merge(delivery)]], now=house.now)
        return shift.id, route


def stops(day: CarrierDay) -> list[UUID]:
    return [stop.id for each in day.rounds for stop in each.stops]


class TestKeptDays:
    def test_are_read_once(self, house: House) -> None:
        driven(house, 1000)
        driven(house, 2000, hours=25)
        kept, read = KeptDays(), Reader()

        first = kept.days(house.carrier.id, edition(house), read=read)
        again = kept.days(house.carrier.id, edition(house), read=read)

        assert len(read.asked) == len(first) == 2
        assert [again[at] is first[at] for at in first] == [True, True]

    def test_read_again_only_the_route_that_changed(self, house: House) -> None:
        (one, route), (other, _) = driven(house, 1000), driven(house, 2000)
        kept, read = KeptDays(), Reader()
        kept.days(house.carrier.id, edition(house), read=read)

        with Sessions.begin() as session:
            changed = session.get_one(Route, route.id)
            session.get_one(Stop, route.stops[0].id).withdrawn_at = house.now
            changed.changed()
        (day,) = kept.days(house.carrier.id, edition(house), read=read).values()

        assert read.asked == [{one, other}, {one}]
        assert len(stops(day)) == 1
        assert route.stops[0].id not in stops(day)

    def test_take_in_a_place_that_the_day_did_not_know(self, house: House) -> None:
        shift = house.shift()
        driven(house, 1000)
        kept, read = KeptDays(), Reader()
        (before,) = kept.days(house.carrier.id, edition(house), read=read).values()

        delivery = house.delivery(3000)
        with Sessions.begin() as session:
            rows.published_route(session, on=session.merge(shift), stops=[[session.merge(delivery)]], now=house.now)
        (after,) = kept.days(house.carrier.id, edition(house), read=read).values()

        assert read.asked[1] == {shift.id}
        assert set(after.places) - set(before.places) == {delivery.place}
        assert after.day.stack.positions.sum() == before.day.stack.positions.sum() + 1

    def test_are_made_anew_when_a_shift_is_laid_out(self, house: House) -> None:
        driven(house, 1000)
        kept, read = KeptDays(), Reader()
        kept.days(house.carrier.id, edition(house), read=read)

        house.shift()
        (day,) = kept.days(house.carrier.id, edition(house), read=read).values()

        assert len(day.rounds) == 2

    def test_follow_the_vehicle(self, house: House) -> None:
        shift = house.shift()
        kept, read = KeptDays(), Reader()
        kept.days(house.carrier.id, edition(house), read=read)

        house.change(Vehicle, shift.vehicle_id, capacities={"parcels": 3})
        (day,) = kept.days(house.carrier.id, edition(house), read=read).values()

        assert day.rounds[0].shift.capacities[0] == 3
        assert day.day.tours[0].vehicle.capacities[0] == 3

    def test_forget_the_day_that_nobody_asked_for_longest(self, house: House) -> None:
        driven(house, 1000)
        driven(house, 2000, hours=25)
        kept, read = KeptDays(most_stops=3), Reader()
        today, tomorrow = edition(house, days=1), edition(house)[1:]

        for asked in (today, tomorrow, today):
            kept.days(house.carrier.id, asked, read=read)

        assert len(read.asked) == 3

    def test_begin_with_the_local_day(self, house: House) -> None:
        """The test's now is 9 in Helsinki: 14 and 15 hours later is before and after midnight there."""
        driven(house, 1000, hours=14)
        driven(house, 2000, hours=15)

        assert [(each.day - house.now.date()).days for each in edition(house)] == [0, 1]
