"""Room in the routes: two holds never have the same, a lapsed one gives it back, and a plan can take it away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from accounts.models import Role
from api.unit import App, unit
from deliveries.models import Delivery
from kernel import clock
from kernel.clock import Clock
from kernel.database import Sessions
from places.adapters.great_circle import GreatCircleStreets
from routing.foreseeing import due
from routing.insertion import Wanted
from routing.kept_days import KEPT_DAYS
from routing.models import Shift, Vehicle
from routing.tasks import foresee_day
from slots import route_room
from slots.models import Hold, HoldState, Slot
from slots.room_models import RouteRoom
from slots.route_room import NoRouteRoom, RouteRoomTaken
from slots.standing import ready, standing
from tests import factories
from tests import routing_rows as rows
from tests.factories import bearer
from tests.slots.conftest import Shop, open_shop

STREETS = GreatCircleStreets()
HOUR = timedelta(hours=1)


class Town:
    """A merchant, a slot of two hours, and a courier who has room for one stop in it: all committed."""

    def __init__(self, app: App, now: datetime) -> None:
        self.now = now
        with Sessions.begin() as session:
            self.shop: Shop = open_shop(session)
            self.headers = bearer(
                app, factories.person(session, role=Role.MERCHANT, organisation=session.merge(self.shop.merchant))
            )
            self.slot = factories.slot(session, starts_at=now + HOUR, zone=session.merge(self.shop.zone))
        self.client: FlaskClient = app.test_client()

    def shift(self, *, parcels: int = 1) -> Shift:
        with Sessions.begin() as session:
            carrier = session.merge(self.shop.carrier)
            bike = rows.vehicle(session, carrier=carrier, now=self.now, capacities={"parcels": parcels})
            return rows.shift(session, carrier=carrier, now=self.now, by=bike, lasts=3 * HOUR)

    def hold(self, **changes: Any) -> Any:
        body = {
            "slot_id": str(self.slot.id),
            "address": {"place": {"type": "Point", "coordinates": [24.95, 60.17]}},
            "parcels": [{"weight_g": 1000}],
        } | changes
        return self.client.post("/v1/holds", json=body, headers=self.headers)

    def confirm(self, held: Any) -> Any:
        body = {"delivery": {"recipient": {"name": "Aino", "phone": "+358401234567"}}}
        return self.client.post(f"/v1/holds/{held.json['id']}/confirm", json=body, headers=self.headers)

    def options(self) -> tuple[int, list[str]]:
        body = {
            "address": {"place": {"type": "Point", "coordinates": [24.95, 60.17]}},
            "parcels": [{"weight_g": 1000}],
            "from_date": self.now.date().isoformat(),
        }
        found = self.client.post("/v1/delivery-options", json=body, headers=self.headers).json
        return len(found["options"]), [each["reason"] for each in found["ineligible"]]

    def find(self, place: Any = rows.DEPOT) -> route_room.FoundRoom:
        found = route_room.find(
            Wanted(place=place, demands=(1, 1000, 0)),
            [(self.slot.starts_at, self.slot.ends_at)],
            carrier_id=self.shop.carrier.id,
            unit=unit,
            streets=STREETS,
            now=self.now,
        )
        assert found is not None
        return found

    def take(self, found: route_room.FoundRoom) -> None:
        with Sessions.begin() as session:
            held = factories.hold(
                session,
                slot=session.merge(self.slot),
                merchant=session.merge(self.shop.merchant),
                expires_at=self.now + HOUR / 4,
            )
            route_room.take(session, held, found, now=self.now)


@pytest.fixture
def town(app: App, committing: Engine, now: datetime) -> Iterator[Town]:
    clock.use(Clock(anchor=datetime.now(now.tzinfo), starts_at=now, speed=1.0))
    yield Town(app, now)
    clock.use(clock.REAL)


def seated(town: Town) -> list[str]:
    """The stops of the day's tours with its guests, in their order."""
    with unit() as session:
        stands = standing(session, carrier_id=town.shop.carrier.id, first=town.now.date(), days=1, now=town.now)
    days = ready(stands, unit=unit, streets=STREETS)
    return [step.id for each in days.values() for tour in each.day.day.tours for step in tour.stops]


class TestHold:
    def test_keeps_room_in_the_route(self, town: Town) -> None:
        town.shift()
        assert town.options() == (1, [])

        held = town.hold()

        assert held.status_code == 201, held.json
        assert seated(town) == [held.json["id"]]
        assert town.options() == (0, ["no_route_room"])
        refused = town.hold()
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/no-route-room")

    def test_in_a_shift_that_is_cancelled_takes_room_in_another(self, town: Town) -> None:
        shift = town.shift()
        held = town.hold()
        with Sessions.begin() as session:
            session.get_one(Shift, shift.id).cancelled_at = town.now
        town.shift()

        assert town.hold().json["type"] == "/problems/no-route-room"
        assert town.confirm(held).status_code == 200

    def test_in_a_shift_that_is_cancelled_is_not_booked_twice(self, town: Town) -> None:
        first, held = town.shift(), town.hold()
        with Sessions.begin() as session:
            session.get_one(Shift, first.id).cancelled_at = town.now
        other = town.shift(parcels=2)
        late = town.hold()
        with Sessions.begin() as session:
            session.get_one(Vehicle, other.vehicle_id).capacities = {"parcels": 1}

        assert sorted(town.confirm(each).status_code for each in (late, held)) == [200, 409]

    def test_that_is_refused_prices_no_route(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        town.shift()
        with Sessions.begin() as session:
            session.merge(town.slot).most_count = 1
        assert town.hold().status_code == 201
        monkeypatch.setattr(route_room, "find", None)

        refused = town.hold()
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/slot-full")

    def test_costs_what_was_offered(self, town: Town) -> None:
        town.shift()
        body = {
            "address": {"place": {"type": "Point", "coordinates": [24.95, 60.17]}},
            "parcels": [{"weight_g": 1000}],
            "from_date": town.now.date().isoformat(),
        }
        (option,) = town.client.post("/v1/delivery-options", json=body, headers=town.headers).json["options"]

        assert option["price_minor"] < option["full_price_minor"]
        assert town.hold().json["price_minor"] == option["price_minor"]

    def test_gives_the_room_back(self, town: Town) -> None:
        town.shift()
        held = town.hold()

        town.client.delete(f"/v1/holds/{held.json['id']}", headers=town.headers)

        assert seated(town) == []
        assert town.options() == (1, [])
        assert town.hold().status_code == 201

    def test_gives_the_room_back_when_it_lapses(self, town: Town) -> None:
        town.shift()
        town.hold(keep_s=30)

        clock.use(Clock(anchor=datetime.now(town.now.tzinfo), starts_at=town.now + HOUR / 60, speed=1.0))

        assert town.options() == (1, [])
        assert town.hold().status_code == 201

    def test_goes_by_the_count_where_nobody_drives(self, town: Town) -> None:
        assert town.hold().status_code == 201
        with Sessions.begin() as session:
            assert session.query(RouteRoom).count() == 0

    def test_says_the_nearer_reason_first(self, town: Town) -> None:
        town.shift()
        town.hold()
        with Sessions.begin() as session:
            session.get_one(Slot, town.slot.id).most_count = 1

        assert town.hold().json["type"] == "/problems/slot-full"

    def test_is_one_for_several_at_once(self, town: Town, app: App) -> None:
        town.shift(parcels=3)
        together = Barrier(6)

        def hold(_: int) -> int:
            together.wait()
            body = {
                "slot_id": str(town.slot.id),
                "address": {"place": {"type": "Point", "coordinates": [24.95, 60.17]}},
                "parcels": [{"weight_g": 1000}],
            }
            return app.test_client().post("/v1/holds", json=body, headers=town.headers).status_code

        with ThreadPoolExecutor(6) as threads:
            answers = sorted(threads.map(hold, range(6)))

        assert answers == [201, 201, 201, 409, 409, 409]
        assert len(seated(town)) == 3


class TestTake:
    def test_goes_to_one_of_two_who_found_the_same(self, town: Town) -> None:
        """The database decides, whatever the code looked at before."""
        town.shift()
        first, second = town.find(), town.find()

        town.take(first)

        with pytest.raises(RouteRoomTaken):
            town.take(second)

    def test_refuses_when_the_route_is_another_by_now(self, town: Town) -> None:
        shift = town.shift(parcels=5)
        found = town.find()

        with Sessions.begin() as session:
            booked = rows.delivery(
                session, merchant=session.merge(town.shop.merchant), now=town.now, place=rows.near(500)
            )
            rows.published_route(session, on=session.merge(shift), stops=[[booked]], now=town.now)

        with pytest.raises(RouteRoomTaken):
            town.take(found)

    def test_seats_guests_beside_each_other_the_same_way_everywhere(self, town: Town) -> None:
        town.shift(parcels=5)
        for metres in (300, 900, 600):
            town.take(town.find(rows.near(metres)))
        here = seated(town)

        KEPT_DAYS.forget()  # as in a process that has just begun

        assert len(here) == 3
        assert seated(town) == here

    def test_keeps_those_who_sit_beside_one_who_left(self, town: Town) -> None:
        town.shift(parcels=5)
        for metres in (300, 900, 600):
            town.take(town.find(rows.near(metres)))
        with Sessions.begin() as session:
            gone, *stay = session.scalars(select(Hold).order_by(Hold.id)).all()
            gone.state, gone.ended_at = HoldState.RELEASED, town.now

        assert {str(each.id) for each in stay} <= set(seated(town))


class TestConfirm:
    def test_keeps_the_room_until_a_plan_has_it(self, town: Town) -> None:
        town.shift()
        held = town.hold()

        booked = town.confirm(held)

        assert booked.status_code == 200, booked.json
        assert seated(town) == [held.json["id"]]
        assert town.options() == (0, ["no_route_room"])

    def test_hands_the_room_to_what_is_foreseen(self, town: Town) -> None:
        town.shift(parcels=2)
        booked = town.confirm(town.hold()).json

        with Sessions.begin() as session:
            for each in due(session, zone="UTC", now=town.now):
                foresee_day(carrier_id=str(each.carrier_id), day=each.day.isoformat())

        assert seated(town) == [booked["delivery_id"]]

    def test_is_refused_when_a_plan_took_the_room(self, town: Town) -> None:
        shift = town.shift()
        held = town.hold()

        with Sessions.begin() as session:
            other = rows.delivery(
                session, merchant=session.merge(town.shop.merchant), now=town.now, place=rows.near(500)
            )
            rows.published_route(session, on=session.merge(shift), stops=[[other]], now=town.now)

        refused = town.confirm(held)
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/no-route-room")
        with Sessions.begin() as session:
            assert session.query(Delivery).count() == 1

    def test_moves_to_another_courier_when_its_own_has_no_room_any_more(self, town: Town) -> None:
        shift = town.shift()
        held = town.hold()
        with Sessions.begin() as session:
            other = rows.delivery(
                session, merchant=session.merge(town.shop.merchant), now=town.now, place=rows.near(500)
            )
            rows.published_route(session, on=session.merge(shift), stops=[[other]], now=town.now)

        town.shift()

        assert held.json["id"] in seated(town)
        assert town.confirm(held).status_code == 200


class TestFind:
    def test_refuses_what_no_courier_can_do(self, town: Town) -> None:
        town.shift()

        with pytest.raises(NoRouteRoom):
            town.find(rows.near(-400_000))
