"""Positions in batches: judged, kept, and used for the arrivals of the stops ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from kernel import relay
from kernel.database import Sessions
from kernel.facts import drain, record
from routing.facts import RoutePublished
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, reporter
from tracking import retention
from tracking.models import Arrival, ArrivalSource, Position
from tracking.tasks import REFRESH_ARRIVALS

type Send = Callable[..., Any]


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC))


@pytest.fixture
def send(app: App, client: FlaskClient, round_: Round) -> Send:
    def post(*fixes: dict[str, Any]) -> Any:
        answer = client.post("/v1/driver/positions", json={"positions": fixes}, headers=bearer(app, round_.driver))
        if answer.status_code != 200:
            return answer
        return [item["verdict"] for item in answer.json["items"]]

    return post


def fix(seconds_ago: float, *, north_m: float = 0.0, **given: Any) -> dict[str, Any]:
    """A fix so many metres north of the start."""
    place = {"type": "Point", "coordinates": [rounds.START.longitude, rounds.START.latitude + north_m / 111_195]}
    return {
        "device_time": (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat(),
        "place": place,
        "accuracy_m": 5.0,
    } | given


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def near(seconds: float) -> Any:
    """What a slow machine may make ten seconds more or less."""
    return pytest.approx(timedelta(seconds=seconds), abs=timedelta(seconds=10))


def arrivals(session: Session) -> list[Arrival]:
    return list(
        session.scalars(select(Arrival).order_by(Arrival.expected_at).execution_options(populate_existing=True))
    )


class TestBatch:
    def test_has_a_verdict_for_each_fix_in_the_order_sent(self, session: Session, send: Send) -> None:
        same = fix(30, north_m=100)
        verdicts = send(
            fix(60),
            fix(50, north_m=20, accuracy_m=150),
            same,
            same,
            fix(25, north_m=5000),
            fix(-180),
            fix(20, north_m=140),
            fix(40, north_m=50),
        )
        assert verdicts == [
            "accepted", "inaccurate", "accepted", "duplicate", "too_fast", "future", "accepted", "accepted",
        ]  # fmt: skip
        assert session.scalar(select(func.count()).select_from(Position)) == 8

    def test_marks_what_is_older_than_the_newest_accepted(self, send: Send) -> None:
        assert send(fix(10)) == ["accepted"]
        assert send(fix(20), fix(5)) == ["outdated", "accepted"]

    def test_sees_what_was_sent_before(self, send: Send) -> None:
        again = fix(10)
        assert (send(again), send(again)) == (["accepted"], ["duplicate"])

    @pytest.mark.parametrize(
        ("place", "pointer"),
        [
            ({"type": "Point", "coordinates": [200, 10]}, "/positions/0/place/coordinates"),
            ({"type": "Point", "coordinates": [24.9]}, "/positions/0/place/coordinates"),
        ],
    )
    def test_refuses_coordinates_that_are_not_on_earth(self, send: Send, place: Any, pointer: str) -> None:
        answer = send(fix(1, place=place))
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)

    def test_refuses_more_than_five_hundred(self, send: Send) -> None:
        assert send(*[fix(n) for n in range(501)]).status_code == 422

    def test_is_kept_without_a_route(self, app: App, client: FlaskClient, session: Session) -> None:
        idle = factories.person(session, role=Role.DRIVER)
        session.commit()
        answer = client.post("/v1/driver/positions", json={"positions": [fix(1)]}, headers=bearer(app, idle))
        assert answer.json["items"] == [{"index": 0, "verdict": "accepted"}]
        assert session.scalars(select(Position.route_id)).one() is None


class TestArrivals:
    def test_are_refreshed_by_the_newest_accepted_fix(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send
    ) -> None:
        reporter(app, client, round_)(0, "enroute")
        assert {each.source for each in arrivals(session)} == {ArrivalSource.PLAN}
        send(fix(60, north_m=0), fix(1, north_m=800))

        first, second, third = arrivals(session)
        # 200 m left: 296 m with the detour at 2.6 m/s are 114 s, and the streets here are great circles.
        assert (first.stops_before, first.source) == (0, ArrivalSource.GREAT_CIRCLE)
        remaining = first.expected_at - datetime.now(UTC)
        assert timedelta(seconds=104) < remaining < timedelta(seconds=124)
        assert second.expected_at - first.expected_at == timedelta(seconds=420)
        assert third.stops_before == 2

    def test_stay_when_the_courier_moves_by_less_than_a_minute(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send
    ) -> None:
        reporter(app, client, round_)(0, "enroute")
        send(fix(60, north_m=0))
        before = [each.expected_at for each in arrivals(session)]
        send(fix(1, north_m=20))
        assert [each.expected_at for each in arrivals(session)] == before

    def test_count_from_when_the_courier_was_seen(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send
    ) -> None:
        reporter(app, client, round_)(0, "enroute", device_time=ago(400))
        send(fix(70, north_m=800))
        # 114 s from there, of which 70 have passed.
        assert arrivals(session)[0].expected_at - datetime.now(UTC) == near(44)

    def test_wait_while_a_service_takes_longer(
        self, app: App, client: FlaskClient, session: Session, round_: Round, send: Send
    ) -> None:
        report = reporter(app, client, round_)
        report(0, "enroute", device_time=ago(500))
        report(0, "arrived", device_time=ago(300))
        # The courier was due to leave 180 s ago, and the next stop is 300 s away.
        assert arrivals(session)[0].expected_at - datetime.now(UTC) == near(120)
        send(fix(1, north_m=1000))
        assert arrivals(session)[0].expected_at - datetime.now(UTC) == near(300)

    def test_do_not_wait_for_what_a_backlog_tells(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        report = reporter(app, client, round_)
        report(0, "enroute", device_time=ago(900))
        report(0, "arrived", device_time=ago(700))
        # Then 120 s of service and 300 s of way for the second, and as much again for the third.
        assert [each.expected_at - datetime.now(UTC) for each in arrivals(session)] == [near(0), near(140)]

    def test_go_when_the_courier_is_there(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        assert [each.stop_id for each in arrivals(session)] == list(round_.stop_ids[1:])

    def test_are_there_from_the_moment_a_route_is_published(
        self, session: Session, round_: Round, now: datetime
    ) -> None:
        record(
            session,
            RoutePublished(
                route_id=round_.route_id,
                plan_id=round_.route_id,
                shift_id=round_.route_id,
                driver_id=round_.driver.id,
                delivery_ids=round_.delivery_ids,
                at=now,
            ),
        )
        session.flush()
        relay.place(session)
        session.commit()
        drain(Sessions, consumer=REFRESH_ARRIVALS, aggregate_id=round_.route_id)
        assert [each.stops_before for each in arrivals(session)] == [0, 1, 2]


class TestRetention:
    def test_deletes_old_positions(self, session: Session, send: Send) -> None:
        send(fix(10))
        assert retention.prune_positions(session, before=datetime.now(UTC) - timedelta(days=1)) == 0
        assert retention.prune_positions(session, before=datetime.now(UTC) + timedelta(days=1)) == 1
