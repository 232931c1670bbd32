"""A courier leaves parcels at a pickup point: over HTTP, as a device does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.unit import App
from deliveries.models import Delivery, DeliveryState
from pickup_points.models import PickupPoint
from tests import factories, rounds
from tests.factories import bearer
from tests.rounds import Round, outcome_of, reporter


@pytest.fixture
def round_(session: Session) -> Round:
    return rounds.published(session, now=datetime.now(UTC), proof_requirements=["signature"])


@pytest.fixture
def point(session: Session, round_: Round) -> PickupPoint:
    """Where the first stop's delivery goes."""
    there = factories.pickup_point(session, carrier=round_.carrier, name="R-kioski Kamppi")
    there.ref, there.directions = "4711", "In the hall"
    session.get_one(Delivery, round_.delivery_ids[0]).pickup_point_id = there.id
    session.commit()
    return there


def done(app: App, client: FlaskClient, round_: Round, outcome: str, stop: int = 0) -> Any:
    report = reporter(app, client, round_)
    report(stop, "enroute")
    report(stop, "arrived")
    return report(stop, "done", outcomes=outcome_of(round_, stop, outcome))


def state_of(session: Session, delivery_id: UUID) -> tuple[DeliveryState, int]:
    session.expire_all()
    found = session.get_one(Delivery, delivery_id)
    return found.state, found.attempts


class TestRoute:
    def test_says_what_the_courier_looks_for(
        self, app: App, client: FlaskClient, round_: Round, point: PickupPoint
    ) -> None:
        answer = client.get("/v1/driver/route", headers=bearer(app, round_.driver)).json

        shown = [drop["pickup_point"] for stop in answer["stops"] for drop in stop["drops"]]
        assert shown[1:] == [None, None]
        assert shown[0] == {
            "id": str(point.id),
            "kind": "shop",
            "name": "R-kioski Kamppi",
            "ref": "4711",
            "directions": "In the hall",
            "opening_hours": point.opening_hours,
        }


@pytest.mark.usefixtures("point")
class TestDone:
    def test_leaves_the_delivery_at_the_point(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        answer = done(app, client, round_, "delivered_to_point")

        assert answer.status_code == 201  # without the recipient's signature, who is not there
        assert state_of(session, round_.delivery_ids[0]) == (DeliveryState.AT_POINT, 1)

    def test_fails_when_the_point_is_closed(
        self, app: App, client: FlaskClient, session: Session, round_: Round
    ) -> None:
        assert done(app, client, round_, "failed_closed").status_code == 201
        assert state_of(session, round_.delivery_ids[0]) == (DeliveryState.FAILED_ATTEMPT, 1)

    @pytest.mark.parametrize(("stop", "outcome"), [(0, "delivered_to_recipient"), (1, "delivered_to_point")])
    def test_is_refused_where_it_does_not_fit(
        self, app: App, client: FlaskClient, session: Session, round_: Round, stop: int, outcome: str
    ) -> None:
        if stop:
            done(app, client, round_, "delivered_to_point")

        answer = done(app, client, round_, outcome, stop)

        assert (answer.status_code, answer.json["type"]) == (422, "/problems/outcomes-do-not-fit")
        assert [error["pointer"] for error in answer.json["errors"]] == ["/outcomes/0/outcome"]
        assert state_of(session, round_.delivery_ids[stop]) == (DeliveryState.OUT_FOR_DELIVERY, 0)
