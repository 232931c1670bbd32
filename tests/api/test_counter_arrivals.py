"""Who comes to collect, and how long they wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Role
from api.unit import App
from deliveries.models import Delivery
from kernel import clock
from pickup_points.counter import announcing
from pickup_points.counter.models import Announcement
from tests import factories
from tests.counters import Counter, counter
from tests.factories import bearer


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client)


def token_of(desk: Counter, delivery: Delivery) -> str:
    dispatcher = factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier)
    path = f"/v1/deliveries/{delivery.id}/tracking-links"
    answer = desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher))
    return str(answer.json["token"])


def say(desk: Counter, token: str, state: str, **more: Any) -> TestResponse:
    return desk.client.post(f"/v1/track/{token}/arrival-announcements", json={"state": state} | more)


def been_here_for(desk: Counter, delivery: Delivery, **ago: int) -> None:
    """Let somebody have been there for a while."""
    row = desk.session.scalars(select(Announcement).where(Announcement.delivery_id == delivery.id)).one()
    row.here_at = clock.now() - timedelta(**ago)
    desk.session.flush()


class TestArrivals:
    def test_put_in_front_who_waits_longest(self, desk: Counter) -> None:
        coming, short, long = desk.coming(name="Coming"), desk.coming(name="Short"), desk.coming(name="Long")
        desk.check_in(coming, short, long, shelf="A1")
        tokens = {each.recipient_name: token_of(desk, each) for each in (coming, short, long)}
        soon = (clock.now() + timedelta(minutes=10)).isoformat()
        assert say(desk, tokens["Coming"], "on_the_way", expected_at=soon).status_code == 200
        for each, minutes in ((short, 1), (long, 5)):
            say(desk, tokens[each.recipient_name], "here", bay="2", car="blue Fiat")
            been_here_for(desk, each, minutes=minutes)

        items = desk.get("/arrivals").json["items"]
        assert [item["recipient_name"] for item in items] == ["Long", "Short", "Coming"]
        assert items[0]["waited_s"] >= 300
        assert (items[0]["announcement"]["bay"], items[0]["parcels"][0]["stay"]["shelf"]) == ("2", "A1")

    def test_are_polled_with_an_etag_that_changes_when_they_do(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        token = token_of(desk, delivery)
        say(desk, token, "on_the_way")
        tag = desk.get("/arrivals").headers["ETag"]
        assert desk.get("/arrivals", **{"If-None-Match": tag}).status_code == 304
        say(desk, token, "here")
        assert desk.get("/arrivals", **{"If-None-Match": tag}).status_code == 200

    def test_are_seen_by_their_own_point_only(self, desk: Counter) -> None:
        other = counter(desk.session, desk.app, desk.client)
        delivery = other.coming()
        other.check_in(delivery)
        mine = say(other, token_of(other, delivery), "here").json
        assert desk.get("/arrivals").json["items"] == []
        answer = desk.post(f"/arrivals/{mine['id']}/acknowledge", {})
        assert answer.json["type"] == "/problems/announcement-not-found"
        assert other.post(f"/arrivals/{mine['id']}/acknowledge", {}).json["acknowledged_at"] is not None


class TestAnnouncement:
    def test_needs_a_parcel_that_waits(self, desk: Counter) -> None:
        answer = say(desk, token_of(desk, desk.coming()), "on_the_way")
        assert answer.json["type"] == "/problems/nothing-to-collect"

    def test_keeps_what_was_said_before(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        token = token_of(desk, delivery)
        say(desk, token, "on_the_way", car="red Lada")
        first = say(desk, token, "here").json
        again = say(desk, token, "here", bay="3").json
        assert (again["id"], again["here_at"], again["car"], again["bay"]) == (
            first["id"],
            first["here_at"],
            "red Lada",
            "3",
        )

    def test_can_be_taken_back_and_made_anew(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        token = token_of(desk, delivery)
        first = say(desk, token, "on_the_way").json
        assert say(desk, token, "withdrawn").json["state"] == "withdrawn"
        assert desk.get("/arrivals").json["items"] == []
        assert say(desk, token, "on_the_way").json["id"] != first["id"]

    @pytest.mark.parametrize("hours", [-1, 25])
    def test_says_a_time_that_can_be(self, desk: Counter, hours: int) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        when = (clock.now() + timedelta(hours=hours)).isoformat()
        answer = say(desk, token_of(desk, delivery), "on_the_way", expected_at=when)
        assert answer.json["type"] == "/problems/eta-invalid"

    def test_is_forgotten_when_nothing_came_of_it(self, desk: Counter) -> None:
        delivery = desk.coming()
        desk.check_in(delivery)
        say(desk, token_of(desk, delivery), "on_the_way")
        assert announcing.forget_stale(desk.session, now=clock.now() + timedelta(hours=5)) == 0
        assert announcing.forget_stale(desk.session, now=clock.now() + timedelta(hours=7)) == 1


class TestFigures:
    def test_measure_the_wait_from_here_to_the_hand_over(self, desk: Counter) -> None:
        for minutes in (1, 2, 9):
            delivery = desk.coming()
            desk.check_in(delivery)
            say(desk, token_of(desk, delivery), "here")
            been_here_for(desk, delivery, minutes=minutes)
            assert desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]}).status_code == 201
        desk.check_in(desk.coming())

        figures = desk.get("/figures").json
        assert (figures["checked_in"], figures["collected"], figures["inside"], figures["waited"]) == (4, 3, 1, 3)
        assert 120 <= figures["wait_p50_s"] < 180
        assert 120 + 0.8 * 420 <= figures["wait_p90_s"] < 540
        assert desk.get("/arrivals").json["items"] == []

    def test_of_nobody_have_no_wait(self, desk: Counter) -> None:
        assert desk.get("/figures").json["wait_p50_s"] is None
