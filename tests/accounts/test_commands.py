"""The command line: the first administrator, and the way back in."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Organisation, OrganisationKind, Person, Role
from api.unit import App
from tests import factories
from tests.factories import PASSWORD

PEKKA = ["--organisation", "Kuriiri Oy", "--name", "Pekka", "--email", "pekka@example.com"]


def run(app: App, *words: str, keys: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["accounts", *words], input=keys)


class TestCreateAdmin:
    def test_makes_the_carrier_and_somebody_who_can_sign_in(
        self, app: App, client: FlaskClient, session: Session
    ) -> None:
        done = run(app, "create-admin", *PEKKA, "--password", PASSWORD)
        person = session.scalars(select(Person)).one()
        home = session.scalars(select(Organisation)).one()

        assert (done.exit_code, done.output) == (0, "Pekka <pekka@example.com> administers Kuriiri Oy.\n")
        assert (person.role, person.organisation_id, home.kind) == (Role.ADMIN, home.id, OrganisationKind.CARRIER)
        credentials = {"email": "pekka@example.com", "password": PASSWORD}
        assert client.post("/v1/auth/token", json=credentials).status_code == 200

    def test_adds_to_the_carrier_of_that_name(self, app: App, client: FlaskClient, session: Session) -> None:
        home = factories.carrier(session, name="Kuriiri Oy")
        factories.merchant(session, served_by=home, name="Kuriiri Oy")
        assert run(app, "create-admin", *PEKKA, "--password", PASSWORD).exit_code == 0
        assert session.scalars(select(Person.organisation_id)).all() == [home.id]

    def test_asks_for_what_is_missing(self, app: App, client: FlaskClient, session: Session) -> None:
        done = run(app, "create-admin", keys=f"Kuriiri\nnobody\npekka@example.com\nPekka\n{PASSWORD}\n{PASSWORD}\n")
        assert done.exit_code == 0, done.output
        assert "Not a valid email address." in done.output
        assert PASSWORD not in done.output

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            (["--email", "pekka"], "Error: Invalid value for '--email': Not a valid email address."),
            (["--name", " "], "Error: Invalid value for '--name': must not be blank"),
            (["--password", "short"], "Error: Invalid value for '--password': Length must be between 10 and 200."),
        ],
    )
    def test_says_in_a_line_what_does_not_fit(
        self, app: App, client: FlaskClient, session: Session, words: list[str], line: str
    ) -> None:
        done = run(app, "create-admin", *PEKKA, "--password", PASSWORD, *words)
        assert (done.exit_code, done.output.splitlines()[-1]) == (2, line)
        assert session.scalars(select(Organisation)).all() == []

    def test_says_in_a_line_that_the_address_or_the_name_is_taken(
        self, app: App, client: FlaskClient, session: Session
    ) -> None:
        factories.person(session, email="PEKKA@example.com")
        taken = run(app, "create-admin", *PEKKA, "--password", PASSWORD)
        for _ in range(2):
            factories.carrier(session, name="Twins")
        twins = run(app, "create-admin", *PEKKA, "--organisation", "Twins", "--password", PASSWORD)

        assert (taken.exit_code, taken.output) == (1, "Error: Somebody has this e-mail address already.\n")
        assert (twins.exit_code, twins.output) == (1, "Error: Several carriers have this name.\n")


class TestResetPassword:
    def test_gives_a_new_one_and_ends_the_sessions(self, app: App, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        old = {"email": who.email, "password": PASSWORD}
        token = client.post("/v1/auth/token", json=old).json["refresh_token"]
        done = run(app, "reset-password", "--email", who.email.upper(), "--password", "another good password")

        assert done.exit_code == 0, done.output
        assert client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code == 401
        assert client.post("/v1/auth/token", json=old).status_code == 401
        assert client.post("/v1/auth/token", json=old | {"password": "another good password"}).status_code == 200

    def test_says_in_a_line_that_nobody_has_the_address(self, app: App, client: FlaskClient) -> None:
        done = run(app, "reset-password", "--email", "nobody@example.com", "--password", PASSWORD)
        assert (done.exit_code, done.output) == (1, "Error: nobody has this e-mail address\n")
