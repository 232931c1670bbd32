"""Loading the van: what has no room at its point goes elsewhere or stays behind, before anybody drives there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, Person, Role
from accounts.principals import Principal
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from driving import loading
from driving.loading import LoadOutcome
from kernel import clock
from kernel.facts import FactRow
from pickup_points.lockers import devices
from pickup_points.lockers.compartments import change_door
from pickup_points.models import Compartment, PickupPoint, Rent, RentState, Stay, StayState
from pickup_points.room.reserving import reserve
from routing.models import Drop, Route, Stop
from tests import factories, routing_rows
from tests.conftest import NOW
from tests.pickup_points.locker_rows import locker, parcel, point

DAY = timedelta(days=1)


class Van:
    """A carrier with a driver whose round brings deliveries to points."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.shop = factories.merchant(session)
        self.carrier = session.get_one(Organisation, self.shop.served_by)
        self.shift = routing_rows.shift(session, carrier=self.carrier, now=NOW)

    def locker(self, doors: int, *, metres: float = 0.0, **given: Any) -> PickupPoint:
        return locker(self.session, {"S": doors}, carrier=self.carrier, place=routing_rows.near(metres), **given)

    def to(self, at: PickupPoint) -> Delivery:
        made = factories.delivery(self.session, merchant=self.shop, place=at.place)
        made.pickup_point_id = at.id
        factories.stay(self.session, point=at, of=made)
        return made

    def drives(self, *groups: list[Delivery]) -> Route:
        route = routing_rows.published_route(self.session, on=self.shift, stops=groups, now=NOW)
        route.ends_at = route.departs_at + timedelta(hours=2)
        self.session.flush()
        return route

    def fill(self, at: PickupPoint) -> None:
        span = {"starts_at": NOW - DAY, "ends_at": NOW + 9 * DAY}
        reserve(self.session, at, [parcel()], **span, hold_id=uuid4(), delivery_id=None, now=NOW)

    def check(self) -> dict[Any, LoadOutcome]:
        found = loading.check(self.session, driver_id=self.shift.driver_id, now=NOW)
        return {item.delivery_id: item.outcome for item in found.items}

    def live_drops(self, route: Route) -> list[list[Any]]:
        """The deliveries that are still to be dropped, stop by stop, those with none left out."""
        stops = self.session.scalars(select(Stop).where(Stop.route_id == route.id).order_by(Stop.sequence))
        live = [
            list(
                self.session.scalars(
                    select(Drop.delivery_id).where(Drop.stop_id == stop.id, Drop.withdrawn_at.is_(None))
                )
            )
            for stop in stops
        ]
        return [group for group in live if group]

    def point_of(self, delivery: Delivery) -> Any:
        (stay,) = self.session.scalars(
            select(Stay).where(Stay.delivery_id == delivery.id, Stay.state == StayState.EXPECTED)
        )
        assert stay.point_id == delivery.pickup_point_id
        return stay.point_id

    def kinds(self, delivery: Delivery) -> list[str]:
        return list(self.session.scalars(select(FactRow.kind).where(FactRow.aggregate_id == delivery.id)))


@pytest.fixture
def van(session: Session) -> Van:
    return Van(session)


class TestCheck:
    def test_reserves_room_from_the_planned_arrival_and_keeps_it(self, van: Van, session: Session) -> None:
        delivery = van.to(van.locker(1))
        route = van.drives([delivery])
        assert van.check() == {delivery.id: LoadOutcome.RESERVED}
        (rent,) = session.scalars(select(Rent).where(Rent.delivery_id == delivery.id))
        assert rent.starts_at == route.stops[0].planned_arrival_at
        assert van.check() == {delivery.id: LoadOutcome.KEPT}

    def test_sends_what_has_no_room_to_a_stop_that_the_round_has(self, van: Van) -> None:
        full, other = van.locker(1), van.locker(3, metres=400)
        van.fill(full)
        one, two = van.to(full), van.to(other)
        route = van.drives([one], [two])
        assert van.check()[one.id] is LoadOutcome.REDIRECTED
        assert van.point_of(one) == other.id
        (group,) = van.live_drops(route)
        assert set(group) == {one.id, two.id}
        assert one.place == other.place
        assert "stay.redirected" in van.kinds(one)

    def test_sends_nothing_to_a_locker_that_somebody_must_look_at_papers_for(self, van: Van) -> None:
        full, other = van.locker(1), van.locker(3, metres=400)
        van.fill(full)
        one, two = van.to(full), van.to(other)
        one.proof_requirements = ["id_check"]
        van.drives([one], [two])
        assert van.check()[one.id] is LoadOutcome.HELD_BACK

    def test_puts_a_stop_into_the_round_where_it_has_none(self, van: Van, session: Session) -> None:
        full, other = van.locker(1), van.locker(1, metres=300)
        van.fill(full)
        one = van.to(full)
        home = factories.delivery(session, merchant=van.shop, place=routing_rows.near(900))
        route = van.drives([one], [home])
        version = route.version
        before = {stop.id: stop.planned_arrival_at for stop in route.stops}
        assert van.check() == {one.id: LoadOutcome.REDIRECTED}
        assert van.live_drops(route) == [[one.id], [home.id]]
        stops = session.scalars(select(Stop).where(Stop.route_id == route.id).order_by(Stop.sequence)).all()
        assert [stop.sequence for stop in stops] == [1, 2, 3]
        assert stops[1].place == other.place
        assert stops[2].planned_arrival_at >= max(before[stops[2].id], stops[1].planned_departure_at)
        assert route.version > version

    def test_keeps_the_nearest_of_those_that_are_open(self, van: Van) -> None:
        full = van.locker(1)
        van.fill(full)
        van.locker(1, metres=100, opening_hours="off")
        van.locker(1, metres=150, suspended_at=NOW)
        open_ = van.locker(1, metres=400)
        van.locker(1, metres=600)
        one = van.to(full)
        van.drives([one])
        van.check()
        assert van.point_of(one) == open_.id

    def test_gives_two_of_them_no_room_that_is_there_once(self, van: Van) -> None:
        full, other = van.locker(1), van.locker(1, metres=200)
        van.fill(full)
        one, two = van.to(full), van.to(full)
        route = van.drives([one, two])
        outcomes = van.check()
        assert sorted(outcomes.values()) == [LoadOutcome.HELD_BACK, LoadOutcome.REDIRECTED]
        assert len(van.live_drops(route)) == 1
        assert other.id in {one.pickup_point_id, two.pickup_point_id}

    def test_holds_back_what_no_point_near_has_room_for(self, van: Van) -> None:
        full = van.locker(1)
        van.fill(full)
        van.locker(1, metres=loading.NEAR_M + 500)
        one = van.to(full)
        route = van.drives([one])
        assert van.check() == {one.id: LoadOutcome.HELD_BACK}
        assert van.live_drops(route) == []
        assert one.state is DeliveryState.CONFIRMED
        assert van.point_of(one) == full.id
        assert "delivery.held_back" in van.kinds(one)
        assert van.check() == {}

    def test_holds_back_when_the_round_cannot_bear_the_way(self, van: Van, session: Session) -> None:
        full = van.locker(1)
        van.fill(full)
        van.locker(1, metres=2900)
        one = van.to(full)
        home = factories.delivery(session, merchant=van.shop, place=routing_rows.near(0))
        van.drives([one], [home])
        assert van.check() == {one.id: LoadOutcome.HELD_BACK}

    def test_holds_back_when_a_promise_would_break(self, van: Van, session: Session) -> None:
        full = van.locker(1)
        van.fill(full)
        van.locker(1, metres=600)
        one = van.to(full)
        home = factories.delivery(session, merchant=van.shop, place=routing_rows.near(0))
        route = van.drives([one], [home])
        start = route.stops[1].planned_start_at
        home.promise_window(start - timedelta(hours=1), start + timedelta(seconds=30))
        session.flush()
        assert van.check() == {one.id: LoadOutcome.HELD_BACK}

    def test_sends_on_what_lost_its_door(self, van: Van, session: Session) -> None:
        at, other = van.locker(1), van.locker(1, metres=200)
        one = van.to(at)
        van.drives([one])
        van.check()
        (rent,) = session.scalars(select(Rent).where(Rent.delivery_id == one.id))
        assert rent.compartment_id is not None
        change_door(session, session.get_one(Compartment, rent.compartment_id), {"out_of_order": "x"}, now=NOW, by=None)
        assert rent.displaced_at is not None
        assert van.check() == {one.id: LoadOutcome.REDIRECTED}
        live = session.scalars(select(Rent).where(Rent.delivery_id == one.id, Rent.state == RentState.RESERVED)).all()
        assert [each.point_id for each in live] == [other.id]

    def test_asks_nothing_of_a_counter_that_does_not_count(self, van: Van, session: Session) -> None:
        one = van.to(point(session, carrier=van.carrier))
        van.drives([one])
        assert van.check() == {one.id: LoadOutcome.KEPT}


class TestOverHttp:
    @pytest.fixture
    def headers(self, app: App, van: Van, session: Session) -> dict[str, str]:
        return factories.bearer(app, session.get_one(Person, van.shift.driver_id))

    def test_tells_the_courier_where_each_goes(
        self, client: FlaskClient, headers: dict[str, str], van: Van, session: Session
    ) -> None:
        full, other = van.locker(1), van.locker(1, metres=200)
        span = {"starts_at": clock.now() - DAY, "ends_at": clock.now() + 9 * DAY}
        reserve(session, full, [parcel()], **span, hold_id=uuid4(), delivery_id=None, now=NOW)
        van.shift = routing_rows.shift(session, carrier=van.carrier, now=clock.now(), driver=van.shift.driver)
        one = van.to(full)
        van.drives([one])
        answer = client.post("/v1/driver/route/load-checks", headers=headers).json
        assert answer is not None
        (item,) = answer["items"]
        assert (item["outcome"], item["to_point"]["id"]) == ("redirected", str(other.id))
        route = client.get("/v1/driver/route", headers=headers).json
        assert route is not None
        assert route["version"] == answer["route_version"]
        (stop,) = [stop for stop in route["stops"] if stop["withdrawn_at"] is None]
        assert (stop["id"], stop["drops"][0]["pickup_point"]["id"]) == (item["stop_id"], str(other.id))

    def test_gives_a_pass_to_who_brings_something_there(
        self, client: FlaskClient, headers: dict[str, str], van: Van, session: Session
    ) -> None:
        at, elsewhere = van.locker(1), van.locker(1, metres=50)
        admin = factories.person(session, role=Role.ADMIN, organisation=van.carrier)
        caller = Principal(admin.id, van.carrier.id, van.carrier.id, True, Role.ADMIN)
        devices.install(session, at, caller=caller, now=NOW)
        van.drives([van.to(at)])
        first, second = (client.post(f"/v1/driver/lockers/{at.id}/passes", headers=headers) for _ in range(2))
        assert first.status_code == 201
        assert first.json is not None
        assert len(first.json["code"]) == 10
        assert second.json == first.json
        refused = client.post(f"/v1/driver/lockers/{elsewhere.id}/passes", headers=headers).json
        assert refused is not None
        assert refused["type"] == "/problems/not-on-your-route"
