"""The recipient's link: made, opened, revoked, and what it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import Alternative
from kernel.ids import new_id
from routing.models import Drop
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, outcome_of, reporter
from tracking.models import TrackingLink


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC))


def make(app: App, client: FlaskClient, round_: Round, stop: int = 0, **given: Any) -> Any:
    path = f"/v1/deliveries/{round_.delivery_ids[stop]}/tracking-links"
    return client.post(path, json=given, headers=bearer(app, round_.dispatcher))


def seen(client: FlaskClient, link: Any) -> Any:
    return client.get(f"/v1/track/{link.json['token']}")


def move(app: App, client: FlaskClient, round_: Round) -> None:
    place = {"type": "Point", "coordinates": [rounds.START.longitude, rounds.START.latitude]}
    body = {"positions": [{"device_time": datetime.now(UTC).isoformat(), "place": place}]}
    client.post("/v1/driver/positions", json=body, headers=bearer(app, round_.driver))


class TestLink:
    def test_keeps_only_the_tokens_hash(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        answer = make(app, client, round_)
        assert answer.status_code == 201
        assert len(answer.json["token"]) >= 22
        assert answer.json["url"].endswith(f"/v1/track/{answer.json['token']}")
        kept = session.scalars(select(TrackingLink.token_sha256)).one()
        assert len(kept) == 64
        assert answer.json["token"] not in kept

    @pytest.mark.parametrize("days", [-1, 91])
    def test_expires_within_ninety_days(self, app: App, client: FlaskClient, round_: Round, days: int) -> None:
        answer = make(app, client, round_, expires_at=(datetime.now(UTC) + timedelta(days=days)).isoformat())
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/expires_at")

    def test_is_not_made_for_another_merchants_delivery(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        stranger = factories.person(session, role=Role.MERCHANT)
        path = f"/v1/deliveries/{round_.delivery_ids[0]}/tracking-links"
        assert client.post(path, json={}, headers=bearer(app, stranger)).status_code == 404

    def test_shows_the_same_nothing_unknown_expired_and_revoked(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        expired, revoked = make(app, client, round_), make(app, client, round_)
        session.get_one(TrackingLink, expired.json["id"]).expires_at = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()
        path = f"/v1/deliveries/{round_.delivery_ids[0]}/tracking-links/{revoked.json['id']}"
        assert client.delete(path, headers=bearer(app, round_.dispatcher)).status_code == 204
        assert client.delete(path, headers=bearer(app, round_.dispatcher)).status_code == 204

        answers = [client.get(f"/v1/track/{token}") for token in ("no-such", "%00")]
        answers += [seen(client, expired), seen(client, revoked)]
        answers.append(client.get(f"/v1/track/{expired.json['token']}/events"))
        assert {(each.status_code, each.json["title"]) for each in answers} == {
            (404, "This link is unknown, or shows nothing any more.")
        }

    def test_is_not_revoked_through_another_delivery(self, app: App, client: FlaskClient, round_: Round) -> None:
        link = make(app, client, round_)
        for path in (
            f"/v1/deliveries/{round_.delivery_ids[1]}/tracking-links/{link.json['id']}",
            f"/v1/deliveries/{round_.delivery_ids[0]}/tracking-links/{new_id()}",
        ):
            assert client.delete(path, headers=bearer(app, round_.dispatcher)).status_code == 404
        assert seen(client, link).status_code == 200


class TestSeen:
    def test_is_the_place_that_was_chosen(self, app: App, client: FlaskClient, session: Session, round_: Round) -> None:
        delivery_id = round_.delivery_ids[0]
        locker = Alternative(
            delivery_id=delivery_id,
            sequence=0,
            address_text="Station, locker 7",
            place=rounds.START,
            written_windows=[],
        )
        session.add(locker)
        session.flush()
        session.scalars(select(Drop).where(Drop.delivery_id == delivery_id)).one().alternative_id = locker.id
        session.commit()

        assert seen(client, make(app, client, round_)).json["address_hint"] == "Station"

    def test_is_no_more_than_the_recipient_needs(self, app: App, client: FlaskClient, round_: Round) -> None:
        answer = seen(client, make(app, client, round_))
        assert answer.headers["Cache-Control"] == "no-store"
        assert list(answer.json) == [
            "state", "address_hint", "zone", "promise", "first_promise", "arrival", "arrived_at", "courier_position",
            "outcome", "collection", "attribution",
        ]  # fmt: skip
        assert (answer.json["state"], answer.json["address_hint"]) == ("scheduled", "Mannerheimintie 1 A 5")
        internal = [round_.driver.name, round_.driver.id, round_.route_id, *round_.stop_ids, *round_.delivery_ids]
        assert not [each for each in internal if str(each) in answer.text]

    def test_shows_the_courier_only_to_who_is_next(self, app: App, client: FlaskClient, round_: Round) -> None:
        links = [make(app, client, round_, stop) for stop in range(3)]
        report = reporter(app, client, round_)
        move(app, client, round_)
        assert [seen(client, link).json["courier_position"] for link in links] == [None, None, None]

        report(0, "enroute")
        shown = [seen(client, link).json for link in links]
        assert [each["courier_position"] is not None for each in shown] == [True, False, False]
        assert [each["arrival"]["stops_before"] for each in shown] == [0, 1, 2]

        report(0, "arrived")
        shown = [seen(client, link).json for link in links]
        assert [each["arrived_at"] is not None for each in shown] == [True, False, False]
        report(0, "done", outcomes=outcome_of(round_, 0))
        assert [seen(client, link).json["courier_position"] for link in links] == [None, None, None]

    def test_is_only_the_outcome_after_delivery(self, app: App, client: FlaskClient, round_: Round) -> None:
        link = make(app, client, round_)
        report = reporter(app, client, round_)
        report(0, "enroute")
        report(0, "arrived")
        report(0, "done", outcomes=outcome_of(round_, 0))
        told = {name: value for name, value in seen(client, link).json.items() if value is not None}
        assert told == {
            "state": "delivered",
            "zone": "Europe/Helsinki",
            "outcome": "delivered_to_recipient",
            "attribution": "© OpenStreetMap contributors",
        }

    def test_is_not_sent_again_until_it_changes(self, app: App, client: FlaskClient, round_: Round) -> None:
        link = make(app, client, round_)
        headers = {"If-None-Match": seen(client, link).headers["ETag"]}
        path = f"/v1/track/{link.json['token']}"
        assert client.get(path, headers=headers).status_code == 304
        reporter(app, client, round_)(0, "enroute")
        assert client.get(path, headers=headers).status_code == 200
