"""Requests that no client of ours sends: none of them is our fault, so none is answered with 500."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import Delivery
from kernel.database import Sessions
from tests.factories import bearer, city, merchant, person


@pytest.fixture
def headers(app: App, session: Session) -> dict[str, str]:
    city(session)
    made = bearer(app, person(session, role=Role.MERCHANT, organisation=merchant(session)))
    session.commit()
    return made


class TestOddRequest:
    @pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/deliveries/batch"])
    def test_with_a_number_too_long_to_read_is_malformed(
        self, client: FlaskClient, headers: dict[str, str], path: str
    ) -> None:
        body = b'{"service_s": ' + b"9" * 5000 + b"}"
        answer = client.post(path, data=body, headers=headers | {"Content-Type": "application/json"})
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert "too long" in answer.json["detail"]

    def test_for_options_is_told_the_methods_without_a_token(self, client: FlaskClient) -> None:
        answer = client.options("/v1/deliveries")
        assert (answer.status_code, set(answer.allow)) == (200, {"GET", "HEAD", "OPTIONS", "POST"})

    def test_for_a_page_with_an_endless_name_finds_none(self, client: FlaskClient) -> None:
        answer = client.get("/assets/" + "a" * 3000)
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/page-not-built")

    @pytest.mark.usefixtures("headers")
    def test_for_a_tile_beyond_all_numbers_finds_none(self, client: FlaskClient) -> None:
        answer = client.get(f"/v1/tiles/14/{2**70}/1.mvt")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-such-tile")

    @pytest.mark.parametrize("number", ["1_0", "+5", " 5", "５", "0x10", "1e1", ""])
    def test_with_a_number_that_is_not_digits_names_it(
        self, client: FlaskClient, headers: dict[str, str], number: str
    ) -> None:
        answer = client.get("/v1/deliveries", query_string={"limit": number}, headers=headers)
        assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "limit")


class TestBatchesThatCross:
    def test_make_each_delivery_once_and_blame_no_database(self, app: App, committing: Engine) -> None:
        """Two batches with the same numbers in opposite order wait for each other, which PostgreSQL ends."""
        with Sessions.begin() as session:
            city(session)
            headers = bearer(app, person(session, role=Role.MERCHANT, organisation=merchant(session)))

        def send(turn: int) -> Any:
            numbers = range(40) if turn % 2 else reversed(range(40))
            drafts = [
                {
                    "external_id": f"order-{number}",
                    "recipient": {"name": "Aino Virtanen"},
                    "address": {"place": {"type": "Point", "coordinates": [24.9414, 60.1719]}},
                    "parcels": [{"weight_g": 500}],
                }
                for number in numbers
            ]
            return app.test_client().post("/v1/deliveries/batch", json={"deliveries": drafts}, headers=headers)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, range(4)))
        made = [item for answer in answers for item in answer.json.get("items", ()) if item["status"] == 201]
        refused = [answer.json["type"] for answer in answers if answer.status_code != 200]
        assert set(refused) <= {"/problems/collided"}
        with Sessions.begin() as session:
            assert session.scalar(select(func.count()).select_from(Delivery)) == len(made) == 40
