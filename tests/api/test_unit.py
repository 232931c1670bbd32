"""The unit of work, seen through views that only tests have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from accounts.models import Role
from api.access import open_to, public
from api.app import create_app
from api.blueprint import Blueprint
from api.fields import Place, Schema, Text, Time, Truth, Whole
from api.unit import session as current
from kernel import facts
from kernel.errors import Conflict, Unavailable
from kernel.facts import Fact
from kernel.ids import new_id
from kernel.settings import Settings
from tests.conftest import NOW


@dataclass(frozen=True, kw_only=True)
class TeaMade(Fact, kind="test.tea_made", about="pot_id"):
    """Only tests make tea."""

    pot_id: UUID


class PotEmpty(Conflict):
    """The pot is empty."""


class PotCracked(Conflict):
    """The pot is cracked, and that is written down."""

    keeps = True


class KettleCold(Unavailable):
    """The kettle is cold."""


class TeaSchema(Schema):
    """What tea may be."""

    cups = Whole(least=1, most=10)
    name = Text(most=20)
    strong = Truth()
    at = Time()
    place = Place()


blueprint = Blueprint("tea", __name__, url_prefix="/tea")
ERRORS: dict[str, type[Exception]] = {
    "empty": PotEmpty,
    "cracked": PotCracked,
    "cold": KettleCold,
    "broken": ZeroDivisionError,
}


@blueprint.route("/<how>", methods=["POST"])
@public
@blueprint.response(201, TeaSchema)
def make_tea(how: str) -> dict[str, Any]:
    facts.record(current(), TeaMade(pot_id=new_id(), at=NOW))
    current().flush()
    if how in ERRORS:
        raise ERRORS[how]("as asked")
    if how == "late":
        # Violates a constraint only when the unit of work commits.
        current().execute(text("INSERT INTO handled (consumer, position) VALUES ('tea', -1)"))
    return {}


@blueprint.route("/taste", methods=["PUT"])
@public
@blueprint.arguments(TeaSchema)
@blueprint.response(200, TeaSchema)
def taste(tea: dict[str, Any]) -> dict[str, Any]:
    return tea


@blueprint.route("/secret", methods=["GET"])
@open_to(Role.ADMIN, scope="accounts:read")
@blueprint.response(200, TeaSchema)
def secret() -> dict[str, Any]:
    return {}


@pytest.fixture
def tea(settings: Settings, connection: Connection) -> FlaskClient:
    app = create_app(settings)
    app.register_blueprint(blueprint)
    return app.test_client()


def made(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM facts WHERE kind = 'test.tea_made'")) or 0


class TestUnitOfWork:
    def test_commits_what_a_view_did(self, tea: FlaskClient, session: Session) -> None:
        assert tea.post("/tea/well").status_code == 201
        assert made(session) == 1

    def test_rolls_back_a_refusal(self, tea: FlaskClient, session: Session) -> None:
        answer = tea.post("/tea/empty")
        assert (answer.status_code, answer.json["type"], answer.json["title"]) == (
            409,
            "/problems/pot-empty",
            "The pot is empty.",
        )
        assert made(session) == 0

    def test_keeps_the_trace_of_a_refusal_that_says_so(self, tea: FlaskClient, session: Session) -> None:
        assert tea.post("/tea/cracked").status_code == 409
        assert made(session) == 1

    def test_says_when_to_try_again(self, tea: FlaskClient) -> None:
        answer = tea.post("/tea/cold")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")

    def test_tells_nothing_of_what_it_did_not_expect(self, tea: FlaskClient, session: Session) -> None:
        answer = tea.post("/tea/broken")
        assert (answer.status_code, "detail" in answer.json, answer.json["request_id"]) == (
            500,
            False,
            answer.headers["X-Request-ID"],
        )
        assert made(session) == 0

    def test_answers_a_commit_that_fails_with_a_problem(self, tea: FlaskClient, session: Session) -> None:
        answer = tea.post("/tea/late")
        assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
        assert made(session) == 0


class TestFields:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"sugar": 1}, "/sugar"),
            ({"cups": "2"}, "/cups"),
            ({"cups": True}, "/cups"),
            ({"cups": 2.0}, "/cups"),
            ({"cups": 0}, "/cups"),
            ({"cups": 10**30}, "/cups"),
            ({"name": "a\x00b"}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": 5}, "/name"),
            ({"strong": "yes"}, "/strong"),
            ({"strong": 1}, "/strong"),
            ({"at": "2026-06-15T08:00:00"}, "/at"),
            ({"at": "0001-01-01T00:00:00+14:00"}, "/at"),
            ({"at": 1781510400}, "/at"),
            ({"place": {"type": "Point", "coordinates": [24.9]}}, "/place/coordinates"),
            ({"place": {"type": "Point", "coordinates": [1000, 60]}}, "/place/coordinates"),
            ({"place": {"type": "Point", "coordinates": ["24.9", 60]}}, "/place/coordinates"),
            ({"place": [24.9, 60.1]}, "/place"),
            ([], ""),
        ],
    )
    def test_refuse_a_wrong_value_and_name_it(self, tea: FlaskClient, body: object, pointer: str) -> None:
        answer = tea.put("/tea/taste", json=body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    def test_refuse_a_lone_surrogate(self, tea: FlaskClient) -> None:
        answer = tea.put("/tea/taste", data='{"name": "\\ud800"}', content_type="application/json")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/name")

    def test_answer_times_in_utc(self, tea: FlaskClient) -> None:
        answer = tea.put("/tea/taste", json={"at": "2026-06-15T09:00:00+03:00"})
        assert answer.json["at"] == "2026-06-15T06:00:00Z"

    @pytest.mark.parametrize(
        ("data", "media", "status"),
        [("{", "application/json", 400), ("cups=1", "text/plain", 415), ("[" * 100_000, "application/json", 400)],
    )
    def test_refuse_a_body_that_is_no_json(self, tea: FlaskClient, data: str, media: str, status: int) -> None:
        answer = tea.put("/tea/taste", data=data, content_type=media)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
