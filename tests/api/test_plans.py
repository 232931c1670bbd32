"""Vehicles, shifts, plans and routes over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Organisation, Person, Role
from api.unit import App
from deliveries.models import DeliveryState
from kernel import clock
from kernel.clock import Clock
from kernel.ids import new_id
from routing import requesting
from routing.given import fingerprint, given_delivery, given_shift
from routing.models import Shift, Unassigned
from tests import factories
from tests import routing_rows as rows

DEPOT = {"type": "Point", "coordinates": [24.9414, 60.1719]}


@dataclass
class Desk:
    """A dispatcher at work."""

    client: FlaskClient
    headers: dict[str, str]
    session: Session
    carrier: Organisation
    merchant: Organisation
    driver: Person
    now: datetime

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(path, json=body, headers=self.headers)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self.headers | headers)

    def patch(self, path: str, body: Any, etag: str) -> TestResponse:
        return self.client.patch(path, json=body, headers=self.headers | {"If-Match": etag})

    def delete(self, path: str, etag: str) -> TestResponse:
        return self.client.delete(path, headers=self.headers | {"If-Match": etag})

    def vehicle(self, **given: Any) -> dict[str, Any]:
        answer = self.post("/v1/vehicles", {"name": "Bicycle 3", "profile": "bicycle"} | given)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    def shift_body(self, **given: Any) -> dict[str, Any]:
        if "vehicle_id" not in given:
            given["vehicle_id"] = self.vehicle()["id"]
        hours = {"starts_at": self.at(1), "ends_at": self.at(9)}
        return {"driver_id": str(self.driver.id), "start_place": DEPOT, **hours} | given

    def at(self, hours: float) -> str:
        return (self.now + timedelta(hours=hours)).isoformat()

    def shift(self, **given: Any) -> Shift:
        return rows.shift(self.session, carrier=self.carrier, now=self.now, **given)


@pytest.fixture
def desk(client: FlaskClient, session: Session, app: App, now: datetime) -> Any:
    merchant = factories.merchant(session)
    carrier = session.get_one(Organisation, merchant.carrier_id)
    dispatcher = factories.person(session, organisation=carrier)
    driver = factories.person(session, role=Role.DRIVER, organisation=carrier)
    clock.use(Clock(anchor=datetime.now(now.tzinfo), starts_at=now, speed=1.0))
    yield Desk(client, factories.bearer(app, dispatcher), session, carrier, merchant, driver, now)
    clock.use(clock.REAL)


def problem(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def pointers(answer: TestResponse) -> list[str]:
    assert answer.json is not None
    return [error["pointer"] for error in answer.json["errors"]]


class TestAVehicle:
    def test_is_added_read_listed_changed_and_retired(self, desk: Desk) -> None:
        made = desk.post("/v1/vehicles", {"name": "Van", "profile": "car", "capacities": {"weight_g": 500_000}})
        path = made.headers["Location"]
        assert made.json["capacities"] == {"weight_g": 500_000}

        changed = desk.patch(path, {"name": "Big van"}, made.headers["ETag"])
        assert (changed.status_code, changed.json["name"], changed.json["profile"]) == (200, "Big van", "car")
        assert desk.get(path, **{"If-None-Match": changed.headers["ETag"]}).status_code == 304

        assert desk.delete(path, changed.headers["ETag"]).status_code == 204
        assert desk.get("/v1/vehicles").json["items"] == []
        assert len(desk.get("/v1/vehicles?retired=true").json["items"]) == 1
        again = desk.get(path)
        assert problem(desk.patch(path, {"name": "x"}, again.headers["ETag"])) == (409, "vehicle-retired")

    def test_cannot_be_changed_unseen(self, desk: Desk) -> None:
        path = f"/v1/vehicles/{desk.vehicle()['id']}"

        assert problem(desk.client.patch(path, json={"name": "x"}, headers=desk.headers))[0] == 428
        assert problem(desk.patch(path, {"name": "x"}, '"99"'))[0] == 412

    def test_with_a_shift_to_come_is_not_retired(self, desk: Desk) -> None:
        shift = desk.shift()

        answer = desk.delete(f"/v1/vehicles/{shift.vehicle_id}", '"1"')

        assert problem(answer) == (409, "vehicle-in-use")

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"name": " "}, "/name"),
            ({"name": "a\x00b"}, "/name"),
            ({"profile": "rocket"}, "/profile"),
            ({"capacities": {"weight_g": -1}}, "/capacities/weight_g"),
            ({"capacities": {"doors": 1}}, "/capacities/doors"),
            ({"wings": 2}, "/wings"),
        ],
    )
    def test_that_makes_no_sense_is_refused_by_field(self, desk: Desk, wrong: dict[str, Any], pointer: str) -> None:
        answer = desk.post("/v1/vehicles", {"name": "Van", "profile": "car"} | wrong)

        assert answer.status_code == 422
        assert pointers(answer) == [pointer]


class TestAShift:
    def test_is_laid_out_read_listed_changed_and_cancelled(self, desk: Desk) -> None:
        pause = {"earliest_at": desk.at(4), "latest_at": desk.at(5), "duration_s": 1800}
        made = desk.post("/v1/shifts", desk.shift_body(breaks=[pause]))
        assert made.status_code == 201, made.json
        assert [each["duration_s"] for each in made.json["breaks"]] == [1800]
        path = made.headers["Location"]

        changed = desk.patch(path, {"breaks": [], "end_place": DEPOT}, made.headers["ETag"])
        assert (changed.json["breaks"], changed.json["end_place"]) == ([], DEPOT)
        listed = desk.get(f"/v1/shifts?driver_id={desk.driver.id}&from={desk.now:%Y-%m-%dT%H:%M:%SZ}")
        assert [each["id"] for each in listed.json["items"]] == [made.json["id"]]
        assert desk.get(f"/v1/shifts?until={desk.now:%Y-%m-%dT%H:%M:%SZ}").json["items"] == []

        assert desk.delete(path, changed.headers["ETag"]).status_code == 204
        assert problem(desk.get(path)) == (404, "shift-not-found")
        assert desk.post("/v1/shifts", desk.shift_body()).status_code == 201

    def test_of_a_busy_driver_or_vehicle_is_refused_by_the_database(self, desk: Desk) -> None:
        other = factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier)
        first = desk.post("/v1/shifts", desk.shift_body()).json

        assert problem(desk.post("/v1/shifts", desk.shift_body())) == (409, "driver-busy")
        same = desk.shift_body(driver_id=str(other.id), vehicle_id=first["vehicle_id"])
        assert problem(desk.post("/v1/shifts", same)) == (409, "vehicle-busy")
        after = same | {"starts_at": desk.at(9), "ends_at": desk.at(10)}  # half-open: it begins as the other ends
        assert desk.post("/v1/shifts", after).status_code == 201

    def test_that_makes_no_sense_is_refused_by_field(self, desk: Desk) -> None:
        cases = {
            "/ends_at": desk.shift_body(ends_at=desk.at(1)),
            "/breaks/0/earliest_at": desk.shift_body(
                breaks=[{"earliest_at": desk.at(0), "latest_at": desk.at(3), "duration_s": 60}]
            ),
            "/breaks/0/latest_at": desk.shift_body(
                breaks=[{"earliest_at": desk.at(8), "latest_at": desk.at(9), "duration_s": 60}]
            ),
            "/starts_at": desk.shift_body(starts_at="2026-06-15T09:00:00"),
            "/start_place/coordinates": desk.shift_body(start_place={"type": "Point", "coordinates": [1000, 95]}),
            "/vehicle_id": desk.shift_body(vehicle_id=str(new_id())),
            "/driver_id": desk.shift_body(driver_id=str(new_id())),
        }
        for pointer, body in cases.items():
            answer = desk.post("/v1/shifts", body)
            assert (answer.status_code, pointers(answer)) == (422, [pointer]), answer.json

    def test_needs_an_active_driver_of_the_carrier(self, desk: Desk) -> None:
        strangers = [
            factories.person(desk.session, role=Role.DRIVER),
            factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier),
            factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier, active=False),
        ]
        for stranger in strangers:
            answer = desk.post("/v1/shifts", desk.shift_body(driver_id=str(stranger.id)))
            assert problem(answer) == (422, "not-a-driver")

    def test_stays_inside_the_city(self, desk: Desk) -> None:
        factories.city(desk.session)
        swapped = {"type": "Point", "coordinates": [60.1719, 24.9414]}

        answer = desk.post("/v1/shifts", desk.shift_body(end_place=swapped))

        assert problem(answer) == (422, "outside-city")
        assert pointers(answer) == ["/end_place"]
        assert answer.json["swapped"] is True

    def test_that_is_routed_stays_as_it_is(self, desk: Desk) -> None:
        shift = desk.shift()
        each = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        rows.published_route(desk.session, on=shift, stops=[[each]], now=desk.now)
        path = f"/v1/shifts/{shift.id}"

        assert problem(desk.patch(path, {"end_place": None}, '"1"')) == (409, "shift-already-routed")
        assert problem(desk.delete(path, '"1"')) == (409, "shift-already-routed")


class TestWhatAPlanLeavesOut:
    def test_is_shown_with_who_comes_closest_and_what_would_help(self, desk: Desk) -> None:
        shift = desk.shift()
        brought, left, known = (rows.delivery(desk.session, merchant=desk.merchant, now=desk.now) for _ in range(3))
        route = rows.published_route(desk.session, on=shift, stops=[[brought]], now=desk.now, published=False)
        nearest = {"shift_id": str(shift.id), "name": "Van 3 (Aino Virtanen)"}
        late = {"rule": "window_end", "by": 12, "unit": "min", "what": None, "place": None, "window": None}
        exceeded = late | {"words": "12 min after its window ends"}
        helps = late | nearest | {"added_min": 9, "added_m": -20, "added_cost": 540, "words": "fits if ..."}
        why = {"plan_id": route.plan_id, "reason": "NO_ROOM", "detail": "full"}
        desk.session.add(
            Unassigned(**why, delivery_id=left.id, nearest_vehicle=nearest, exceeded=[exceeded], relaxation=helps)
        )
        desk.session.add(Unassigned(**why, delivery_id=known.id))
        desk.session.flush()

        found = {each["delivery_id"]: each for each in desk.get(f"/v1/plans/{route.plan_id}").json["unassigned"]}

        told = found[str(left.id)]
        assert (told["nearest_vehicle"], told["exceeded"], told["relaxation"]) == (nearest, [exceeded], helps)
        plain = found[str(known.id)]
        assert (plain["nearest_vehicle"], plain["exceeded"], plain["relaxation"]) == (None, [], None)


class TestAskingForAPlan:
    def ask(self, desk: Desk, *shifts: Shift, **given: Any) -> TestResponse:
        return desk.post("/v1/plans", {"shift_ids": [str(shift.id) for shift in shifts]} | given)

    def test_is_answered_at_once_with_where_to_watch(self, desk: Desk) -> None:
        shift = desk.shift()
        mine = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        rows.delivery(desk.session, merchant=factories.merchant(desk.session), now=desk.now)
        rows.delivery(desk.session, merchant=desk.merchant, now=desk.now, state=DeliveryState.DRAFT)

        answer = self.ask(desk, shift)

        assert (answer.status_code, answer.json["state"]) == (202, "queued")
        assert answer.json["delivery_ids"] == [str(mine.id)]
        watched = desk.get(answer.headers["Location"])
        assert (watched.json["percent"], watched.json["routes"], watched.json["unassigned"]) == (0, [], [])
        assert desk.get(answer.headers["Location"], **{"If-None-Match": watched.headers["ETag"]}).status_code == 304
        assert [each["id"] for each in desk.get("/v1/plans?state=queued").json["items"]] == [answer.json["id"]]
        assert desk.get("/v1/plans?state=solved").json["items"] == []

        cancelled = desk.post(answer.headers["Location"] + "/cancel")
        assert cancelled.json["state"] == "cancelled"
        assert problem(desk.post(answer.headers["Location"] + "/cancel")) == (409, "plan-settled")
        assert problem(desk.post(answer.headers["Location"] + "/publish")) == (409, "plan-not-solved")

    def test_needs_shifts_of_ones_own_that_are_free_and_not_over(self, desk: Desk) -> None:
        each = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        free, routed = desk.shift(), desk.shift()
        over = desk.shift(starts_in=timedelta(hours=-9), lasts=timedelta(hours=8))
        foreign = rows.shift(desk.session, carrier=factories.carrier(desk.session), now=desk.now)
        late = desk.shift(starts_in=timedelta(days=8))
        rows.published_route(desk.session, on=routed, stops=[[each]], now=desk.now)
        rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)

        assert pointers(desk.post("/v1/plans", {"shift_ids": []})) == ["/shift_ids"]
        answer = self.ask(desk, free, foreign)
        assert (problem(answer), pointers(answer)) == ((422, "unknown-shifts"), ["/shift_ids/1"])
        assert problem(self.ask(desk, routed)) == (409, "shift-already-routed")
        assert problem(self.ask(desk, over)) == (409, "shift-over")
        assert problem(self.ask(desk, free, late)) == (422, "shifts-too-far-apart")
        free.driver.active = False
        desk.session.commit()
        assert problem(self.ask(desk, free)) == (409, "shift-lacks-driver")

    def test_needs_deliveries_that_wait_for_one(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        shift = desk.shift()
        assert problem(self.ask(desk, shift)) == (422, "nothing-to-plan")

        waits = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        draft = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now, state=DeliveryState.DRAFT)
        foreign = rows.delivery(desk.session, merchant=factories.merchant(desk.session), now=desk.now)
        answer = self.ask(desk, shift, delivery_ids=[str(waits.id), str(foreign.id)])
        assert (problem(answer), pointers(answer)) == ((422, "unknown-deliveries"), ["/delivery_ids/1"])
        answer = self.ask(desk, shift, delivery_ids=[str(draft.id), str(waits.id)])
        assert problem(answer) == (409, "deliveries-not-plannable")
        assert answer.json["delivery_ids"] == [str(draft.id)]

        many = [str(new_id()) for _ in range(requesting.MOST_DELIVERIES + 1)]
        assert pointers(self.ask(desk, shift, delivery_ids=many)) == ["/delivery_ids"]
        for wrong in ({"limit_s": 0}, {"limit_s": 601}, {"seed": -1}, {"limit_s": "5"}):
            assert self.ask(desk, shift, **wrong).status_code == 422

    def test_is_not_for_others(self, desk: Desk, app: App) -> None:
        rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        path = self.ask(desk, desk.shift()).headers["Location"]
        stranger = factories.bearer(app, factories.person(desk.session))

        assert problem(desk.client.get(path, headers=stranger)) == (404, "plan-not-found")
        assert problem(desk.client.post(path + "/publish", headers=stranger)) == (404, "plan-not-found")
        driver = factories.bearer(app, desk.driver)
        assert problem(desk.client.get(path, headers=driver)) == (403, "role-not-allowed")


class TestPublishing:
    def test_answers_with_routes_and_promises_and_only_once(self, desk: Desk) -> None:
        shift, each = desk.shift(), rows.delivery(desk.session, merchant=desk.merchant, now=desk.now)
        route = rows.published_route(desk.session, on=shift, stops=[[each]], now=desk.now, published=False)
        route.fingerprint = fingerprint(given_shift(shift))
        route.stops[0].drops[0].fingerprint = fingerprint(given_delivery(each))
        desk.session.flush()
        desk.session.expunge_all()

        answer = desk.post(f"/v1/plans/{route.plan_id}/publish")

        assert (answer.status_code, answer.json["state"]) == (200, "published"), answer.json
        (shown,) = answer.json["routes"]
        assert shown["published_at"] is not None
        assert shown["stops"][0]["drops"][0]["promise"]["from"] == "2026-06-15T06:40:00Z"
        again = desk.post(f"/v1/plans/{route.plan_id}/publish")
        assert problem(again) == (409, "plan-already-published")


class TestARoute:
    def test_shows_stops_with_what_the_courier_needs(self, desk: Desk, app: App) -> None:
        each = rows.delivery(desk.session, merchant=desk.merchant, now=desk.now, access_notes="Door code 1234")
        route = rows.published_route(desk.session, on=desk.shift(), stops=[[each]], now=desk.now)

        answer = desk.get(f"/v1/routes/{route.id}")

        assert answer.status_code == 200, answer.json
        assert answer.json["line"]["type"] == "LineString"
        assert answer.json["vehicle"]["profile"] == "bicycle"
        (stop,) = answer.json["stops"]
        (drop,) = stop["drops"]
        assert drop["recipient"] == {"name": "Aino Virtanen", "phone": "+358401234567"}
        assert drop["address"]["place"] == DEPOT
        assert (drop["access_notes"], drop["outcome"], drop["promise"]) == ("Door code 1234", None, None)
        assert drop["parcels"][0]["weight_g"] == 1000
        etag = answer.headers["ETag"]
        assert desk.get(f"/v1/routes/{route.id}", **{"If-None-Match": etag}).status_code == 304
        stranger = factories.bearer(app, factories.person(desk.session))
        assert problem(desk.client.get(f"/v1/routes/{route.id}", headers=stranger)) == (404, "route-not-found")
