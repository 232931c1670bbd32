"""Rate limits: what is left is said, too much is refused."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from accounts.models import Role
from api.app import create_app
from api.unit import App
from kernel.ids import new_id
from kernel.settings import Settings
from tests.api.test_unit import blueprint
from tests.factories import bearer, carrier, person, pickup_point


@pytest.fixture
def strict(settings: Settings, connection: Connection) -> FlaskClient:
    app = create_app(settings.model_copy(update={"rate_limit": "2 per minute"}))
    app.register_blueprint(blueprint)
    client = app.test_client()
    # The counters live in Redis and outlast a test: come from an address that nobody came from before.
    client.environ_base["REMOTE_ADDR"] = str(IPv6Address(new_id().int))
    return client


class TestLimit:
    def test_says_what_is_left_and_refuses_the_rest(self, strict: FlaskClient) -> None:
        headers = {"Authorization": f"Bearer {new_id()}"}
        first, second, third = (strict.get("/tea/secret", headers=headers) for _ in range(3))

        assert (first.status_code, second.status_code, third.status_code) == (401, 401, 429)
        assert first.headers["RateLimit-Policy"] == '"caller";q=2;w=60'
        assert re.fullmatch(r'"caller";r=1;t=\d+', first.headers["RateLimit"])
        assert 0 <= int(third.headers["Retry-After"]) <= 60
        assert third.json["type"] == "/problems/too-many-requests"

    def test_counts_by_address_where_anyone_may_call(self, strict: FlaskClient) -> None:
        answers = [
            strict.post("/tea/well", headers={"Authorization": f"Bearer {new_id()}"}).status_code for _ in range(3)
        ]
        assert answers == [201, 201, 429]

    def test_counts_each_caller_apart(self, strict: FlaskClient) -> None:
        for _ in range(3):
            strict.get("/tea/secret", headers={"Authorization": f"Bearer {new_id()}"})
        answer = strict.get("/tea/secret", headers={"Authorization": f"Bearer {new_id()}"})
        assert answer.status_code == 401


class TestCompression:
    def test_shortens_a_long_answer_for_those_who_ask(self, client: FlaskClient) -> None:
        answer = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"

    def test_names_a_version_that_can_be_changed(self, session: Session, app: App, client: FlaskClient) -> None:
        drives = carrier(session)
        point = pickup_point(session, carrier=drives)
        dispatcher = person(session, role=Role.DISPATCHER, organisation=drives)
        headers = bearer(app, dispatcher) | {"Accept-Encoding": "gzip"}
        session.commit()

        read = client.get(f"/v1/pickup-points/{point.id}", headers=headers)
        changes = [
            client.patch(
                f"/v1/pickup-points/{point.id}",
                json={"hold_days": 3},
                headers=headers | {"If-Match": read.headers["ETag"]},
            )
            for _ in range(2)
        ]

        assert read.headers["Content-Encoding"] == "gzip"
        assert [each.status_code for each in changes] == [200, 412]
