"""Bad input, by name: each gives a problem that names the field or the rule, and changes nothing.

The list is the house's own, in its order; each room's tests go further into detail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from accounts.models import Role
from api.unit import App
from kernel.ids import new_id
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, outcome_of, picture, reporter
from tests.world import World, populate

type Send = Callable[..., TestResponse]


def contents(session: Session) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and a sum over what they hold: no row comes, goes or changes unseen."""
    session.expire_all()
    names = session.scalars(
        text(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'spatial%'"
        )
    ).all()
    counts = " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(each::text, 0)), 0) FROM {name} AS each"
        for name in names
    )
    return {name: (count, int(held)) for name, count, held in session.execute(text(counts))}


@contextmanager
def nothing_changes(session: Session) -> Iterator[None]:
    """See that no table is other than it was before."""
    before = contents(session)
    yield
    after = contents(session)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


def refused(answer: TestResponse, status: int, kind: str, *, field: str | None = None) -> dict[str, Any]:
    """See that the answer is this problem, that it names this field where one is at fault, and return it."""
    document: dict[str, Any] = answer.json or {}
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), document
    assert (document["type"], document["status"]) == (f"/problems/{kind}", status)
    assert document["title"]
    if field is not None:
        assert field in [error.get("pointer") for error in document["errors"]], document
    return document


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC))


def at(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def draft(**changes: Any) -> dict[str, Any]:
    return {
        "recipient": {"name": "Aino Virtanen"},
        "address": {"place": {"type": "Point", "coordinates": [24.9414, 60.1719]}},
        "parcels": [{"weight_g": 500}],
    } | changes


def place(longitude: float, latitude: float) -> dict[str, Any]:
    return {"place": {"type": "Point", "coordinates": [longitude, latitude]}}


@pytest.fixture
def create(app: App, client: FlaskClient, session: Session) -> Send:
    """What sends a delivery, or with `path="/batch"` many, as a merchant; a good one is taken."""
    factories.city(session)
    headers = bearer(app, factories.person(session, role=Role.MERCHANT))
    session.commit()

    def post(document: Any, path: str = "") -> TestResponse:
        return client.post(f"/v1/deliveries{path}", json=document, headers=headers)

    assert post(draft()).status_code == 201
    return post


class TestAskingForADelivery:
    """Unknown fields to batches too long."""

    def test_with_an_unknown_field(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            refused(create(draft(colour="red")), 422, "invalid-request", field="/colour")

    def test_with_a_wrong_type(self, session: Session, create: Send) -> None:
        heavy = draft(parcels=[{"weight_g": "500"}])
        with nothing_changes(session):
            refused(create(heavy), 422, "invalid-request", field="/parcels/0/weight_g")
            refused(create(draft(windows="always")), 422, "invalid-request", field="/windows")
            refused(create([draft()]), 422, "invalid-request")

    def test_with_coordinates_swapped(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            swapped = create(draft(address=place(60.1719, 24.9414)))
            told = refused(swapped, 422, "outside-city", field="/address/place")
        assert "swapped" in told["detail"]

    def test_outside_the_imported_city(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            refused(create(draft(address=place(23.7610, 61.4978))), 422, "outside-city", field="/address/place")

    def test_with_a_nul_byte(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            named = draft(recipient={"name": "Aino\x00Virtanen"})
            refused(create(named), 422, "invalid-request", field="/recipient/name")

    def test_with_a_window_that_ends_before_it_starts(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            backwards = draft(windows=[{"starts_at": at(3), "ends_at": at(2)}])
            refused(create(backwards), 422, "windows-invalid", field="/windows/0/ends_at")

    def test_with_a_time_without_a_zone(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            local = draft(windows=[{"starts_at": at(2).removesuffix("+00:00"), "ends_at": at(3)}])
            refused(create(local), 422, "invalid-request", field="/windows/0/starts_at")

    @pytest.mark.parametrize("weight_g", [0, -1])
    def test_with_a_weight_that_nothing_has(self, session: Session, create: Send, weight_g: int) -> None:
        with nothing_changes(session):
            light = draft(parcels=[{"weight_g": weight_g}])
            refused(create(light), 422, "invalid-request", field="/parcels/0/weight_g")

    def test_1001_times_at_once(self, session: Session, create: Send) -> None:
        with nothing_changes(session):
            batch = {"deliveries": [draft()] * 1001}
            told = refused(create(batch, "/batch"), 422, "invalid-request", field="/deliveries")
        assert "1000" in told["errors"][0]["detail"]


@pytest.fixture
def hand_in(app: App, client: FlaskClient, round_: Round) -> Send:
    """What sends a photo of the first delivery as the round's driver."""

    def post(data: bytes) -> TestResponse:
        form = {
            "id": str(new_id()),
            "delivery_id": str(round_.delivery_ids[0]),
            "kind": "photo",
            "captured_at": at(0),
            "file": FileStorage(BytesIO(data), "door.jpg"),
        }
        # Encoded here: the test client would put a large form into a file and forget it.
        boundary, body = encode_multipart(form)
        media = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return client.post("/v1/driver/evidence", data=body, headers=bearer(app, round_.driver) | media)

    return post


class TestHandingInAPhoto:
    """Too large a one, and what is none."""

    def test_of_fifty_megabytes(self, session: Session, hand_in: Send) -> None:
        with nothing_changes(session):
            told = refused(hand_in(picture() + b"\x00" * 50_000_000), 413, "request-entity-too-large")
        assert str(15 * 2**20) in told["detail"]

    def test_that_is_not_an_image(self, session: Session, hand_in: Send) -> None:
        with nothing_changes(session):
            refused(hand_in(b"<html>Not found</html>"), 422, "not-a-picture", field="/file")


class TestDrivingTheRound:
    """As somebody else, twice, and in the wrong order."""

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.DRIVER])
    def test_with_a_token_of_another_role(
        self, app: App, client: FlaskClient, session: Session, round_: Round, role: Role
    ) -> None:
        headers = bearer(app, factories.person(session, role=role))
        with nothing_changes(session):
            event = {"id": str(new_id()), "kind": "enroute", "device_time": at(0)}
            answer = client.post(f"/v1/driver/stops/{round_.stop_ids[0]}/events", json=event, headers=headers)
            told = refused(answer, 403, "role-not-allowed")
        assert told["role"] == role

    def test_at_a_stop_of_another_driver(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        headers = bearer(app, rounds.published(session, now=datetime.now(UTC), carrier=round_.carrier).driver)
        with nothing_changes(session):
            event = {"id": str(new_id()), "kind": "enroute", "device_time": at(0)}
            answer = client.post(f"/v1/driver/stops/{round_.stop_ids[0]}/events", json=event, headers=headers)
            refused(answer, 404, "stop-not-found")

    def test_with_the_same_event_twice(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        report, event = reporter(app, client, round_), {"id": str(new_id()), "device_time": at(0)}
        assert report(0, "enroute", **event).status_code == 201
        with nothing_changes(session):
            told = refused(report(0, "enroute", **event), 409, "event-already-recorded")
        assert (told["event"], told["state"]) == ("enroute", "enroute")

    def test_with_events_out_of_order(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        report = reporter(app, client, round_)
        with nothing_changes(session):
            assert refused(report(0, "arrived"), 409, "stop-out-of-order")["state"] == "planned"
            refused(report(0, "done", outcomes=outcome_of(round_, 0)), 409, "stop-out-of-order")
        assert report(0, "enroute").status_code == 201
        with nothing_changes(session):
            told = refused(report(0, "enroute", device_time=at(-1)), 422, "device-time-invalid", field="/device_time")
            refused(report(0, "enroute"), 409, "stop-out-of-order")
        assert "last event" in told["detail"]


class TestEveryBody:
    """What holds for a delivery holds for all that takes JSON."""

    def test_with_an_unknown_field_is_refused(self, app: App, client: FlaskClient, session: Session) -> None:
        world = populate(session)
        session.commit()
        bodies = [*_bodies(app, world)]
        assert len(bodies) > 12
        with nothing_changes(session):
            for method, path, headers in bodies:
                answer = client.open(path, method=method, json={"no_such_field": 1}, headers=headers)
                refused(answer, 422, "invalid-request", field="/no_such_field")


def _bodies(app: App, world: World) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield method, path and the headers of somebody who may, for each operation that takes JSON."""
    for path, operations in app.extensions["spec"].to_dict()["paths"].items():
        for method, operation in operations.items():
            if method == "parameters" or "application/json" not in operation.get("requestBody", {}).get("content", {}):
                continue
            roles = operation.get("x-roles")
            headers = bearer(app, world.people[Role(roles[0])]) if roles else {}
            yield method.upper(), path.format(**world.ids), headers
