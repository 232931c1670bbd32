"""Reporting what happened at a stop, over HTTP as a device does it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.unit import App
from deliveries.models import Delivery, DeliveryState
from kernel.database import Sessions
from kernel.facts import FactRow
from kernel.ids import new_id
from proofs.models import ProofKind
from routing.models import Drop, Outcome, Route, Stop, StopState
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, outcome_of, reporter

type Report = Callable[..., Any]


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC))


@pytest.fixture
def report(app: App, client: FlaskClient, round_: Round) -> Report:
    return reporter(app, client, round_)


def state_of(session: Session, delivery_id: UUID) -> DeliveryState:
    return session.scalars(select(Delivery.state).where(Delivery.id == delivery_id)).one()


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(FactRow.kind).order_by(FactRow.seq)))


class TestRoute:
    def test_is_answered_with_its_version_as_etag(self, app: App, client: FlaskClient, round_: Round) -> None:
        answer = client.get("/v1/driver/route", headers=bearer(app, round_.driver))
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
        assert [stop["id"] for stop in answer.json["stops"]] == [str(stop_id) for stop_id in round_.stop_ids]

    def test_is_not_sent_again_to_who_has_it(self, app: App, client: FlaskClient, round_: Round) -> None:
        headers = bearer(app, round_.driver) | {"If-None-Match": '"1"'}
        assert client.get("/v1/driver/route", headers=headers).status_code == 304

    def test_has_a_new_version_after_an_event(self, app: App, client: FlaskClient, round_: Round) -> None:
        version = reporter(app, client, round_)(0, "enroute").json["route_version"]
        headers = bearer(app, round_.driver) | {"If-None-Match": '"1"'}
        answer = client.get("/v1/driver/route", headers=headers)
        assert (answer.status_code, answer.json["version"], version) == (200, 2, 2)

    def test_is_not_there_for_a_driver_without_one(self, app: App, client: FlaskClient, session: Session) -> None:
        idle = rounds.published(session, now=datetime.now(UTC) - timedelta(days=3))
        answer = client.get("/v1/driver/route", headers=bearer(app, idle.driver))
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-route-today")

    def test_is_not_for_another_role(self, app: App, client: FlaskClient, round_: Round) -> None:
        answer = client.get("/v1/driver/route", headers=bearer(app, round_.dispatcher))
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/role-not-allowed")


class TestReport:
    def test_takes_all_parcels_along_at_the_first_departure(
        self, session: Session, round_: Round, report: Report
    ) -> None:
        answer = report(0, "enroute")
        assert (answer.status_code, answer.json["stop"]["state"]) == (201, "enroute")
        assert {state_of(session, each) for each in round_.delivery_ids} == {DeliveryState.OUT_FOR_DELIVERY}
        assert kinds(session) == ["delivery.out_for_delivery"] * 3 + ["stop.enroute"]

    def test_brings_a_delivery_to_its_end(self, session: Session, round_: Round, report: Report) -> None:
        report(0, "enroute")
        report(0, "arrived")
        answer = report(0, "done", outcomes=outcome_of(round_, 0), note="left with a smile")

        assert (answer.status_code, answer.json["stop"]["state"]) == (201, "done")
        assert state_of(session, round_.delivery_ids[0]) is DeliveryState.DELIVERED
        assert kinds(session)[-2:] == ["delivery.delivered", "stop.done"]
        outcome = session.scalar(select(Drop.outcome).where(Drop.delivery_id == round_.delivery_ids[0]))
        assert outcome is Outcome.DELIVERED_TO_RECIPIENT

    def test_ends_an_attempt_that_failed_without_any_proof(
        self, app: App, client: FlaskClient, session: Session
    ) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), proof_requirements=["photo", "signature"])
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        answer = report(0, "done", outcomes=outcome_of(round_, 0, "failed_not_home"))
        assert answer.status_code == 201
        assert state_of(session, round_.delivery_ids[0]) is DeliveryState.FAILED_ATTEMPT

    def test_refuses_the_same_event_twice_and_says_where_the_stop_is(
        self, session: Session, round_: Round, report: Report
    ) -> None:
        event = str(new_id())
        report(0, "enroute", id=event)
        again = report(0, "enroute", id=event)
        assert (again.status_code, again.json["type"]) == (409, "/problems/event-already-recorded")
        assert (again.json["state"], again.json["stop_id"]) == ("enroute", str(round_.stop_ids[0]))
        assert kinds(session).count("stop.enroute") == 1

    @pytest.mark.parametrize("kind", ["arrived", "done"])
    def test_refuses_an_event_out_of_order(self, session: Session, round_: Round, report: Report, kind: str) -> None:
        given = {"outcomes": outcome_of(round_, 0)} if kind == "done" else {}
        answer = report(0, kind, **given)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/stop-out-of-order")
        assert kinds(session) == []
        assert session.scalar(select(Stop.state).where(Stop.id == round_.stop_ids[0])) is StopState.PLANNED

    def test_refuses_a_stop_of_another_driver(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        other = rounds.published(session, now=datetime.now(UTC), carrier=round_.carrier)
        event = {"id": str(new_id()), "kind": "enroute", "device_time": datetime.now(UTC).isoformat()}
        path = f"/v1/driver/stops/{other.stop_ids[0]}/events"
        answer = client.post(path, json=event, headers=bearer(app, round_.driver))
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/stop-not-found")

    def test_refuses_a_route_that_is_not_published(self, session: Session, round_: Round, report: Report) -> None:
        session.get_one(Route, round_.route_id).published_at = None
        session.commit()
        assert report(0, "enroute").status_code == 404

    def test_refuses_a_stop_that_was_withdrawn(self, session: Session, round_: Round, report: Report) -> None:
        session.get_one(Stop, round_.stop_ids[0]).withdrawn_at = datetime.now(UTC)
        session.commit()
        answer = report(0, "enroute")
        assert (answer.status_code, answer.json["state"]) == (409, "withdrawn")

    def test_refuses_a_time_in_the_future(self, report: Report) -> None:
        answer = report(0, "enroute", device_time=(datetime.now(UTC) + timedelta(minutes=3)).isoformat())
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/device_time")

    def test_refuses_a_time_before_the_stops_last_event(self, report: Report) -> None:
        report(0, "enroute")
        answer = report(0, "arrived", device_time=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/device_time")


class TestCompletion:
    @pytest.fixture
    def at_door(self, report: Report) -> Report:
        report(0, "enroute")
        report(0, "arrived")
        return report

    def test_refuses_a_drop_without_an_outcome(self, app: App, client: FlaskClient, session: Session) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), drops=2)
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        answer = report(0, "done", outcomes=outcome_of(round_, 0))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/outcomes-do-not-fit")
        assert answer.json["errors"][0]["pointer"] == "/outcomes"

    def test_refuses_an_outcome_for_another_stops_delivery(self, round_: Round, at_door: Report) -> None:
        answer = at_door(0, "done", outcomes=outcome_of(round_, 0) + outcome_of(round_, 1))
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/outcomes/1/delivery_id")

    def test_refuses_two_outcomes_for_one_delivery(self, round_: Round, at_door: Report) -> None:
        answer = at_door(0, "done", outcomes=outcome_of(round_, 0) * 2)
        assert (answer.status_code, answer.json["errors"][0]["detail"]) == (422, "is there twice")

    def test_needs_outcomes(self, at_door: Report) -> None:
        answer = at_door(0, "done")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/outcomes")

    def test_asks_nothing_for_a_withdrawn_drop(self, app: App, client: FlaskClient, session: Session) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), drops=2)
        other = (Drop.stop_id == round_.stop_ids[0], Drop.delivery_id != round_.delivery_ids[0])
        session.scalars(select(Drop).where(*other)).one().withdrawn_at = datetime.now(UTC)
        session.commit()
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        assert report(0, "done", outcomes=outcome_of(round_, 0)).status_code == 201

    def test_names_the_proofs_that_are_missing(self, app: App, client: FlaskClient, session: Session) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), proof_requirements=["photo", "signature"])
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        given_proof(session, round_, ProofKind.PHOTO, at=datetime.now(UTC))
        answer = report(0, "done", outcomes=outcome_of(round_, 0))

        assert (answer.status_code, answer.json["type"]) == (409, "/problems/proof-missing")
        assert answer.json["missing"] == [{"delivery_id": str(round_.delivery_ids[0]), "proofs": ["signature"]}]
        assert state_of(session, round_.delivery_ids[0]) is DeliveryState.OUT_FOR_DELIVERY
        given_proof(session, round_, ProofKind.SIGNATURE, at=datetime.now(UTC))
        assert report(0, "done", outcomes=outcome_of(round_, 0)).status_code == 201

    def test_does_not_take_an_earlier_attempts_proof(self, app: App, client: FlaskClient, session: Session) -> None:
        round_ = rounds.published(session, now=datetime.now(UTC), proof_requirements=["photo"])
        given_proof(session, round_, ProofKind.PHOTO, at=datetime.now(UTC) - timedelta(days=1))
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        assert report(0, "done", outcomes=outcome_of(round_, 0)).status_code == 409


class TestTwoDevicesAtOnce:
    def test_record_an_event_once(self, app: App, committing: Engine) -> None:
        with Sessions() as session:
            round_ = rounds.published(session, now=datetime.now(UTC))
        event = str(new_id())

        def send(_: int) -> int:
            return int(reporter(app, app.test_client(), round_)(0, "enroute", id=event).status_code)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(send, range(4))) == [201, 409, 409, 409]
        with Sessions() as session:
            assert kinds(session).count("stop.enroute") == 1

    def test_record_an_id_once_on_two_routes(self, app: App, committing: Engine) -> None:
        with Sessions() as session:
            both = [rounds.published(session, now=datetime.now(UTC)) for _ in range(2)]
        event = str(new_id())

        def send(round_: Round) -> int:
            return int(reporter(app, app.test_client(), round_)(0, "enroute", id=event).status_code)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(send, both)) == [201, 409]


def given_proof(session: Session, round_: Round, kind: ProofKind, *, at: datetime) -> None:
    factories.proof(session, delivery_id=round_.delivery_ids[0], by=round_.driver, kind=kind, at=at)
    session.commit()
