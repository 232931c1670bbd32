"""What a customer is offered for a basket and an address, priced into the routes as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from kernel import clock
from kernel.clock import Clock
from kernel.geo import Point
from pickup_points.models import Compartment, PointKind
from routing.models import Profile, Shift
from slots.models import Slot, SlotTemplate
from tests import factories
from tests import routing_rows as rows
from tests.factories import bearer
from tests.slots.conftest import Shop

HOME = factories.HELSINKI


@pytest.fixture(autouse=True)
def clock_at_now(now: datetime) -> Iterator[None]:
    """Views read the clock; it stands at the test's `now`, near enough."""
    clock.use(Clock(anchor=datetime.now(now.tzinfo), starts_at=now, speed=1.0))
    yield
    clock.use(clock.REAL)


class Asking:
    """The merchant who asks."""

    def __init__(self, app: App, client: FlaskClient, session: Session, shop: Shop, now: datetime) -> None:
        self.client, self.session, self.shop, self.now = client, session, shop, now
        person = factories.person(session, role=Role.MERCHANT, organisation=shop.merchant)
        self.headers = bearer(app, person)

    def answer(self, **changes: Any) -> Any:
        body = {
            "address": {"place": {"type": "Point", "coordinates": [HOME.longitude, HOME.latitude]}},
            "parcels": [{"weight_g": 1000, "length_mm": 300, "width_mm": 200, "height_mm": 100}],
            "from_date": self.now.date().isoformat(),
            "days": 3,
        } | changes
        return self.client.post("/v1/delivery-options", json=body, headers=self.headers)

    def ask(self, **changes: Any) -> dict[str, Any]:
        answer = self.answer(**changes)
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def slot(self, *, hours: float = 4, **given: Any) -> Slot:
        """A home slot of two hours that begins in so many hours; it is 9:00 in Helsinki."""
        given = {"zone": self.shop.zone} | given
        slot = factories.slot(self.session, starts_at=self.now + timedelta(hours=hours), **given)
        self.session.commit()
        return slot

    def shift(self, **given: Any) -> Shift:
        shift = rows.shift(self.session, carrier=self.shop.carrier, now=self.now, **given)
        self.session.commit()
        return shift

    def drive(self, shift: Shift, metres: float) -> None:
        """A published route whose courier stops so far east of the depot, ten minutes after it leaves."""
        booked = rows.delivery(self.session, merchant=self.shop.merchant, now=self.now, place=rows.near(metres))
        rows.published_route(self.session, on=shift, stops=[[booked]], now=self.now)
        self.session.commit()


@pytest.fixture
def asking(app: App, client: FlaskClient, session: Session, shop: Shop, now: datetime) -> Asking:
    return Asking(app, client, session, shop, now)


def reasons(found: dict[str, Any]) -> list[str]:
    return [each["reason"] for each in found["ineligible"]]


class TestOffer:
    def test_prices_a_slot_into_the_routes(self, asking: Asking) -> None:
        slot = asking.slot(hours=1)
        asking.shift(starts_in=timedelta(hours=1))

        found = asking.ask()
        (option,) = found["options"]

        assert (option["slot_id"], option["kind"], option["feasibility"]) == (str(slot.id), "home", "routes")
        assert option["added_m"] >= 0
        assert option["added_s"] >= 120
        assert option["co2e_g"] == round(option["added_m"] * 2 * 300 / 100_000)
        assert option["promise"]["starts_at_local"] == "2026-06-15T10:00:00+03:00"
        assert found["zone"] == "Europe/Helsinki"
        assert found["expires_at"] == "2026-06-15T06:05:00Z" or found["expires_at"].startswith("2026-06-15T06:05")

    def test_is_cheaper_where_a_courier_stops_anyway(self, asking: Asking) -> None:
        alone = asking.slot(hours=4)
        beside = asking.slot(hours=1)
        shift = asking.shift(starts_in=timedelta(hours=1), lasts=timedelta(hours=2))
        asking.drive(shift, 300)
        asking.shift(starts_in=timedelta(hours=4), start_place=rows.near(6000), end_place=rows.near(6000))

        first, second = asking.ask()["options"]

        assert (first["slot_id"], second["slot_id"]) == (str(beside.id), str(alone.id))
        assert first["price_minor"] < second["price_minor"] <= second["full_price_minor"] == 490
        assert first["because"].endswith("at that time anyway")
        assert (first["eco"], second["eco"]) == (True, False)

    def test_says_that_a_count_decides_where_nobody_drives_yet(self, asking: Asking) -> None:
        asking.slot()

        (option,) = asking.ask()["options"]

        assert option["feasibility"] == "capacity"
        assert (option["added_m"], option["co2e_g"], option["eco"]) == (None, None, False)
        assert option["price_minor"] == 490

    def test_makes_no_offer_that_no_courier_can_keep(self, asking: Asking) -> None:
        asking.slot(hours=1)
        asking.shift(starts_in=timedelta(hours=1), start_place=rows.near(-400_000), end_place=None)

        found = asking.ask()

        assert found["options"] == []
        assert reasons(found) == ["no_route_room"]

    def test_tells_kinds_apart(self, asking: Asking) -> None:
        for hours in (1, 12):
            asking.slot(hours=hours)
        asking.slot(hours=2).tags = ["express"]
        asking.session.commit()

        kinds = [each["kind"] for each in asking.ask()["options"]]

        assert sorted(kinds) == ["evening", "express", "home"]
        assert [each["kind"] for each in asking.ask(kinds=["evening"])["options"]] == ["evening"]

    def test_shows_only_what_emits_least_when_asked(self, asking: Asking) -> None:
        asking.slot(hours=4)
        near = asking.slot(hours=1)
        asking.drive(asking.shift(starts_in=timedelta(hours=1), lasts=timedelta(hours=2)), 300)
        with asking.session.begin_nested():
            van = rows.vehicle(asking.session, carrier=asking.shop.carrier, now=asking.now, profile=Profile.CAR)
        asking.shift(by=van, starts_in=timedelta(hours=4), start_place=rows.near(6000), end_place=None)

        found = asking.ask(only_eco=True)["options"]

        assert [each["slot_id"] for each in found] == [str(near.id)]

    def test_keeps_to_the_own_carrier(self, asking: Asking) -> None:
        other = factories.carrier(asking.session)
        asking.slot(zone=factories.zone(asking.session, carrier=other))
        factories.pickup_point(asking.session, carrier=other)

        found = asking.ask()

        assert (found["options"], found["ineligible"]) == ([], [])


class TestOfferAtPoints:
    def point(self, asking: Asking, **given: Any) -> Any:
        point = factories.pickup_point(asking.session, carrier=asking.shop.carrier, **given)
        asking.session.commit()
        return point

    def test_brings_it_before_people_come(self, asking: Asking) -> None:
        point = self.point(asking)
        slot = asking.slot(hours=5, zone=None, point=point)
        asking.shift(starts_in=timedelta(hours=1))

        (option,) = asking.ask(kinds=["point"])["options"]

        assert (option["slot_id"], option["kind"], option["feasibility"]) == (str(slot.id), "point", "routes")
        assert (option["point"]["id"], option["point"]["distance_m"]) == (str(point.id), 0)

    def test_needs_somebody_who_comes_before(self, asking: Asking) -> None:
        asking.slot(hours=2, zone=None, point=self.point(asking))
        asking.shift(starts_in=timedelta(hours=1), lasts=timedelta(minutes=61), start_place=rows.near(40_000))

        assert reasons(asking.ask(kinds=["point"])) == ["no_route_room"]

    def test_counts_its_places(self, asking: Asking) -> None:
        asking.slot(hours=5, zone=None, point=self.point(asking, most_parcels=0))

        assert reasons(asking.ask(kinds=["point"])) == ["point_full"]

    def test_knows_when_it_is_shut(self, asking: Asking) -> None:
        asking.slot(hours=15, zone=None, point=self.point(asking))

        assert reasons(asking.ask(kinds=["point"])) == ["point_closed"]

    def test_hands_parcels_over(self, asking: Asking) -> None:
        asking.slot(hours=5, zone=None, point=self.point(asking, services=["return"]))

        assert reasons(asking.ask(kinds=["point"])) == ["nothing_collected"]

    def test_knows_who_brings_it_days_before(self, asking: Asking) -> None:
        asking.slot(hours=75, zone=None, point=self.point(asking, opening_hours="24/7"))
        asking.shift(starts_in=timedelta(hours=5))
        day = (asking.now + timedelta(hours=75)).date().isoformat()

        (option,) = asking.ask(kinds=["point"], from_date=day, days=1)["options"]
        assert option["feasibility"] == "routes"

    def test_lies_in_the_city(self, asking: Asking) -> None:
        factories.city(asking.session)
        asking.slot(hours=5, zone=None, point=self.point(asking, place=Point(25.1, 60.17)))

        assert reasons(asking.ask(kinds=["point"])) == ["point_outside_city"]

    def test_leaves_out_what_takes_no_parcels(self, asking: Asking) -> None:
        asking.slot(hours=5, zone=None, point=self.point(asking, suspended_at=asking.now))

        assert reasons(asking.ask(kinds=["point"])) == ["point_suspended"]

    def test_knows_what_goes_into_a_locker(self, asking: Asking) -> None:
        locker = self.point(asking, kind=PointKind.LOCKER, opening_hours="24/7")
        asking.slot(hours=5, zone=None, point=locker)

        assert reasons(asking.ask(kinds=["locker"])) == ["parcel_does_not_fit"]

        door = Compartment(
            point_id=locker.id, name="1", size="S", length_mm=400, width_mm=300, height_mm=100, most_weight_g=5000
        )
        asking.session.add(door)
        asking.session.commit()
        small = {"weight_g": 500, "length_mm": 100, "width_mm": 100, "height_mm": 50}
        assert [each["kind"] for each in asking.ask(kinds=["locker"], parcels=[small])["options"]] == ["locker"]


class TestIneligible:
    def test_names_the_cut_off(self, asking: Asking) -> None:
        asking.slot(closes_at=asking.now)

        assert reasons(asking.ask()) == ["past_cut_off"]

    def test_names_an_address_that_no_zone_covers(self, asking: Asking) -> None:
        asking.slot()
        elsewhere = {"place": {"type": "Point", "coordinates": [24.6, 60.2]}}

        found = asking.ask(address=elsewhere)

        assert (found["options"], reasons(found)) == ([], ["outside_zones"])

    def test_names_a_full_slot(self, asking: Asking) -> None:
        asking.slot(most_count=0)

        found = asking.ask()

        assert reasons(found) == ["slot_full"]
        assert found["ineligible"][0]["detail"] == "count: 1 asked for, 0 left"

    def test_names_an_order_too_small(self, asking: Asking) -> None:
        asking.slot(least_order_minor=5000)

        assert reasons(asking.ask(order_minor=4999)) == ["order_too_small"]

    def test_names_a_blackout(self, asking: Asking) -> None:
        slot = asking.slot()
        day = timedelta(days=1)
        template = asking.session.get_one(SlotTemplate, slot.template_id)
        template.blackouts = [
            {
                "starts_at": (asking.now + day).isoformat(),
                "ends_at": (asking.now + 2 * day).isoformat(),
                "reason": "Midsummer",
            }
        ]
        asking.session.commit()

        found = asking.ask()

        assert (reasons(found), found["ineligible"][0]["detail"]) == (["blackout"], "Midsummer")


class TestBadInput:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"parcels": []}, "/parcels"),
            ({"days": 31}, "/days"),
            ({"days": 0}, "/days"),
            ({"from_date": "2026-06-14"}, "/from_date"),
            ({"from_date": "tomorrow"}, "/from_date"),
            ({"address": {}}, "/address"),
            ({"kinds": ["drone"]}, "/kinds/0"),
            ({"most_points": 1000}, "/most_points"),
        ],
    )
    def test_is_named(self, asking: Asking, changes: dict[str, Any], pointer: str) -> None:
        answer = asking.answer(**changes)

        assert answer.status_code == 422, answer.json
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
