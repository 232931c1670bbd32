"""People, and who may change what about them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Person, Role
from api.unit import App
from tests import factories
from tests.factories import PASSWORD, bearer

DRAFT = {"name": "Pekka", "email": "pekka@example.com", "role": "driver", "password": "a good long password"}


@pytest.fixture
def admin(session: Session) -> Person:
    return factories.person(session, role=Role.ADMIN)


@pytest.fixture
def headers(app: App, admin: Person) -> dict[str, str]:
    return bearer(app, admin)


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


class TestAdd:
    def test_makes_somebody_who_can_sign_in(self, client: FlaskClient, headers: dict[str, str], admin: Person) -> None:
        answer = client.post("/v1/people", json=DRAFT | {"phone": "+358 40 123 4567"}, headers=headers)

        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        assert answer.json["phone"] == "+358401234567"
        assert answer.json["organisation_id"] == str(admin.organisation_id)
        assert "password" not in answer.json
        signed_in = client.post("/v1/auth/token", json={"email": DRAFT["email"], "password": DRAFT["password"]})
        assert signed_in.status_code == 200

    def test_is_done_once_for_one_idempotency_key(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        headers |= {"Idempotency-Key": "pekka-1"}
        first, second = (client.post("/v1/people", json=DRAFT, headers=headers) for _ in range(2))

        assert (first.status_code, second.status_code, first.json) == (201, 201, second.json)
        assert second.headers["Idempotency-Replayed"] == "true"
        assert people(session) == 2

    def test_is_refused_when_the_address_is_taken_in_any_organisation(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        factories.person(session, email="Pekka@Example.com")
        answer = client.post("/v1/people", json=DRAFT, headers=headers)

        assert (answer.status_code, answer.json["type"]) == (409, "/problems/email-taken")
        assert answer.json["errors"][0]["pointer"] == "/email"
        assert people(session) == 2

    def test_gives_a_merchant_its_own_people(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        shop = factories.merchant(session, served_by=admin.organisation)
        for role, status in (("merchant", 201), ("driver", 422), ("admin", 422)):
            draft = DRAFT | {"role": role, "email": f"{role}@example.com", "organisation_id": str(shop.id)}
            answer = client.post("/v1/people", json=draft, headers=headers)
            assert answer.status_code == status, answer.json
            assert status == 201 or answer.json["errors"][0]["pointer"] == "/role"

    def test_is_refused_in_anothers_organisation(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        for other in (factories.merchant(session), factories.carrier(session)):
            draft = DRAFT | {"role": "merchant", "organisation_id": str(other.id)}
            answer = client.post("/v1/people", json=draft, headers=headers)
            assert (answer.status_code, answer.json["type"]) == (404, "/problems/organisation-not-found")

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"role": "king"}, "/role"),
            ({"role": ["driver"]}, "/role"),
            ({"role": None}, "/role"),
            ({"name": "nul\x00byte"}, "/name"),
            ({"name": "  "}, "/name"),
            ({"name": 7}, "/name"),
            ({"email": "pekka"}, "/email"),
            ({"email": "pek\x00ka@example.com"}, "/email"),
            ({"phone": "0401234567"}, "/phone"),
            ({"password": "short"}, "/password"),
            ({"password": "p" * 201}, "/password"),
            ({"organisation_id": "mine"}, "/organisation_id"),
            ({"active": True}, "/active"),
        ],
    )
    def test_names_what_does_not_fit(
        self,
        client: FlaskClient,
        headers: dict[str, str],
        session: Session,
        wrong: dict[str, Any],
        pointer: str,
    ) -> None:
        answer = client.post("/v1/people", json=DRAFT | wrong, headers=headers)
        assert (answer.status_code, [error["pointer"] for error in answer.json["errors"]]) == (422, [pointer])
        assert people(session) == 1


class TestList:
    def test_shows_own_people_and_those_of_own_merchants(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        shop = factories.merchant(session, served_by=admin.organisation)
        own = {
            admin,
            factories.person(session, organisation=admin.organisation, role=Role.DRIVER, active=False),
            factories.person(session, organisation=shop, role=Role.MERCHANT),
        }
        factories.person(session, role=Role.MERCHANT)
        factories.person(session, role=Role.DRIVER)

        def ids(query: str = "") -> set[str]:
            return {item["id"] for item in client.get(f"/v1/people{query}", headers=headers).json["items"]}

        assert ids() == {str(person.id) for person in own}
        assert ids("?role=driver") == {str(person.id) for person in own if person.role is Role.DRIVER}
        assert ids("?active=false") == {str(person.id) for person in own if not person.active}
        assert ids(f"?organisation_id={shop.id}") == {str(p.id) for p in own if p.organisation_id == shop.id}

    def test_comes_in_pages(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        for _ in range(4):
            factories.person(session, organisation=admin.organisation)
        first = client.get("/v1/people?limit=3", headers=headers)
        second = client.get(first.headers["Link"].split(">")[0][1:], headers=headers)

        assert (len(first.json["items"]), len(second.json["items"])) == (3, 2)
        assert second.json["next_cursor"] is None


class TestChange:
    def change(self, client: FlaskClient, headers: dict[str, str], who: Person, version: int = 1, **change: Any) -> Any:
        return client.patch(f"/v1/people/{who.id}", json=change, headers=headers | {"If-Match": f'"{version}"'})

    def test_needs_the_version_that_was_read(self, client: FlaskClient, headers: dict[str, str], admin: Person) -> None:
        missing = client.patch(f"/v1/people/{admin.id}", json={"name": "A"}, headers=headers)
        first = self.change(client, headers, admin, name="A")
        stale = self.change(client, headers, admin, name="B")

        assert (missing.status_code, first.status_code, stale.status_code) == (428, 200, 412)
        assert (first.headers["ETag"], first.json["name"]) == ('"2"', "A")

    def test_hides_other_organisations_people(
        self, client: FlaskClient, headers: dict[str, str], session: Session
    ) -> None:
        for stranger in (factories.person(session), factories.person(session, role=Role.MERCHANT)):
            answer = self.change(client, headers, stranger, name="Mine")
            assert (answer.status_code, answer.json["type"]) == (404, "/problems/person-not-found")
            assert client.get(f"/v1/people/{stranger.id}", headers=headers).status_code == 404

    def test_signs_out_whoever_is_switched_off_or_gets_a_password(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        for change in ({"active": False}, {"password": "another good password"}):
            who = factories.person(session, organisation=admin.organisation)
            credentials = {"email": who.email, "password": PASSWORD}
            token = client.post("/v1/auth/token", json=credentials).json["refresh_token"]
            assert self.change(client, headers, who, **change).status_code == 200
            answer = client.post("/v1/auth/refresh", json={"refresh_token": token})
            assert answer.json["type"] == "/problems/no-longer-valid"
            assert client.post("/v1/auth/token", json=credentials).status_code == 401

    def test_keeps_the_last_administrator(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        factories.person(session, organisation=admin.organisation, role=Role.ADMIN, active=False)
        factories.person(session, role=Role.ADMIN)
        for change in ({"active": False}, {"role": "dispatcher"}):
            answer = self.change(client, headers, admin, **change)
            assert (answer.status_code, answer.json["type"]) == (409, "/problems/last-admin")

        factories.person(session, organisation=admin.organisation, role=Role.ADMIN)
        assert self.change(client, headers, admin, role="dispatcher").status_code == 200
        assert client.post("/v1/people", json=DRAFT, headers=headers).json["type"] == "/problems/role-not-allowed"

    def test_is_refused_when_the_address_or_the_role_does_not_fit(
        self, client: FlaskClient, headers: dict[str, str], admin: Person, session: Session
    ) -> None:
        shop = factories.merchant(session, served_by=admin.organisation)
        clerk = factories.person(session, organisation=shop, role=Role.MERCHANT)
        taken = self.change(client, headers, clerk, email=admin.email.upper())
        unfit = self.change(client, headers, clerk, role="driver")

        assert (taken.status_code, taken.json["type"]) == (409, "/problems/email-taken")
        assert (unfit.status_code, unfit.json["type"]) == (422, "/problems/role-does-not-fit")

    def test_to_the_same_changes_nothing(self, client: FlaskClient, headers: dict[str, str], admin: Person) -> None:
        answer = self.change(client, headers, admin, name=admin.name)
        assert (answer.status_code, answer.json["version"]) == (200, 1)
        assert self.change(client, headers, admin).json["version"] == 1


class TestMe:
    def test_is_the_person_with_its_organisation(
        self, client: FlaskClient, headers: dict[str, str], admin: Person
    ) -> None:
        seen = client.get("/v1/me", headers=headers).json
        assert (seen["email"], seen["role"], seen["scopes"]) == (admin.email, "admin", None)
        assert seen["organisation"]["id"] == str(admin.organisation_id)

    def test_changes_its_own_password_and_is_signed_out(
        self, client: FlaskClient, headers: dict[str, str], admin: Person
    ) -> None:
        old = {"email": admin.email, "password": PASSWORD}
        token = client.post("/v1/auth/token", json=old).json["refresh_token"]
        wrong = {"current_password": "not this one", "password": "another good password"}
        refused = client.put("/v1/me/password", json=wrong, headers=headers)
        done = client.put("/v1/me/password", json=wrong | {"current_password": PASSWORD}, headers=headers)

        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/current_password")
        assert done.status_code == 204
        assert client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code == 401
        assert client.post("/v1/auth/token", json=old).status_code == 401
        assert client.post("/v1/auth/token", json=old | {"password": wrong["password"]}).status_code == 200

    def test_has_no_password_when_it_is_a_key(self, app: App, client: FlaskClient, session: Session) -> None:
        key, _ = factories.api_key(session, organisation=factories.carrier(session), scopes=("accounts:write",))
        body = {"current_password": PASSWORD, "password": "another good password"}
        answer = client.put("/v1/me/password", json=body, headers=bearer(app, key))
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/key-has-no-password")
