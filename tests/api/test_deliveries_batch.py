"""A batch of deliveries: each item by itself, and a bad one never costs the others."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session

from accounts.models import Organisation, Role
from api.unit import App
from deliveries.models import Delivery, Parcel
from kernel.facts import FactRow
from tests.factories import bearer, city, merchant, person

S10 = "RR123456785FI"
STREETS = tuple(("Bulevardi", str(number), 24.94 + number / 1e4, 60.164) for number in range(1, 11))


@pytest.fixture
def shop(session: Session) -> Organisation:
    city(session, addresses=STREETS)
    return merchant(session)


@pytest.fixture
def headers(app: App, session: Session, shop: Organisation) -> dict[str, str]:
    made = bearer(app, person(session, role=Role.MERCHANT, organisation=shop))
    session.commit()
    return made


def item(**changes: Any) -> dict[str, Any]:
    return {
        "recipient": {"name": "Aino Virtanen"},
        "address": {"text": "Bulevardi 5"},
        "parcels": [{"weight_g": 500}],
    } | changes


def send(client: FlaskClient, headers: dict[str, str], *items: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/deliveries/batch", json={"deliveries": list(items)}, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: list[dict[str, Any]] = answer.get_json()["items"]
    assert [each["index"] for each in told] == list(range(len(items)))
    return told


class TestBatch:
    def test_judges_each_item_by_itself(self, client: FlaskClient, headers: dict[str, str], session: Session) -> None:
        told = send(
            client,
            headers,
            item(external_id="first"),
            item(colour="red"),
            item(address={"text": "Bulevardi 999"}),
            item(parcels=[{"weight_g": 0}]),
            "not even an object",
            None,
            item(address={"place": {"type": "Point", "coordinates": [60.17, 24.94]}}),
            item(parcels=[{"weight_g": 1, "code": "RR123456784FI"}]),
            item(external_id="last"),
        )

        assert [each["status"] for each in told] == [201, 422, 422, 422, 422, 422, 422, 422, 201]
        problems = {each["index"]: each["problem"] for each in told if "problem" in each}
        assert problems[1]["errors"][0]["pointer"] == "/deliveries/1/colour"
        assert problems[2]["type"] == "/problems/address-not-found"
        assert problems[2]["errors"][0]["pointer"] == "/deliveries/2/address/text"
        assert problems[3]["errors"][0]["pointer"] == "/deliveries/3/parcels/0/weight_g"
        assert problems[4]["errors"][0]["pointer"] == "/deliveries/4"
        assert problems[6]["swapped"] is True
        assert problems[7]["type"] == "/problems/parcel-code-invalid"
        assert set(session.scalars(select(Delivery.external_id))) == {"first", "last"}
        assert session.scalar(select(func.count()).select_from(FactRow)) == 2

    def test_lets_the_first_of_two_that_collide_win(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        told = send(
            client,
            headers,
            item(external_id="order-1"),
            item(external_id="order-1"),
            item(parcels=[{"weight_g": 1, "code": S10}]),
            item(parcels=[{"weight_g": 1}, {"weight_g": 1, "code": S10}]),
            item(),
        )

        assert [each["status"] for each in told] == [201, 409, 201, 409, 201]
        assert told[1]["problem"]["delivery_id"] == told[0]["delivery"]["id"]
        assert told[3]["problem"]["errors"][0]["pointer"] == "/deliveries/3/parcels/1/code"
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3
        assert session.scalar(select(func.count()).select_from(Parcel)) == 3

    def test_answers_each_delivery_as_if_it_were_read(self, client: FlaskClient, headers: dict[str, str]) -> None:
        (made,) = send(client, headers, item())
        read = client.get(f"/v1/deliveries/{made['delivery']['id']}", headers=headers)
        assert read.get_json() == made["delivery"]

    def test_is_replayed_whole_under_its_idempotency_key(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        keyed = headers | {"Idempotency-Key": "monday"}
        assert send(client, keyed, item(), item()) == send(client, keyed, item(), item())
        assert session.scalar(select(func.count()).select_from(Delivery)) == 2

    def test_takes_1000_and_refuses_1001_whole(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        for count in (0, 1001):
            refused = client.post("/v1/deliveries/batch", json={"deliveries": [item()] * count}, headers=headers)
            assert refused.status_code == 422
            assert refused.get_json()["errors"][0]["pointer"] == "/deliveries"
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0

        told = send(client, headers, *[item()] * 1000)
        assert {each["status"] for each in told} == {201}

    def test_looks_all_addresses_up_in_as_many_queries_as_one(
        self, client: FlaskClient, headers: dict[str, str], connection: Connection
    ) -> None:
        def lookups(count: int) -> int:
            seen: list[str] = []

            def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
                if "address" in statement and statement.startswith("SELECT"):
                    seen.append(statement)

            event.listen(connection, "before_cursor_execute", note)
            send(client, headers, *[item(address={"text": f"Bulevardi {1 + n % 10}"}) for n in range(count)])
            event.remove(connection, "before_cursor_execute", note)
            return sum("FROM address" in statement for statement in seen)

        assert lookups(40) == lookups(1)
