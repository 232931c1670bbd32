"""What one stop more costs a carrier's day, from the rows of its routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from kernel.database import Sessions
from kernel.geo import Point
from places.adapters.great_circle import GreatCircleStreets
from places.streets import Matrix, Profile
from routing import publishing
from routing.days import CarrierDay, standing
from routing.insertion import MOST_ASKED, Offer, Question, Wanted, offers, offers_on_days
from routing.models import Plan, PlanState, Shift, Stop, StopState
from routing.rounds import NothingDriven, rounds
from tests import routing_rows as rows
from tests.routing.conftest import House, minutes

STREETS = GreatCircleStreets()


class CountingStreets(GreatCircleStreets):
    """Remembers between how many places it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        self.asked.append(len(origins) * len(destinations))
        return super().table(profile, origins, destinations, kerb_side=kerb_side)


class CrookedStreets(GreatCircleStreets):
    """The farther east, the shorter: what looks near is far."""

    def table(
        self, profile: Profile, origins: Sequence[Point], destinations: Sequence[Point], *, kerb_side: bool = False
    ) -> Matrix:
        found = super().table(profile, origins, destinations, kerb_side=kerb_side)
        east = np.array([[min(one.longitude, other.longitude) for other in destinations] for one in origins])
        longer = np.where(east > rows.near(3300).longitude, 1, 20)
        return replace(found, duration_s=found.duration_s * longer, distance_m=found.distance_m * longer)


def today(house: House) -> CarrierDay:
    with Sessions.begin() as session:
        found = rounds(
            session, carrier_id=house.carrier.id, starts_at=house.now, ends_at=house.now + timedelta(hours=24)
        )
    return standing(found)


def priced(house: House, place: Point, *windows: tuple[datetime, datetime], **wanted: Any) -> list[Offer]:
    spans = windows or ((house.now, house.now + timedelta(hours=12)),)
    return offers(today(house), Wanted(place=place, **wanted), windows=spans, streets=STREETS)


def publish(house: House, plan: Plan) -> None:
    with Sessions.begin() as session:
        publishing.publish(session, session.get_one(Plan, plan.id), now=house.now, by=None)


class TestOffers:
    def test_cost_nothing_but_the_service_where_the_courier_stops_anyway(self, house: House) -> None:
        shift = house.shift()
        house.delivery(1000)
        plan = house.solved(shift)
        publish(house, plan)

        (found,) = priced(house, rows.near(1000), service_s=60)

        (route,) = plan.routes
        assert (found.shift_id, found.route_id) == (shift.id, route.id)
        assert (found.added_cost, found.added_s, found.added_m) == (60, 60, 0)

    def test_add_up_to_the_plan_that_is_made_with_it(self, house: House) -> None:
        house.delivery(1000)
        house.delivery(-800)
        shift = house.shift()
        before = house.solved(shift)
        (found,) = priced(house, rows.near(1500), demands=(1, 1000, 0))

        house.delivery(1500)
        after = house.solved(shift)

        assert (before.state, after.state) == (PlanState.SOLVED, PlanState.SOLVED)
        assert before.cost is not None
        assert after.cost is not None
        assert found.added_cost == after.cost["total"] - before.cost["total"]
        assert found.added_m == after.cost["distance_m"] - before.cost["distance_m"]

    def test_are_made_for_the_windows_that_can_be_kept(self, house: House) -> None:
        shift = house.shift()
        opens, ends = shift.starts_at, shift.ends_at
        early, late, on_time = (opens - minutes(60), opens), (ends, ends + minutes(60)), (opens, opens + minutes(60))

        found = priced(house, rows.near(500), early, on_time, late)

        assert [(one.window, one.shift_id, one.route_id) for one in found] == [(on_time, shift.id, None)]

    def test_go_to_the_shift_that_has_room(self, house: House) -> None:
        with Sessions.begin() as session:
            small = rows.vehicle(session, carrier=house.carrier, now=house.now, capacities={"parcels": 1})
        full = house.shift(by=small)
        house.delivery(1000)
        publish(house, house.solved(full))
        other = house.shift()

        (found,) = priced(house, rows.near(1000))

        assert found.shift_id == other.id

    def test_keep_what_was_promised(self, house: House) -> None:
        shift = house.shift(lasts=timedelta(hours=2))
        house.delivery(3000, windows=[(shift.starts_at, shift.starts_at + minutes(30))])
        publish(house, house.solved(shift))
        first = (shift.starts_at, shift.starts_at + minutes(15))

        assert priced(house, rows.near(-3000), first) == []
        assert len(priced(house, rows.near(-3000), (first[1], shift.ends_at))) == 1

    def test_stand_behind_what_is_done_or_driven_to(self, house: House) -> None:
        shift = house.shift()
        house.delivery(1000)
        house.delivery(2000)
        plan = house.solved(shift)
        publish(house, plan)
        (route,) = plan.routes
        house.change(Stop, route.stops[0].id, state=StopState.ENROUTE)
        beside = route.stops[0].place

        (found,) = priced(house, Point(beside.longitude, beside.latitude))

        assert found.after_stops == 1

    def test_pass_by_what_was_withdrawn(self, house: House) -> None:
        shift = house.shift()
        house.delivery(1000)
        house.delivery(2000)
        plan = house.solved(shift)
        publish(house, plan)
        (route,) = plan.routes
        house.change(Stop, route.stops[0].id, withdrawn_at=house.now)

        day = today(house)

        (round,) = day.rounds
        assert [stop.id for stop in round.stops] == [route.stops[1].id]
        assert round.stops[0].leg_s == sum(stop.leg_duration_s for stop in route.stops)

    def test_ask_the_streets_for_the_nearest_places_alone(self, house: House) -> None:
        for number in range(60):
            house.delivery(100 * number, windows=[])
        for _ in range(2):
            house.shift()
        with Sessions.begin() as session:
            shifts = session.query(Shift).all()
        publish(house, house.solved(*shifts))
        streets = CountingStreets()

        found = offers(
            today(house),
            Wanted(place=rows.near(2050, 30)),
            windows=[(house.now, house.now + timedelta(hours=12))],
            streets=streets,
        )

        assert len(found) == 1
        assert sum(streets.asked) <= 2 * MOST_ASKED

    def test_need_a_shift(self, house: House) -> None:
        with pytest.raises(NothingDriven):
            today(house)


class TestPrefilter:
    def test_asks_on_while_a_guess_promises_more(self, house: House) -> None:
        for metres in range(1000, 9000, 1000):
            house.delivery(metres)
        shift = house.shift()
        publish(house, house.solved(shift))
        day, span = today(house), (shift.starts_at, shift.ends_at)
        question = Question(wanted=Wanted(place=rows.near(3400)), days={date.min: (day, [span])}, most=2)

        (few,) = offers_on_days([question], streets=CrookedStreets())
        (all_,) = offers_on_days([replace(question, most=MOST_ASKED)], streets=CrookedStreets())

        assert few == all_
        assert few[date.min]
