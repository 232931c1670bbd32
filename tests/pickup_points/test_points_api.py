"""Pickup points over HTTP: add, change, close, retire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Role
from api.unit import App
from kernel import clock
from kernel.facts import FactRow
from kernel.ids import new_id
from pickup_points.models import Stay, StayState
from pickup_points.room import reserving
from tests.factories import BORN, bearer, carrier, delivery, merchant, person, pickup_point
from tests.pickup_points.locker_rows import parcel

DRAFT: dict[str, Any] = {
    "kind": "shop",
    "name": "R-kioski Kamppi",
    "place": {"type": "Point", "coordinates": [24.9321, 60.1690]},
}


@dataclass(frozen=True)
class Desk:
    """A dispatcher who looks after the points."""

    client: FlaskClient
    session: Session
    headers: dict[str, str]
    carrier: Organisation

    def add(self, **changes: Any) -> TestResponse:
        return self.client.post("/v1/pickup-points", json=DRAFT | changes, headers=self.headers)

    def read(self, point_id: object) -> dict[str, Any]:
        answer = self.client.get(f"/v1/pickup-points/{point_id}", headers=self.headers)
        told: dict[str, Any] = answer.json or {}
        return told

    def change(self, point_id: object, version: int = 1, **changes: Any) -> TestResponse:
        headers = self.headers | {"If-Match": f'"{version}"'}
        return self.client.patch(f"/v1/pickup-points/{point_id}", json=changes, headers=headers)

    def retire(self, point_id: object, version: int = 1) -> TestResponse:
        headers = self.headers | {"If-Match": f'"{version}"'}
        return self.client.delete(f"/v1/pickup-points/{point_id}", headers=headers)

    def close(self, point_id: object, starts_h: float, ends_h: float) -> TestResponse:
        now = clock.now()
        times = {"starts_at": now + timedelta(hours=starts_h), "ends_at": now + timedelta(hours=ends_h)}
        document = {name: at.isoformat() for name, at in times.items()}
        return self.client.post(f"/v1/pickup-points/{point_id}/closures", json=document, headers=self.headers)


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Desk:
    drives = carrier(session)
    headers = bearer(app, person(session, role=Role.DISPATCHER, organisation=drives))
    session.commit()
    return Desk(client, session, headers, drives)


def refused(answer: TestResponse) -> tuple[int, str, list[str]]:
    problem = answer.json or {}
    return (
        answer.status_code,
        problem["type"].removeprefix("/problems/"),
        [error["pointer"] for error in problem.get("errors", [])],
    )


class TestAdd:
    def test_finds_zone_and_country_out(self, desk: Desk) -> None:
        answer = desk.add()

        assert answer.status_code == 201
        assert answer.json is not None
        assert (answer.json["zone"], answer.json["country"]) == ("Europe/Helsinki", "FI")
        assert (answer.json["services"], answer.json["hold_days"]) == (["collect"], 7)
        assert desk.read(answer.json["id"]) == answer.json | {"alternatives": []}

    def test_refuses_hours_that_mean_nothing(self, desk: Desk) -> None:
        answer = desk.add(opening_hours="Mo-Fr 8 to 20")

        assert refused(answer) == (422, "hours-not-understood", ["/opening_hours"])
        assert (answer.json or {})["column"] > 6

    def test_refuses_a_zone_that_is_none(self, desk: Desk) -> None:
        assert refused(desk.add(zone="Europe/Helsingfors")) == (422, "zone-unknown", ["/zone"])
        assert refused(desk.add(zone="Europe")) == (422, "zone-unknown", ["/zone"])
        assert refused(desk.add(zone="../etc/passwd")) == (422, "zone-unknown", ["/zone"])

    @pytest.mark.parametrize("coordinates", [[200, 60], [24, 95], [24], ["a", "b"]])
    def test_refuses_what_is_not_on_earth(self, desk: Desk, coordinates: list[Any]) -> None:
        answer = desk.add(place={"type": "Point", "coordinates": coordinates})

        assert refused(answer) == (422, "invalid-request", ["/place/coordinates"])

    def test_refuses_an_external_id_twice(self, desk: Desk) -> None:
        assert desk.add(external_id="node/1").status_code == 201
        assert refused(desk.add(external_id="node/1")) == (409, "point-id-taken", ["/external_id"])
        pickup_point(desk.session, carrier=carrier(desk.session), external_id="node/2")
        assert desk.add(external_id="node/2").status_code == 201  # of another carrier


class TestChange:
    def test_changes_what_is_named(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)

        changed = desk.change(point.id, opening_hours="24/7", suspended=True)

        assert changed.status_code == 200
        assert changed.headers["ETag"] == '"2"'
        assert changed.json is not None
        assert (changed.json["opening_hours"], changed.json["name"]) == ("24/7", point.name)
        assert changed.json["suspended_at"] is not None
        assert (desk.change(point.id, 2, suspended=False).json or {})["suspended_at"] is None

    def test_refuses_hours_that_mean_nothing(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)

        assert refused(desk.change(point.id, opening_hours="daily")) == (
            422,
            "hours-not-understood",
            ["/opening_hours"],
        )
        assert desk.read(point.id)["opening_hours"] == "Mo-Fr 08:00-20:00; Sa 10:00-18:00; PH off"

    def test_needs_the_version_that_was_read(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)

        assert desk.change(point.id, 7, name="Else").status_code == 412

    def test_does_not_move_it_under_a_courier(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)
        expected(desk, point.id)

        place = {"type": "Point", "coordinates": [24.95, 60.17]}
        assert refused(desk.change(point.id, place=place))[:2] == (409, "point-in-use")
        assert desk.change(point.id, name="Else").status_code == 200

    def test_counts_at_least_the_places_that_are_kept(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier, most_parcels=5)
        now = clock.now()
        times = {"starts_at": now, "ends_at": now + timedelta(days=1), "now": now}
        reserving.reserve(desk.session, point, [parcel()] * 3, hold_id=new_id(), delivery_id=None, **times)

        assert refused(desk.change(point.id, most_parcels=2)) == (409, "places-kept", ["/most_parcels"])
        assert desk.change(point.id, most_parcels=3).status_code == 200

    def test_is_for_points_of_the_own_carrier(self, desk: Desk) -> None:
        foreign = pickup_point(desk.session, carrier=carrier(desk.session))

        assert refused(desk.change(foreign.id, name="Mine"))[:2] == (404, "point-not-found")


class TestRetire:
    def test_leaves_its_past(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)

        assert desk.retire(point.id).status_code == 204
        assert desk.read(point.id)["retired_at"] is not None
        assert refused(desk.retire(point.id, 2))[:2] == (409, "point-retired")
        assert refused(desk.change(point.id, 2, name="Else"))[:2] == (409, "point-retired")

    def test_waits_until_nothing_is_expected(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)
        stay = expected(desk, point.id)

        assert refused(desk.retire(point.id))[:2] == (409, "point-in-use")
        stay.state = StayState.COLLECTED
        desk.session.flush()
        assert desk.retire(point.id).status_code == 204


class TestClose:
    def test_shows_in_what_the_point_says(self, desk: Desk) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier, opening_hours="24/7")
        assert desk.read(point.id)["opening"]["open_now"] is True

        closed = desk.close(point.id, -1, 2).json or {}

        told = desk.read(point.id)["opening"]
        assert (told["open_now"], told["next_opening_at"]) == (False, closed["ends_at"])
        path = f"/v1/pickup-points/{point.id}/closures"
        assert desk.client.get(path, headers=desk.headers).json == {"items": [closed]}
        assert desk.client.delete(f"{path}/{closed['id']}", headers=desk.headers).status_code == 204
        assert desk.read(point.id)["opening"]["open_now"] is True
        assert refused(desk.client.delete(f"{path}/{closed['id']}", headers=desk.headers))[:2] == (
            404,
            "closure-not-found",
        )

    @pytest.mark.parametrize(("starts_h", "ends_h"), [(2, 1), (1, 1), (-2, -1), (0, 24 * 1000)])
    def test_refuses_times_that_make_no_sense(self, desk: Desk, starts_h: float, ends_h: float) -> None:
        point = pickup_point(desk.session, carrier=desk.carrier)

        assert refused(desk.close(point.id, starts_h, ends_h)) == (422, "closure-invalid", ["/ends_at"])


def expected(desk: Desk, point_id: Any) -> Stay:
    """A parcel on its way to the point."""
    coming = delivery(desk.session, merchant=merchant(desk.session, served_by=desk.carrier))
    stay = Stay(
        point_id=point_id,
        delivery_id=coming.id,
        parcel_id=coming.parcels[0].id,
        state=StayState.EXPECTED,
        created_at=BORN,
    )
    desk.session.add(stay)
    desk.session.flush()
    return stay


class TestFacts:
    def test_tell_the_point_s_story(self, desk: Desk) -> None:
        added = desk.add().json or {}
        desk.change(added["id"], name="Else", suspended=True)
        desk.change(added["id"], 2, name="Else")  # as it was
        closure = desk.close(added["id"], 1, 2).json or {}
        desk.client.delete(f"/v1/pickup-points/{added['id']}/closures/{closure['id']}", headers=desk.headers)
        desk.retire(added["id"], 2)

        told = desk.session.execute(select(FactRow.kind, FactRow.data).order_by(FactRow.seq)).all()

        assert [kind for kind, _ in told] == [
            "point.added",
            "point.changed",
            "point.closed",
            "point.closure_lifted",
            "point.retired",
        ]
        assert {data["point_id"] for _, data in told} == {added["id"]}
        assert told[1].data["changed"] == ["name", "suspended"]
