"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import passwords
from accounts.facts import SessionsRevoked
from accounts.models import Person, Role, TokenFamily
from api.app import create_app
from api.unit import App
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.settings import Settings
from tests import factories
from tests.factories import PASSWORD, bearer


def sign_in(client: FlaskClient, who: Person, password: str = PASSWORD) -> TestResponse:
    return client.post("/v1/auth/token", json={"email": who.email, "password": password})


def refresh(client: FlaskClient, token: str) -> TestResponse:
    return client.post("/v1/auth/refresh", json={"refresh_token": token})


def me(client: FlaskClient, token: str) -> TestResponse:
    return client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


def reasons(session: Session) -> list[str]:
    rows = session.scalars(select(FactRow).where(FactRow.kind == SessionsRevoked.kind).order_by(FactRow.seq)).all()
    return [row.data["reason"] for row in rows]


class TestPassword:
    def test_is_exchanged_for_tokens_whatever_the_case_of_the_address(
        self, client: FlaskClient, session: Session
    ) -> None:
        who = factories.person(session, email="Aino@example.com")
        answer = client.post("/v1/auth/token", json={"email": "aINO@example.com", "password": PASSWORD})

        assert (answer.status_code, answer.json["token_type"], answer.json["expires_in_s"]) == (200, "Bearer", 900)
        assert answer.headers["Cache-Control"] == "no-store"
        assert me(client, answer.json["access_token"]).json["id"] == str(who.id)

    def test_is_refused_alike_when_it_is_wrong_and_when_nobody_has_the_address(
        self, client: FlaskClient, session: Session
    ) -> None:
        who = factories.person(session)
        off = factories.person(session, active=False)
        wrong = sign_in(client, who, "not this one at all")
        switched_off = sign_in(client, off)
        nobody = client.post("/v1/auth/token", json={"email": "nobody@example.com", "password": PASSWORD})

        documents = [{**answer.json, "request_id": None} for answer in (wrong, switched_off, nobody)]
        assert documents[0] == documents[1] == documents[2]
        assert (wrong.status_code, wrong.json["type"]) == (401, "/problems/wrong-credentials")
        assert wrong.headers["WWW-Authenticate"] == "Bearer"

    def test_costs_as_much_when_nobody_has_the_address(self) -> None:
        nobody, somebody = passwords.of_nobody(), passwords.hashed(PASSWORD)
        assert nobody.split("$")[1:4] == somebody.split("$")[1:4]
        assert not passwords.is_outdated(nobody)
        assert not passwords.matches(nobody, "nobody")

    def test_is_hashed_anew_when_the_parameters_are_old(self, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        who.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        session.flush()
        version = who.version

        assert sign_in(client, who).status_code == 200
        session.refresh(who)
        assert not passwords.is_outdated(who.password_hash)
        assert passwords.matches(who.password_hash, PASSWORD)
        assert who.version == version

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "aino@example.com"},
            {"password": PASSWORD},
            {"email": "aino@example.com", "password": PASSWORD, "api_key": "dk_x"},
            {"email": "aino@example.com", "password": 12},
            {"email": "aino@example.com", "password": "nul\x00byte"},
            {"email": "aino@example.com", "password": PASSWORD, "remember": True},
            {"email": "no address", "password": PASSWORD},
            {"api_key": None},
            [],
        ],
    )
    def test_is_refused_when_the_body_does_not_fit(self, client: FlaskClient, body: Any) -> None:
        answer = client.post("/v1/auth/token", json=body)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-request")
        assert answer.json["errors"]


class TestTries:
    @pytest.fixture
    def strict(self, settings: Settings, client: FlaskClient) -> FlaskClient:
        # `client` stands on the test's transaction, and this one with it.
        return create_app(settings.model_copy(update={"sign_in_limit": "3 per minute"})).test_client()

    def test_are_limited_for_one_account_and_no_other(self, strict: FlaskClient, session: Session) -> None:
        who, other = factories.person(session), factories.person(session)
        for _ in range(3):
            assert sign_in(strict, who, "not this one at all").status_code == 401
        refused = sign_in(strict, who)

        assert (refused.status_code, refused.json["type"]) == (429, "/problems/too-many-requests")
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert sign_in(strict, other).status_code == 200

    def test_are_forgotten_after_success(self, strict: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        for _ in range(3):
            sign_in(strict, who, "not this one at all")
            sign_in(strict, who, "not this one at all")
            assert sign_in(strict, who).status_code == 200


class TestRefresh:
    def test_gives_a_token_that_is_good_once(self, client: FlaskClient, session: Session) -> None:
        first = sign_in(client, factories.person(session)).json
        second = refresh(client, first["refresh_token"])
        third = refresh(client, second.json["refresh_token"])

        assert (second.status_code, third.status_code) == (200, 200)
        assert len({first["refresh_token"], second.json["refresh_token"], third.json["refresh_token"]}) == 3
        assert me(client, third.json["access_token"]).status_code == 200

    def test_ends_the_session_when_a_token_is_used_again(self, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        other = sign_in(client, who).json["refresh_token"]
        stolen = sign_in(client, who).json["refresh_token"]
        fresh = refresh(client, stolen).json["refresh_token"]
        replayed = refresh(client, stolen)

        assert (replayed.status_code, replayed.json["type"]) == (401, "/problems/token-replayed")
        assert refresh(client, fresh).json["type"] == "/problems/no-longer-valid"
        assert refresh(client, other).status_code == 200
        assert reasons(session) == ["replayed"]

    def test_lets_only_one_of_two_at_the_same_moment_through_and_ends_the_session(
        self, app: App, committing: Engine
    ) -> None:
        with Sessions.begin() as session:
            who = factories.person(session)
        token = sign_in(app.test_client(), who).json["refresh_token"]
        together, answers = threading.Barrier(4), []

        def use() -> None:
            together.wait()
            answers.append(refresh(app.test_client(), token))

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
        (won,) = [answer.json["refresh_token"] for answer in answers if answer.status_code == 200]
        assert refresh(app.test_client(), won).status_code == 401
        with Sessions() as session:
            assert reasons(session) == ["replayed"]

    def test_is_refused_after_the_session_has_lasted_long_enough(self, client: FlaskClient, session: Session) -> None:
        token = sign_in(client, factories.person(session)).json["refresh_token"]
        family = session.scalars(select(TokenFamily)).one()
        family.expires_at = family.started_at
        session.flush()
        assert refresh(client, token).json["type"] == "/problems/no-longer-valid"

    def test_is_refused_to_an_access_token_and_to_nonsense(self, client: FlaskClient, session: Session) -> None:
        access = sign_in(client, factories.person(session)).json["access_token"]
        for token in (access, "nonsense", "a.b.c", "ä.ö.ü", "eyJhbGciOiJub25lIn0.e30."):
            answer = refresh(client, token)
            assert (answer.status_code, answer.json["type"]) == (401, "/problems/refresh-token-invalid"), token


class TestRevoke:
    def test_signs_out_and_again_changes_nothing(self, client: FlaskClient, session: Session) -> None:
        token = sign_in(client, factories.person(session)).json["refresh_token"]
        answers = [client.post("/v1/auth/revoke", json={"refresh_token": token}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 204]
        assert refresh(client, token).json["type"] == "/problems/no-longer-valid"
        assert reasons(session) == ["signed_out"]

    def test_leaves_other_sessions_alone(self, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        here, there = (sign_in(client, who).json["refresh_token"] for _ in range(2))
        client.post("/v1/auth/revoke", json={"refresh_token": here})
        assert refresh(client, there).status_code == 200


class TestKey:
    def test_is_exchanged_for_an_access_token_with_its_scopes(self, client: FlaskClient, session: Session) -> None:
        shop = factories.merchant(session)
        key, secret = factories.api_key(session, organisation=shop, role=Role.MERCHANT, scopes=("accounts:read",))
        answer = client.post("/v1/auth/token", json={"api_key": secret})

        assert (answer.status_code, answer.json["refresh_token"]) == (200, None)
        seen = me(client, answer.json["access_token"]).json
        assert (seen["bearer"], seen["id"], seen["scopes"]) == ("key", str(key.id), ["accounts:read"])
        session.refresh(key)
        assert key.last_used_at

    def test_is_refused_when_it_is_wrong_or_taken_back(self, app: App, client: FlaskClient, session: Session) -> None:
        admin = factories.person(session, role=Role.ADMIN)
        key, secret = factories.api_key(session, organisation=admin.organisation, scopes=("accounts:read",))
        access = client.post("/v1/auth/token", json={"api_key": secret}).json["access_token"]
        assert client.delete(f"/v1/api-keys/{key.id}", headers=bearer(app, admin)).status_code == 204

        for wrong in (secret, secret + "x", "dk_"):
            assert client.post("/v1/auth/token", json={"api_key": wrong}).json["type"] == "/problems/wrong-credentials"
        assert me(client, access).json["type"] == "/problems/no-longer-valid"


class TestAccessToken:
    def test_is_refused_when_it_is_none_of_ours(self, app: App, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        refresh_token = sign_in(client, who).json["refresh_token"]
        with app.app_context():
            identity, claims = str(who.id), {"bearer": "person"}
            expired = create_access_token(identity, additional_claims=claims, expires_delta=timedelta(seconds=-1))
            bare = create_access_token(identity)
        other = replace_key(app, identity)

        for token in (refresh_token, expired, bare, other, "nonsense", "a.b.c", "ä", ""):
            answer = me(client, token)
            assert (answer.status_code, answer.json["type"]) == (401, "/problems/not-authenticated"), token
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "expired" in me(client, expired).json["detail"]
        assert me(client, "a.b.c").json["detail"] == "the access token is none of ours"

    def test_ends_with_its_person(self, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        tokens = sign_in(client, who).json
        who.active = False
        session.flush()

        assert me(client, tokens["access_token"]).json["type"] == "/problems/no-longer-valid"
        assert refresh(client, tokens["refresh_token"]).json["type"] == "/problems/no-longer-valid"


def replace_key(app: App, identity: str) -> str:
    """Return an access token that somebody else signed."""
    settings: Settings = app.config["SETTINGS"]
    other = create_app(settings.model_copy(update={"secret_key": replace_secret(settings)}))
    with other.app_context():
        return create_access_token(identity, additional_claims={"bearer": "person"})


def replace_secret(settings: Settings) -> Any:
    return type(settings.secret_key)("another key that is long enough for anybody")
