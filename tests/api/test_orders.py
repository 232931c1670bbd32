"""Click and collect."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person, Role
from api.unit import App
from deliveries import queries as deliveries
from deliveries.models import Delivery, DeliveryState
from kernel.facts import KINDS, FactRow
from pickup_points.models import PointKind
from pickup_points.orders import preparing, promising
from pickup_points.orders.promising import NeverOpen
from pickup_points.stays import keeping_time
from pickup_points.tasks import FOLLOW_ORDER
from tests import factories
from tests.counters import Counter, counter
from tests.factories import bearer

WEEKDAYS = "Mo-Fr 08:00-20:00"


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client)


@pytest.fixture
def buyer(desk: Counter) -> Person:
    return factories.person(desk.session, role=Role.MERCHANT, organisation=desk.shop)


def place(desk: Counter, buyer: Person, **more: Any) -> TestResponse:
    body = {
        "pickup_point_id": str(desk.point.id),
        "recipient": {"name": "Aino Virtanen", "phone": "+358401234567"},
        "lines": [{"text": "Oat milk", "quantity": 2}],
    } | more
    return desk.client.post("/v1/orders", json=body, headers=bearer(desk.app, buyer))


def follow(desk: Counter) -> None:
    """Let orders follow what happened, as their task does."""
    kinds = {fact.kind for fact in FOLLOW_ORDER.handlers}
    for fact in desk.session.scalars(select(FactRow).where(FactRow.kind.in_(kinds)).order_by(FactRow.seq)).all():
        FOLLOW_ORDER.handlers[KINDS[fact.kind]](desk.session, fact)
    desk.session.flush()


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of June 2026 in Helsinki; the 15th is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


class TestPromise:
    @pytest.mark.parametrize(
        ("now", "prepared_min", "cut_off", "expected"),
        [
            (local(15, 12), 90, None, local(15, 13, 30)),
            (local(15, 6), 30, None, local(15, 8, 30)),  # before it opens
            (local(15, 19, 30), 60, None, local(16, 8, 30)),  # the rest after the next opening
            (local(15, 15, 59), 30, time(16), local(15, 16, 29)),
            (local(15, 16, 0), 30, time(16), local(16, 8, 30)),  # over the cut-off
            (local(19, 16, 0), 30, time(16), local(22, 8, 30)),  # a Friday
            (local(20, 12, 0), 0, None, local(22, 8)),
        ],
    )
    def test_is_prepared_in_opening_hours(
        self, session: Session, now: datetime, prepared_min: int, cut_off: time | None, expected: datetime
    ) -> None:
        point = factories.pickup_point(
            session,
            carrier=factories.carrier(session),
            opening_hours=WEEKDAYS,
            preparation_s=prepared_min * 60,
        )
        assert promising.ready_by(point, cut_off=cut_off, now=now) == expected

    def test_keeps_the_cut_off_by_the_points_clock_when_it_changes(self, session: Session) -> None:
        point = factories.pickup_point(
            session, carrier=factories.carrier(session), opening_hours="Mo-Su 08:00-20:00", preparation_s=1800
        )
        summer, winter = datetime(2026, 10, 24, 13, 30, tzinfo=UTC), datetime(2026, 10, 25, 13, 30, tzinfo=UTC)
        # 16:30 on the day before the clocks go back, 15:30 on the day itself.
        assert promising.ready_by(point, cut_off=time(16), now=summer) == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)
        assert promising.ready_by(point, cut_off=time(16), now=winter) == datetime(2026, 10, 25, 14, 0, tzinfo=UTC)

    def test_is_not_given_by_a_point_that_stays_shut(self, session: Session) -> None:
        point = factories.pickup_point(session, carrier=factories.carrier(session), opening_hours="off")
        with pytest.raises(NeverOpen):
            promising.ready_by(point, cut_off=None, now=local(15, 12))


class TestOrder:
    def test_goes_from_placed_to_collected(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer, external_id="web-1").json
        assert (order["state"], order["lines"][0]["quantity"]) == ("placed", 2)
        assert [each["id"] for each in desk.get("/orders").json["items"]] == [order["id"]]

        for step, state in (("accept", "accepted"), ("prepare", "preparing")):
            assert desk.post(f"/orders/{order['id']}/{step}", {}).json["state"] == state
        packed = {"shelf": "C1", "parcels": [{"weight_g": 900}, {"weight_g": 1200}]}
        assert desk.post(f"/orders/{order['id']}/ready", packed).json["state"] == "ready"

        kept = desk.get("/parcels").json["items"]
        assert [(each["stay"]["state"], each["stay"]["shelf"]) for each in kept] == [("ready", "C1")] * 2
        delivery = desk.session.get_one(Delivery, order["delivery_id"])
        assert desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]}).status_code == 201
        follow(desk)
        read = desk.client.get(f"/v1/orders/{order['id']}", headers=bearer(desk.app, buyer)).json
        assert (read["state"], read["ended_at"] is not None) == ("collected", True)

    def test_is_prepared_by_no_locker(self, desk: Counter, buyer: Person) -> None:
        desk.point.kind = PointKind.LOCKER
        desk.session.commit()
        answer = place(desk, buyer)
        assert answer.json is not None
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/nobody-prepares")

    def test_is_taken_up_by_no_plan(self, desk: Counter, buyer: Person) -> None:
        place(desk, buyer)
        assert deliveries.plannable(desk.session, carrier_id=desk.carrier.id, delivery_ids=None) == []

    def test_can_be_taken_back_until_it_is_ready(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        path = f"/v1/orders/{order['id']}/cancel"
        assert desk.client.post(path, headers=bearer(desk.app, buyer)).json["state"] == "cancelled"
        assert desk.session.get_one(Delivery, order["delivery_id"]).state is DeliveryState.CANCELLED
        assert desk.client.post(path, headers=bearer(desk.app, buyer)).json["type"] == "/problems/order-not-in-state"

    def test_is_rejected_with_a_reason(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        answer = desk.post(f"/orders/{order['id']}/reject", {"reason": "sold out"})
        assert (answer.json["state"], answer.json["reason"]) == ("rejected", "sold out")
        follow(desk)
        read = desk.client.get(f"/v1/orders/{order['id']}", headers=bearer(desk.app, buyer)).json
        assert read["state"] == "rejected"

    def test_follows_its_delivery_when_that_is_cancelled(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        headers = bearer(desk.app, buyer)
        delivery = desk.client.get(f"/v1/deliveries/{order['delivery_id']}", headers=headers)
        cancelled = desk.client.delete(
            f"/v1/deliveries/{order['delivery_id']}", headers=headers | {"If-Match": delivery.headers["ETag"]}
        )
        assert cancelled.status_code < 300
        follow(desk)
        assert desk.client.get(f"/v1/orders/{order['id']}", headers=headers).json["state"] == "cancelled"

    def test_expires_with_its_parcels_and_comes_back_with_more_time(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        desk.post(f"/orders/{order['id']}/accept", {})
        desk.post(f"/orders/{order['id']}/ready", {"parcels": [{}]})
        (kept,) = desk.get("/parcels").json["items"]

        later = datetime.fromisoformat(kept["stay"]["expires_at"])
        assert keeping_time.pass_time(desk.session, now=later).expired == 1
        follow(desk)
        headers = bearer(desk.app, buyer)
        assert desk.client.get(f"/v1/orders/{order['id']}", headers=headers).json["state"] == "expired"
        desk.post("/extensions", {"stay_ids": [kept["stay"]["id"]]})
        (extended,) = desk.session.scalars(select(FactRow).where(FactRow.kind == "stay.extended"))
        preparing.follow(desk.session, extended)
        assert desk.client.get(f"/v1/orders/{order['id']}", headers=headers).json["state"] == "ready"

    def test_is_accepted_before_it_is_prepared(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        for step, body in (("prepare", {}), ("ready", {"parcels": [{}]})):
            answer = desk.post(f"/orders/{order['id']}/{step}", body)
            assert answer.json["type"] == "/problems/order-not-in-state"

    def test_has_an_external_id_of_its_own(self, desk: Counter, buyer: Person) -> None:
        assert place(desk, buyer, external_id="web-1").status_code == 201
        assert place(desk, buyer, external_id="web-1").json["type"] == "/problems/external-id-taken"

    def test_needs_somebody_to_tell(self, desk: Counter, buyer: Person) -> None:
        answer = place(desk, buyer, recipient={"name": "Aino"})
        assert answer.json["type"] == "/problems/recipient-unreachable"

    def test_of_another_shop_is_not_found(self, desk: Counter, buyer: Person) -> None:
        order = place(desk, buyer).json
        rival = factories.person(
            desk.session, role=Role.MERCHANT, organisation=factories.merchant(desk.session, served_by=desk.carrier)
        )
        answer = desk.client.get(f"/v1/orders/{order['id']}", headers=bearer(desk.app, rival))
        assert answer.json["type"] == "/problems/order-not-found"
