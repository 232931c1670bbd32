"""A driver's own order for the rest of the round: proposed at once, taken only when asked and if nothing moved on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.unit import App
from deliveries.models import Delivery
from kernel.facts import FactRow
from routing.models import Route, Stop
from tests import factories, rounds
from tests.rounds import Round

PATH = "/v1/driver/route/order"


@pytest.fixture
def round_(session: Session) -> Round:
    """Five stops to the north, in the order 1 4 2 5 3: a detour of several kilometres."""
    made = rounds.published(session, now=datetime.now(UTC), stops=5)
    for stop_id, delivery_id, number in zip(made.stop_ids, made.delivery_ids, (1, 4, 2, 5, 3), strict=True):
        session.get_one(Stop, stop_id).place = session.get_one(Delivery, delivery_id).place = rounds.place(number)
    session.commit()
    return made


@pytest.fixture
def ask(app: App, client: FlaskClient, round_: Round) -> Any:
    def send(if_match: str | None = None, **body: Any) -> TestResponse:
        headers = factories.bearer(app, round_.driver) | ({"If-Match": if_match} if if_match else {})
        return client.post(PATH, json=body, headers=headers)

    return send


def in_order(round_: Round, *numbers: int) -> list[str]:
    return [str(round_.stop_ids[number]) for number in numbers]


class TestAProposal:
    def test_is_the_shorter_way_and_changes_nothing(self, session: Session, round_: Round, ask: Any) -> None:
        before = session.get_one(Route, round_.route_id).version

        answer = ask()

        assert answer.status_code == 200, answer.json
        assert answer.json["stop_ids"] == in_order(round_, 0, 2, 4, 1, 3)
        assert (answer.json["applied"], answer.json["order_changed"]) == (False, True)
        assert answer.json["saves_s"] > 1000
        assert answer.json["saves_m"] > 3000
        assert answer.headers["ETag"] == f'"{before}"'
        session.expire_all()
        assert session.get_one(Route, round_.route_id).version == before

    def test_begins_with_the_stop_that_is_driven_to(self, round_: Round, ask: Any, report: Any) -> None:
        report(4, "enroute")

        answer = ask(place={"type": "Point", "coordinates": [rounds.START.longitude, rounds.START.latitude]})

        assert answer.json["stop_ids"][0] == in_order(round_, 4)[0]
        assert len(answer.json["stop_ids"]) == 5

    def test_times_the_order_that_is_given(self, round_: Round, ask: Any) -> None:
        best = ask().json
        worst = ask(stop_ids=in_order(round_, 3, 0, 1, 2, 4)).json

        assert worst["stop_ids"] == in_order(round_, 3, 0, 1, 2, 4)
        assert worst["ends_at"] > best["ends_at"]

    @pytest.mark.parametrize("wrong", [(0, 1, 2, 3), (0, 1, 2, 3, 3)])
    def test_refuses_an_order_that_is_not_the_rest(self, round_: Round, ask: Any, wrong: tuple[int, ...]) -> None:
        answer = ask(stop_ids=in_order(round_, *wrong))

        assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-the-rest-of-the-round")

    def test_is_there_however_late_the_driver_is(self, session: Session, round_: Round, ask: Any) -> None:
        over = datetime.now(UTC) - timedelta(hours=1)
        for delivery_id in round_.delivery_ids:
            session.get_one(Delivery, delivery_id).promise_window(over - timedelta(hours=1), over)
        session.commit()

        answer = ask()

        assert answer.status_code == 200, answer.json
        assert len(answer.json["promises_moved"]) == 5


class TestTakingIt:
    def test_puts_it_in_force_and_tells_whose_promise_moves(self, session: Session, round_: Round, ask: Any) -> None:
        late = session.get_one(Delivery, round_.delivery_ids[3])
        late.promise_window(datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=10))
        session.commit()
        seen = ask()

        taken = ask(seen.headers["ETag"], apply=True, stop_ids=seen.json["stop_ids"])

        assert (taken.status_code, taken.json["applied"]) == (200, True), taken.json
        session.expire_all()
        route = session.get_one(Route, round_.route_id)
        stops = session.scalars(select(Stop.id).where(Stop.route_id == route.id).order_by(Stop.sequence)).all()
        assert [*map(str, stops)] == seen.json["stop_ids"]
        assert (f'"{route.version}"', route.revision) == (taken.headers["ETag"], 1)
        assert [each["delivery_id"] for each in taken.json["promises_moved"]] == [str(late.id)]
        told = session.scalars(select(FactRow.kind).where(FactRow.aggregate_id.in_([route.id, *round_.delivery_ids])))
        assert sorted(told) == ["delivery.promise_moved", "route.replanned"]
        assert route.latest_change is not None
        assert route.latest_change["promises_moved"] == [str(late.id)]

    def test_needs_the_version_it_was_made_for(self, round_: Round, ask: Any, report: Any) -> None:
        seen = ask()

        assert ask(apply=True).json["type"] == "/problems/precondition-missing"
        report(0, "enroute")
        assert ask(seen.headers["ETag"], apply=True).json["type"] == "/problems/precondition-failed"

    def test_is_refused_when_the_round_moves_on_meanwhile(self, session: Session, round_: Round, report: Any) -> None:
        from driving import resequencing

        now = datetime.now(UTC)
        prepared = resequencing.prepare(session, driver_id=round_.driver.id, place=None, now=now)
        proposal = resequencing.reorder(prepared, order=None, now=now)
        report(0, "enroute")

        with pytest.raises(resequencing.RouteMovedOn):
            resequencing.take(session, proposal, now=now, by=round_.driver.id)

    def test_of_a_round_that_is_done_is_refused(self, round_: Round, ask: Any, report: Any) -> None:
        for number in range(5):
            for kind in ("enroute", "arrived"):
                report(number, kind)
            report(number, "done", outcomes=rounds.outcome_of(round_, number))

        answer = ask()

        assert (answer.status_code, answer.json["type"]) == (409, "/problems/nothing-ahead")


@pytest.fixture
def report(app: App, client: FlaskClient, round_: Round) -> Any:
    return rounds.reporter(app, client, round_)
