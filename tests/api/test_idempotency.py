"""Idempotency keys: the second POST with one key is answered, not done."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from accounts.models import Role
from api.access import caller, open_to
from api.app import create_app
from api.blueprint import Blueprint
from api.fields import Schema, Whole
from api.idempotency import StoredAnswer
from api.unit import App
from api.unit import session as current
from kernel import facts
from kernel.database import Sessions
from kernel.ids import new_id
from kernel.settings import Settings
from tests.api.test_unit import TeaMade
from tests.conftest import NOW
from tests.factories import bearer, carrier, person

blueprint = Blueprint("scones", __name__, url_prefix="/scones")
ENTERED, LEAVE = threading.Event(), threading.Event()


class SconeSchema(Schema):
    """A scone."""

    number = Whole()


@blueprint.route("", methods=["POST"])
@open_to(Role.DISPATCHER, scope="deliveries:write")
@blueprint.arguments(SconeSchema)
@blueprint.response(201, SconeSchema)
def bake(scone: dict[str, Any]) -> dict[str, Any]:
    if scone["number"] == 13:
        ENTERED.set()
        LEAVE.wait(5)
    if scone["number"] == 7:
        answered_meanwhile("scone-7")
    facts.record(current(), TeaMade(pot_id=new_id(), at=NOW))
    return scone


def answered_meanwhile(key: str) -> None:
    """Store an answer as the first request does that ends between our look at the table and our lock."""
    with Sessions.begin() as session:
        session.add(
            StoredAnswer(
                caller_id=caller().id, key=key, fingerprint="", status=201, headers={}, body=b"{}", stored_at=NOW
            )
        )


@pytest.fixture
def bakery(settings: Settings) -> App:
    app = create_app(settings)
    app.register_blueprint(blueprint)
    return app


@pytest.fixture
def baker(bakery: App, committing: Engine) -> tuple[FlaskClient, dict[str, str]]:
    with Sessions.begin() as session:
        who = person(session, organisation=carrier(session), role=Role.DISPATCHER)
    return bakery.test_client(), bearer(bakery, who)


def baked() -> int:
    with Sessions() as session:
        return session.scalar(text("SELECT count(*) FROM facts")) or 0


class TestKey:
    def test_is_answered_twice_and_done_once(self, baker: tuple[FlaskClient, dict[str, str]]) -> None:
        client, headers = baker
        headers = headers | {"Idempotency-Key": "scone-1"}
        first = client.post("/scones", json={"number": 1}, headers=headers)
        second = client.post("/scones", json={"number": 1}, headers=headers)

        assert (first.status_code, first.data) == (second.status_code, second.data) == (201, first.data)
        assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
        assert baked() == 1

    def test_is_refused_with_another_body(self, baker: tuple[FlaskClient, dict[str, str]]) -> None:
        client, headers = baker
        headers = headers | {"Idempotency-Key": "scone-1"}
        client.post("/scones", json={"number": 1}, headers=headers)
        answer = client.post("/scones", json={"number": 2}, headers=headers)

        assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")
        assert baked() == 1

    def test_does_not_remember_a_refusal(self, baker: tuple[FlaskClient, dict[str, str]]) -> None:
        client, headers = baker
        headers = headers | {"Idempotency-Key": "scone-1"}
        assert client.post("/scones", json={"number": -1}, headers=headers).status_code == 422
        assert client.post("/scones", json={"number": 1}, headers=headers).status_code == 201

    @pytest.mark.parametrize("key", ["", "x" * 201, "tea\tcup"])
    def test_has_a_form(self, baker: tuple[FlaskClient, dict[str, str]], key: str) -> None:
        client, headers = baker
        answer = client.post("/scones", json={"number": 1}, headers=headers | {"Idempotency-Key": key})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-invalid")

    def test_is_refused_while_the_first_request_runs(
        self, bakery: App, baker: tuple[FlaskClient, dict[str, str]]
    ) -> None:
        client, headers = baker
        headers = headers | {"Idempotency-Key": "scone-13"}
        ENTERED.clear()
        LEAVE.clear()
        answers: list[int] = []
        slow = threading.Thread(
            target=lambda: answers.append(
                bakery.test_client().post("/scones", json={"number": 13}, headers=headers).status_code
            )
        )
        slow.start()
        assert ENTERED.wait(5)
        meanwhile = client.post("/scones", json={"number": 13}, headers=headers)
        LEAVE.set()
        slow.join()

        assert (meanwhile.status_code, meanwhile.json["type"], answers) == (409, "/problems/key-in-use", [201])
        assert baked() == 1

    def test_is_refused_when_the_first_request_has_just_ended(self, baker: tuple[FlaskClient, dict[str, str]]) -> None:
        client, headers = baker
        answer = client.post("/scones", json={"number": 7}, headers=headers | {"Idempotency-Key": "scone-7"})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/key-in-use")
        assert baked() == 0
