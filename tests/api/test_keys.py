"""API keys and the organisations that hold them."""

from __future__ import annotations

import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import ApiKey, Person, Role
from api.idempotency import StoredAnswer
from api.unit import App
from tests import factories
from tests.factories import bearer

DRAFT = {"name": "web shop", "role": "merchant", "scopes": ["deliveries:write", "deliveries:read", "deliveries:read"]}


@pytest.fixture
def admin(session: Session) -> Person:
    return factories.person(session, role=Role.ADMIN)


@pytest.fixture
def headers(app: App, admin: Person) -> dict[str, str]:
    return bearer(app, admin)


class TestMake:
    def test_shows_the_secret_once_and_keeps_its_hash(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        answer = client.post("/v1/api-keys", json=DRAFT, headers=headers)
        kept = session.scalars(select(ApiKey)).one()

        assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
        assert answer.json["api_key"].startswith("dk_")
        assert answer.json["scopes"] == ["deliveries:read", "deliveries:write"]
        assert kept.secret_sha256 == hashlib.sha256(answer.json["api_key"].encode()).hexdigest()
        (listed,) = client.get("/v1/api-keys", headers=headers).json["items"]
        assert listed == {name: value for name, value in answer.json.items() if name != "api_key"}

    def test_is_done_once_for_an_idempotency_key_and_its_secret_is_not_kept(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        headers |= {"Idempotency-Key": "shop-1"}
        first, second = (client.post("/v1/api-keys", json=DRAFT, headers=headers) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 409)
        assert second.json["type"] == "/problems/answer-not-kept"
        assert session.scalars(select(StoredAnswer.body)).one() == b""

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"scopes": []}, "/scopes"),
            ({"scopes": ["everything"]}, "/scopes/0"),
            ({"scopes": "deliveries:read"}, "/scopes"),
            ({"role": "king"}, "/role"),
            ({"name": "\x00"}, "/name"),
            ({"secret": "mine"}, "/secret"),
        ],
    )
    def test_names_what_does_not_fit(
        self, client: FlaskClient, headers: dict[str, str], wrong: dict[str, object], pointer: str
    ) -> None:
        answer = client.post("/v1/api-keys", json=DRAFT | wrong, headers=headers)
        assert (answer.status_code, [error["pointer"] for error in answer.json["errors"]]) == (422, [pointer])

    def test_is_refused_where_the_role_or_the_organisation_does_not_fit(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        shop = factories.merchant(session, served_by=admin.organisation)
        stranger = factories.merchant(session)
        own = client.post("/v1/api-keys", json=DRAFT | {"organisation_id": str(shop.id)}, headers=headers)
        unfit = DRAFT | {"organisation_id": str(shop.id), "role": "dispatcher"}
        foreign = DRAFT | {"organisation_id": str(stranger.id)}

        assert own.status_code == 201
        assert client.post("/v1/api-keys", json=unfit, headers=headers).status_code == 422
        assert client.post("/v1/api-keys", json=foreign, headers=headers).status_code == 404


class TestRevoke:
    def test_hides_other_organisations_keys(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        foreign, _ = factories.api_key(session, organisation=factories.carrier(session))
        assert client.delete(f"/v1/api-keys/{foreign.id}", headers=headers).status_code == 404
        assert client.get("/v1/api-keys", headers=headers).json["items"] == []

    def test_again_changes_nothing(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        key, _ = factories.api_key(session, organisation=admin.organisation)
        assert client.delete(f"/v1/api-keys/{key.id}", headers=headers).status_code == 204
        session.refresh(key)
        first = key.revoked_at
        assert client.delete(f"/v1/api-keys/{key.id}", headers=headers).status_code == 204
        session.refresh(key)
        assert (key.revoked_at, first is None) == (first, False)


class TestOrganisation:
    def test_is_a_merchant_that_the_carrier_serves(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        factories.merchant(session)
        made = client.post("/v1/organisations", json={"name": "Kirjakauppa"}, headers=headers)

        assert (made.status_code, made.json["kind"]) == (201, "merchant")
        assert made.json["carrier_id"] == str(admin.organisation_id)
        assert client.get("/v1/organisations", headers=headers).json["items"] == [made.json]
        assert client.get(f"/v1/organisations/{made.json['id']}", headers=headers).json == made.json
        assert client.get(f"/v1/organisations/{admin.organisation_id}", headers=headers).status_code == 200

    def test_hides_anothers(self, client: FlaskClient, headers: dict[str, str], session: Session) -> None:
        for other in (factories.merchant(session), factories.carrier(session)):
            answer = client.get(f"/v1/organisations/{other.id}", headers=headers)
            assert (answer.status_code, answer.json["type"]) == (404, "/problems/organisation-not-found")
