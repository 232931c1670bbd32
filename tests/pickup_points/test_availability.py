"""Whether a point takes one recipient's parcels, and where else they could go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Organisation, Role
from api.unit import App
from kernel.geo import Point
from kernel.ids import new_id
from pickup_points.models import Closure, PickupPoint, PointService
from pickup_points.room import reserving
from tests import factories
from tests.factories import BORN, HELSINKI, bearer, carrier, person, pickup_point
from tests.pickup_points.locker_rows import locker, parcel


@dataclass(frozen=True)
class City:
    """A carrier's lockers, and somebody who asks about them."""

    client: FlaskClient
    session: Session
    headers: dict[str, str]
    carrier: Organisation

    def has(self, name: str, metres: float, doors: dict[str, int], taken: int = 0) -> PickupPoint:
        """A locker of which so many doors are taken."""
        place = Point(HELSINKI.longitude, HELSINKI.latitude + metres / 111_195)
        made = locker(self.session, doors, carrier=self.carrier, name=name, place=place, closures=[])
        now = datetime.now(UTC)
        for _ in range(taken):
            times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=30)}
            whose: dict[str, Any] = {"hold_id": new_id(), "delivery_id": None}
            reserving.reserve(self.session, made, [parcel()], **times, **whose, now=now)
        return made

    def names(self, query: str) -> list[str]:
        answer = self.client.get(f"/v1/pickup-points?near=24.9414,60.1719&{query}", headers=self.headers)
        return [found["name"] for found in (answer.json or {})["items"]]

    def read(self, at: PickupPoint) -> dict[str, Any]:
        return self.client.get(f"/v1/pickup-points/{at.id}", headers=self.headers).json or {}

    def check(self, at: PickupPoint, *parcels: dict[str, Any]) -> tuple[bool, str | None, list[str]]:
        document = {"parcels": [*parcels] or [{"weight_g": 1000}]}
        path = f"/v1/pickup-points/{at.id}/availability-checks"
        answer = self.client.post(path, json=document, headers=self.headers).json or {}
        return answer["available"], answer["reason"], [each["name"] for each in answer["alternatives"]]


@pytest.fixture
def city(session: Session, app: App, client: FlaskClient) -> City:
    drives = carrier(session)
    headers = bearer(app, person(session, role=Role.DISPATCHER, organisation=drives))
    session.commit()
    return City(client, session, headers, drives)


def sides(length_mm: int, width_mm: int, height_mm: int) -> dict[str, Any]:
    return {"weight_g": 1000, "length_mm": length_mm, "width_mm": width_mm, "height_mm": height_mm}


class TestSearch:
    def test_shows_the_free_doors(self, city: City) -> None:
        city.has("locker", 0, {"S": 2, "L": 1}, taken=1)

        (found,) = (city.client.get("/v1/pickup-points", headers=city.headers).json or {})["items"]

        assert found["room"]["free"] == {"S": 1, "L": 1}
        assert [(size["size"], size["working"]) for size in found["room"]["sizes"]] == [("S", 2), ("L", 1)]

    def test_asks_for_doors_that_it_goes_through(self, city: City) -> None:
        city.has("small", 0, {"S": 1})
        city.has("full", 100, {"L": 1}, taken=1)
        city.has("large", 200, {"L": 1})

        assert city.names("fits=420x420x300,1000") == []  # two sides longer than any door's second
        assert city.names("fits=300x400x300,1000") == ["full", "large"]
        assert city.names("fits=300x400x300,1000&hide_full=true") == ["large"]
        assert city.names("fits=300x400x300,26000") == []
        assert city.names("hide_full=true") == ["small", "large"]

    @pytest.mark.parametrize("size", ["", "400x300", "0x1x1", "400x300x-2", "a", "400x300x200,1,1"])
    def test_refuses_what_is_no_size(self, city: City, size: str) -> None:
        assert city.client.get(f"/v1/pickup-points?fits={size}", headers=city.headers).status_code == 422


class TestRead:
    def test_names_emptier_ones_nearby(self, city: City) -> None:
        half = city.has("half full", 0, {"S": 2}, taken=1)
        city.has("as full", 100, {"S": 2}, taken=1)
        city.has("emptier", 300, {"S": 4}, taken=1)
        city.has("empty", 200, {"S": 1})
        city.has("too far", 6000, {"S": 1})

        assert [each["name"] for each in city.read(half)["alternatives"]] == ["empty", "emptier"]


class TestAvailability:
    def test_is_there_where_all_parcels_find_room(self, city: City) -> None:
        at = city.has("locker", 0, {"S": 1, "M": 1})

        assert city.check(at, sides(300, 300, 60), sides(300, 300, 150)) == (True, None, [])

    def test_names_the_reason_and_who_else_has_room(self, city: City) -> None:
        at = city.has("locker", 0, {"S": 1}, taken=1)
        city.has("other", 500, {"S": 1})
        city.has("large", 900, {"L": 1})

        assert city.check(at) == (False, "full", ["other", "large"])
        assert city.check(at, sides(300, 300, 300)) == (False, "too_big", ["large"])

    def test_is_not_there_where_nobody_opens(self, city: City) -> None:
        shut = pickup_point(city.session, carrier=city.carrier, opening_hours="2020 Mo 10:00-12:00")
        holiday = pickup_point(city.session, carrier=city.carrier, opening_hours="24/7")
        now = datetime.now(UTC)
        city.session.add(Closure(point_id=holiday.id, starts_at=now, ends_at=now + timedelta(days=30), reason=None))
        city.session.flush()
        city.session.expire_all()

        assert city.check(shut)[:2] == (False, "closed")
        assert city.check(holiday)[:2] == (False, "closed")

    def test_is_not_told_of_a_time_that_is_over(self, city: City) -> None:
        at = city.has("locker", 0, {"S": 1})
        over = {"parcels": [{"weight_g": 1000}], "at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
        answer = city.client.post(f"/v1/pickup-points/{at.id}/availability-checks", json=over, headers=city.headers)
        assert answer.json is not None
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/at")

    def test_is_not_there_where_nothing_new_is_taken(self, city: City) -> None:
        suspended = pickup_point(city.session, carrier=city.carrier, suspended_at=BORN)
        retired = pickup_point(city.session, carrier=city.carrier, retired_at=BORN)
        drop_off = pickup_point(city.session, carrier=city.carrier, services=(PointService.SEND,))

        assert city.check(suspended)[:2] == (False, "suspended")
        assert city.check(drop_off) == (False, "nothing_collected", [])
        assert city.check(retired)[:2] == (False, "retired")

    def test_is_counted_where_a_counter_counts(self, city: City) -> None:
        two = factories.pickup_point(city.session, carrier=city.carrier, opening_hours="24/7", most_parcels=2)

        assert city.check(two, {"weight_g": 1}, {"weight_g": 1})[:2] == (True, None)
        assert city.check(two, *[{"weight_g": 1}] * 3)[:2] == (False, "full")
