"""What a courier does beside the counter: the same parcel seen twice, returns to take along, papers at the door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Organisation
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from pickup_points.models import Stay
from pickup_points.stays import keeping_time
from tests import factories, rounds, routing_rows
from tests.counters import Counter, counter
from tests.factories import bearer
from tests.rounds import Round, reporter


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client)


def round_to(desk: Counter, delivery: Delivery) -> Round:
    """Return a published round of the counter's carrier whose one stop brings the delivery."""
    now = datetime.now(UTC)
    shift = routing_rows.shift(
        desk.session, carrier=desk.carrier, now=now, starts_in=timedelta(hours=-1), lasts=timedelta(hours=6)
    )
    route = routing_rows.published_route(desk.session, on=shift, stops=[[delivery]], now=now)
    dispatcher = factories.person(desk.session, organisation=desk.carrier)
    (stop,) = route.stops
    return Round(desk.carrier, desk.shop, shift.driver, dispatcher, route.id, (stop.id,), (delivery.id,))


class TestCourierAndCounter:
    @pytest.mark.parametrize("first", ["courier", "counter"])
    def test_end_the_same_whoever_speaks_first(self, desk: Counter, first: str) -> None:
        delivery = desk.coming(state=DeliveryState.SCHEDULED)
        report = reporter(desk.app, desk.client, round_to(desk, delivery))
        assert report(0, "enroute").status_code == 201

        def courier() -> None:
            assert report(0, "arrived").status_code == 201
            outcomes = [{"delivery_id": str(delivery.id), "outcome": "delivered_to_point"}]
            answer = report(0, "done", outcomes=outcomes)
            assert answer.status_code == 201, answer.json

        def at_counter() -> None:
            (stay,) = desk.check_in(delivery)
            assert stay["state"] == "ready"

        for deed in (courier, at_counter) if first == "courier" else (at_counter, courier):
            deed()
        desk.session.expire_all()
        seen = desk.session.get_one(Delivery, delivery.id)
        assert (seen.state, seen.attempts) == (DeliveryState.AT_POINT, 1)

    def test_tell_the_counter_when_the_courier_comes(self, desk: Counter) -> None:
        delivery = desk.coming(state=DeliveryState.SCHEDULED)
        round_to(desk, delivery)
        (item,) = desk.get("/expected").json["items"]
        assert item["courier_expected_at"] is not None
        early = (datetime.now(UTC) - timedelta(days=1)).isoformat().replace("+00:00", "Z")
        assert desk.get(f"/expected?before={early}").json["items"] == []


class TestReturnsDue:
    def test_are_those_of_the_points_where_the_round_still_stops(self, desk: Counter) -> None:
        expired = desk.coming()
        (stay,) = desk.check_in(expired)
        row = desk.session.get_one(Stay, stay["id"])
        assert row.expires_at is not None
        keeping_time.pass_time(desk.session, now=row.expires_at)
        round_ = round_to(desk, desk.coming(state=DeliveryState.SCHEDULED))

        headers = bearer(desk.app, round_.driver)
        (item,) = desk.client.get("/v1/driver/returns-due", headers=headers).json["items"]
        assert (item["stay"]["id"], item["point_id"]) == (stay["id"], str(desk.point.id))

    def test_are_nobody_elses(self, desk: Counter) -> None:
        elsewhere = counter(desk.session, desk.app, desk.client)
        headers = bearer(desk.app, round_to(elsewhere, elsewhere.coming(state=DeliveryState.SCHEDULED)).driver)
        assert desk.client.get("/v1/driver/returns-due", headers=headers).json["items"] == []


class TestCheck:
    def test_lets_a_delivery_that_asks_for_it_be_completed(
        self, session: Session, app: App, client: FlaskClient
    ) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), proof_requirements=("id_check",))
        report = reporter(app, client, round_)
        for kind in ("enroute", "arrived"):
            assert report(0, kind).status_code == 201
        done = {"outcomes": rounds.outcome_of(round_, 0)}
        assert report(0, "done", **done).json["type"] == "/problems/proof-missing"

        body: dict[str, Any] = {
            "delivery_id": done["outcomes"][0]["delivery_id"],
            "kind": "id_check",
            "paper": "passport",
            "passed": False,
            "checked_at": datetime.now(UTC).isoformat(),
        }
        headers = bearer(app, round_.driver)
        assert client.post("/v1/driver/checks", json=body, headers=headers).status_code == 201
        assert report(0, "done", **done).json["type"] == "/problems/proof-missing"
        assert client.post("/v1/driver/checks", json=body | {"passed": True}, headers=headers).status_code == 201
        assert report(0, "done", **done).status_code == 201

    def test_is_only_for_what_is_on_the_round(self, desk: Counter) -> None:
        round_ = round_to(desk, desk.coming(state=DeliveryState.SCHEDULED))
        other = factories.delivery(desk.session, merchant=desk.shop)
        body = {
            "delivery_id": str(other.id),
            "kind": "age_check",
            "paper": "id_card",
            "passed": True,
            "checked_at": datetime.now(UTC).isoformat(),
        }
        answer = desk.client.post("/v1/driver/checks", json=body, headers=bearer(desk.app, round_.driver))
        assert answer.json["type"] == "/problems/not-on-your-route"


class TestCollection:
    def test_shows_the_code_while_it_opens_something(self, desk: Counter) -> None:
        delivery = desk.coming()
        carrier: Organisation = desk.carrier
        path = f"/v1/deliveries/{delivery.id}/tracking-links"
        dispatcher = factories.person(desk.session, organisation=carrier)
        token = desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher)).json["token"]

        def told() -> dict[str, Any] | None:
            shown: dict[str, Any] = desk.client.get(f"/v1/track/{token}").json
            return shown["collection"]

        assert told() is None
        desk.check_in(delivery)
        waits = told()
        assert waits is not None
        assert desk.post("/hand-overs", {"codes": [waits["code"]]}).status_code == 201
        assert told() is None
