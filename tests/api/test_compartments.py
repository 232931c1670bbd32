"""The compartments of a point over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Role
from api.unit import App
from kernel import clock
from pickup_points.models import PickupPoint
from pickup_points.room.reserving import reserve
from tests.factories import bearer, carrier, person
from tests.pickup_points.locker_rows import locker, parcel, point

SMALL: dict[str, Any] = {"size": "S", "length_mm": 640, "width_mm": 380, "height_mm": 80}


@pytest.fixture
def at(session: Session) -> PickupPoint:
    return locker(session, {}, carrier=carrier(session))


@pytest.fixture
def headers(app: App, session: Session, at: PickupPoint) -> dict[str, str]:
    return bearer(app, person(session, organisation=session.get_one(Organisation, at.carrier_id)))


class Doors:
    """The compartments of one point, as a dispatcher sees them."""

    def __init__(self, client: FlaskClient, at: PickupPoint, headers: dict[str, str]) -> None:
        self.client, self.path, self.headers = client, f"/v1/pickup-points/{at.id}/compartments", headers

    def add(self, *sizes: dict[str, Any], **headers: str) -> TestResponse:
        return self.client.post(self.path, json={"sizes": sizes}, headers=self.headers | headers)

    def list(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.client.get(self.path, headers=self.headers).json["items"]  # type: ignore[index]
        return items

    def change(self, door: dict[str, Any], change: dict[str, Any], version: int | None = None) -> TestResponse:
        match = {"If-Match": f'"{version or door["version"]}"'}
        return self.client.patch(f"{self.path}/{door['id']}", json=change, headers=self.headers | match)

    def remove(self, door: dict[str, Any]) -> TestResponse:
        match = {"If-Match": f'"{door["version"]}"'}
        return self.client.delete(f"{self.path}/{door['id']}", headers=self.headers | match)


@pytest.fixture
def doors(client: FlaskClient, at: PickupPoint, headers: dict[str, str]) -> Doors:
    return Doors(client, at, headers)


def kind(answer: TestResponse) -> Any:
    return answer.json["type"]  # type: ignore[index]


class TestAdd:
    def test_makes_a_bank_at_once_and_numbers_on(self, doors: Doors) -> None:
        assert doors.add(SMALL | {"count": 9}, SMALL | {"size": "L", "names": ["L1"]}).status_code == 201
        assert doors.add(SMALL | {"count": 2}).status_code == 201
        assert [door["name"] for door in doors.list()] == [*map(str, range(1, 12)), "L1"]

    def test_does_it_once_for_one_idempotency_key(self, doors: Doors) -> None:
        key = {"Idempotency-Key": "bank-1"}
        first, second = doors.add(SMALL | {"count": 2}, **key), doors.add(SMALL | {"count": 2}, **key)
        assert first.json == second.json
        assert len(doors.list()) == 2

    def test_refuses_a_name_twice(self, doors: Doors) -> None:
        assert kind(doors.add(SMALL | {"names": ["A", "A"]})) == "/problems/compartment-name-taken"

    def test_refuses_more_than_a_wall_has(self, doors: Doors) -> None:
        assert kind(doors.add(SMALL | {"count": 600}, SMALL | {"count": 600})) == "/problems/too-many-compartments"

    @pytest.mark.parametrize("wrong", [{}, {"count": 1, "names": ["A"]}, {"count": 0}, {"count": 1, "width_mm": 0}])
    def test_refuses_what_is_no_bank(self, doors: Doors, wrong: dict[str, Any]) -> None:
        assert doors.add(SMALL | wrong).status_code == 422

    def test_knows_no_point_of_another_carrier(self, app: App, client: FlaskClient, session: Session) -> None:
        other = locker(session, {"S": 1})
        stranger = bearer(app, person(session, role=Role.ADMIN))
        assert kind(Doors(client, other, stranger).add(SMALL | {"count": 1})) == "/problems/point-not-found"


class TestList:
    def test_says_when_a_door_is_expected_to_be_free(self, doors: Doors, session: Session, at: PickupPoint) -> None:
        doors.add(SMALL | {"count": 2})
        now = clock.now()
        span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=5)}
        reserve(session, at, [parcel()], **span, hold_id=uuid4(), delivery_id=None, now=now)
        (taken,) = [door for door in doors.list() if door["state"]]
        (free,) = [door for door in doors.list() if not door["state"]]
        assert taken["free_from"] == span["ends_at"].isoformat().replace("+00:00", "Z")
        assert (taken["state"], free["free_from"]) == ("reserved", None)


class TestChange:
    def test_takes_a_door_out_of_order_and_back(self, doors: Doors) -> None:
        doors.add(SMALL | {"count": 1})
        (door,) = doors.list()
        broken = doors.change(door, {"out_of_order": "The lock jams"})
        assert broken.json is not None
        assert (broken.status_code, broken.json["out_of_order_reason"]) == (200, "The lock jams")
        assert broken.json["out_of_order_at"] is not None
        mended = doors.change(broken.json, {"out_of_order": None})
        assert mended.json is not None
        assert mended.json["out_of_order_at"] is None

    def test_needs_the_version_that_is_changed(self, doors: Doors) -> None:
        doors.add(SMALL | {"count": 1})
        (door,) = doors.list()
        assert doors.change(door, {"size": "XS"}, version=9).status_code == 412

    def test_leaves_the_inside_of_what_somebody_reserved(self, doors: Doors, session: Session, at: PickupPoint) -> None:
        doors.add(SMALL | {"count": 1})
        now = clock.now()
        span = {"starts_at": now, "ends_at": now + timedelta(hours=5)}
        reserve(session, at, [parcel()], **span, hold_id=uuid4(), delivery_id=None, now=now)
        (door,) = doors.list()
        assert kind(doors.change(door, {"height_mm": 10})) == "/problems/compartment-in-use"
        assert kind(doors.remove(door)) == "/problems/compartment-in-use"
        assert doors.change(door, {"size": "XS"}).status_code == 200


class TestRemove:
    def test_frees_the_name(self, doors: Doors) -> None:
        doors.add(SMALL | {"names": ["A"]})
        (door,) = doors.list()
        assert doors.remove(door).status_code == 204
        assert doors.list() == []
        assert doors.add(SMALL | {"names": ["A"]}).status_code == 201


class TestCount:
    def test_is_not_lowered_below_the_places_that_are_kept(
        self, client: FlaskClient, app: App, session: Session
    ) -> None:
        at = point(session, most_parcels=2)
        now = clock.now()
        span = {"starts_at": now, "ends_at": now + timedelta(days=1)}
        reserve(session, at, [parcel()] * 2, **span, hold_id=uuid4(), delivery_id=None, now=now)
        who = bearer(app, person(session, organisation=session.get_one(Organisation, at.carrier_id)))
        change = {"json": {"most_parcels": 1}, "headers": who | {"If-Match": '"1"'}}
        assert kind(client.patch(f"/v1/pickup-points/{at.id}", **change)) == "/problems/places-kept"
