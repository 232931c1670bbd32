"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.factories import PASSWORD


class TestSignIn:
    def test_gives_tokens_for_a_password(self, client: FlaskClient, session: Session) -> None:
        who = factories.person(session)
        answer = client.post("/v1/auth/token", json={"email": who.email.upper(), "password": PASSWORD})
        assert answer.status_code == 200, answer.json
        assert answer.json["token_type"] == "Bearer"
