"""Time at the counter: ready, reminded, expired, extended, sent back, brought back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from deliveries.models import Delivery, DeliveryState
from pickup_points.counter import extending
from pickup_points.models import PickupPoint, PointService, Stay, StayState
from pickup_points.points.terms import Terms
from pickup_points.stays import keeping_time, waiting
from pickup_points.stays.keeping_time import Passed
from tests import factories
from tests.counters import Counter, counter, staff
from tests.factories import bearer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Helsinki


@pytest.fixture
def desk(session: Session, app: App, client: FlaskClient) -> Counter:
    return counter(session, app, client, services=(PointService.COLLECT, PointService.RETURN))


def at_noon(desk: Counter, delivery: Delivery) -> Stay:
    """Check a parcel in, and say that it was at noon."""
    desk.check_in(delivery)
    stay = desk.session.scalars(select(Stay).where(Stay.delivery_id == delivery.id)).one()
    stay.checked_in_at = stay.ready_at = NOON
    stay.expires_at = NOON + 7 * DAY
    desk.session.flush()
    return stay


def token_of(desk: Counter, delivery: Delivery) -> str:
    dispatcher = factories.person(desk.session, role=Role.DISPATCHER, organisation=desk.carrier)
    path = f"/v1/deliveries/{delivery.id}/tracking-links"
    answer = desk.client.post(path, json={}, headers=bearer(desk.app, dispatcher))
    return str(answer.json["token"])


def point(session: Session, hours: str | None, zone: str = "Europe/Helsinki") -> PickupPoint:
    made = factories.pickup_point(session, carrier=factories.carrier(session), opening_hours=hours)
    made.zone = zone
    return made


class TestLastMoment:
    @pytest.mark.parametrize(
        ("hours", "days", "expected"),
        [
            ("Mo-Fr 08:00-20:00", 2, datetime(2026, 6, 17, 17, 0, tzinfo=UTC)),  # Wednesday's close
            ("Mo-Fr 08:00-20:00", 5, datetime(2026, 6, 22, 17, 0, tzinfo=UTC)),  # Saturday: Monday's close
            ("Mo-Fr 08:00-20:00; PH off", 4, datetime(2026, 6, 22, 17, 0, tzinfo=UTC)),  # Midsummer Eve is a holiday
            ("Mo-Su 10:00-02:00", 1, datetime(2026, 6, 16, 23, 0, tzinfo=UTC)),  # closes in the small hours
            ("24/7", 1, datetime(2026, 6, 16, 21, 0, tzinfo=UTC)),
            (None, 1, datetime(2026, 6, 16, 21, 0, tzinfo=UTC)),
        ],
    )
    def test_is_the_close_of_a_day_on_which_the_point_opens(
        self, session: Session, hours: str | None, days: int, expected: datetime
    ) -> None:
        assert waiting.last_moment(point(session, hours), since=NOON, days=days) == expected

    def test_counts_local_days_when_the_clocks_change(self, session: Session) -> None:
        since = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)  # the day before
        until = waiting.last_moment(point(session, "Mo-Su 08:00-20:00"), since=since, days=1)
        assert until == datetime(2026, 10, 25, 18, 0, tzinfo=UTC)

    def test_passes_over_a_closure(self, session: Session) -> None:
        shut = point(session, "Mo-Su 08:00-20:00")
        shut.closures = [factories.closure(session, point=shut, starts_at=NOON + HOUR, ends_at=NOON + 3 * DAY)]
        assert waiting.last_moment(shut, since=NOON, days=1) == datetime(2026, 6, 18, 17, 0, tzinfo=UTC)


class TestPassingTime:
    def test_makes_ready_what_is_prepared(self, session: Session, app: App, client: FlaskClient) -> None:
        desk = counter(session, app, client, preparation_s=1800)
        delivery = desk.coming()
        (stay,) = desk.check_in(delivery)
        assert stay["state"] == "checked_in"
        row = session.get_one(Stay, stay["id"])
        row.checked_in_at = NOON
        session.flush()
        assert keeping_time.pass_time(session, now=NOON + timedelta(minutes=29)) == Passed(0, 0, 0)
        assert keeping_time.pass_time(session, now=NOON + timedelta(minutes=30)) == Passed(1, 0, 0)
        assert row.code_digest is not None

    def test_reminds_a_day_before_and_only_once(self, desk: Counter) -> None:
        stay = at_noon(desk, desk.coming())
        assert keeping_time.pass_time(desk.session, now=NOON + 6 * DAY - HOUR) == Passed(0, 0, 0)
        assert keeping_time.pass_time(desk.session, now=NOON + 6 * DAY) == Passed(0, 1, 0)
        assert keeping_time.pass_time(desk.session, now=NOON + 6 * DAY + HOUR) == Passed(0, 0, 0)
        assert stay.state is StayState.REMINDED

    def test_wakes_nobody(self, desk: Counter) -> None:
        stay = at_noon(desk, desk.coming())
        stay.expires_at = NOON + 6 * DAY + 12 * HOUR  # due at midnight
        desk.session.flush()
        assert keeping_time.pass_time(desk.session, now=NOON + 5 * DAY + 13 * HOUR) == Passed(0, 0, 0)
        assert keeping_time.pass_time(desk.session, now=NOON + 5 * DAY + 20 * HOUR) == Passed(0, 1, 0)

    def test_reminds_as_early_as_the_point_wants(self, desk: Counter) -> None:
        at_noon(desk, desk.coming())
        desk.session.add(Terms(point_id=desk.point.id, remind_before_s=3 * 86_400))
        desk.session.flush()
        assert keeping_time.pass_time(desk.session, now=NOON + 4 * DAY) == Passed(0, 1, 0)

    def test_expires_what_nobody_collected(self, desk: Counter) -> None:
        delivery = desk.coming()
        stay = at_noon(desk, delivery)
        keeping_time.pass_time(desk.session, now=NOON + 6 * DAY)
        assert keeping_time.pass_time(desk.session, now=NOON + 7 * DAY) == Passed(0, 0, 1)
        assert stay.state is StayState.EXPIRED
        assert desk.state_of(delivery) is DeliveryState.AT_POINT


class TestExtension:
    def test_is_given_to_the_recipient_as_often_as_the_point_allows(self, desk: Counter) -> None:
        delivery = desk.coming()
        (stay,) = desk.check_in(delivery)
        path = f"/v1/track/{token_of(desk, delivery)}/extensions"
        answer = desk.client.post(path)
        assert answer.json["items"][0]["expires_at"] > stay["expires_at"]
        assert desk.client.post(path).json["type"] == "/problems/no-more-time"

    def test_over_that_is_for_supervisors(self, desk: Counter) -> None:
        (stay,) = desk.check_in(desk.coming())
        body = {"stay_ids": [stay["id"]]}
        assert desk.post("/extensions", body).status_code == 200
        assert desk.post("/extensions", body).json["type"] == "/problems/no-more-time"
        boss = factories.person(desk.session, role=Role.COUNTER, organisation=desk.carrier)
        staff(desk.session, desk.point, boss, supervisor=True)
        assert desk.post("/extensions", body, who=boss).json["items"][0]["extensions"] == 2

    @pytest.mark.parametrize(
        ("hours", "ends_at"),
        [
            ("24/7", datetime(2026, 6, 17, 21, 0, tzinfo=UTC)),
            ("Mo-Su 10:00-02:00", datetime(2026, 6, 17, 23, 0, tzinfo=UTC)),
            ("Mo-Su 08:00-20:00", datetime(2026, 6, 17, 17, 0, tzinfo=UTC)),
        ],
    )
    def test_counts_its_days_from_the_last_one(self, desk: Counter, hours: str, ends_at: datetime) -> None:
        stay = at_noon(desk, desk.coming())
        desk.point.opening_hours = hours
        desk.session.add(Terms(point_id=desk.point.id, extension_days=1))
        stay.expires_at = waiting.last_moment(desk.point, since=NOON, days=1)
        desk.session.flush()
        extending.extend_for_recipient(desk.session, stay.delivery_id, now=NOON)
        assert stay.expires_at == ends_at

    def test_needs_something_that_waits(self, desk: Counter) -> None:
        path = f"/v1/track/{token_of(desk, desk.coming())}/extensions"
        assert desk.client.post(path).json["type"] == "/problems/nothing-waits"


class TestReturnRun:
    def test_takes_what_expired_and_sends_the_delivery_back(self, desk: Counter) -> None:
        delivery, waits = desk.coming(), desk.coming()
        stay = at_noon(desk, delivery)
        keeping_time.pass_time(desk.session, now=NOON + 7 * DAY)
        desk.check_in(waits)
        driver = factories.person(desk.session, role=Role.DRIVER, organisation=desk.carrier)

        (due,) = desk.get("/returns-due").json["items"]
        assert due["stay"]["id"] == str(stay.id)
        answer = desk.post("/return-runs", {"stay_ids": [str(stay.id)], "driver_id": str(driver.id)})
        assert (answer.status_code, answer.json["stays"][0]["state"]) == (201, "sent_back")
        assert desk.state_of(delivery) is DeliveryState.RETURNING
        assert desk.get("/returns-due").json["items"] == []

    def test_leaves_what_still_waits_unless_there_is_a_cause(self, desk: Counter) -> None:
        delivery = desk.coming()
        (stay,) = desk.check_in(delivery)
        body: dict[str, Any] = {"stay_ids": [stay["id"]]}
        for cause in (None, "expired", "dropped_off"):
            assert desk.post("/return-runs", body | {"cause": cause}).json["type"] == "/problems/not-due-back"
        assert desk.post("/return-runs", body | {"cause": "declined"}).status_code == 201
        assert desk.state_of(delivery) is DeliveryState.RETURNING

    def test_is_given_to_a_driver_of_the_carrier(self, desk: Counter) -> None:
        (stay,) = desk.check_in(desk.coming())
        stranger = factories.person(desk.session, role=Role.DRIVER)
        body = {"stay_ids": [stay["id"]], "cause": "declined", "driver_id": str(stranger.id)}
        assert desk.post("/return-runs", body).json["type"] == "/problems/no-such-driver"


class TestDropOff:
    def leave(self, desk: Counter, delivery: Delivery) -> dict[str, Any]:
        clerk = factories.person(desk.session, role=Role.MERCHANT, organisation=desk.shop)
        path = f"/v1/deliveries/{delivery.id}/returns"
        return dict(desk.client.post(path, json={"reason": "does not fit"}, headers=bearer(desk.app, clerk)).json)

    def collected(self, desk: Counter) -> Delivery:
        delivery = desk.coming()
        desk.check_in(delivery)
        assert desk.post("/hand-overs", {"codes": [desk.code_of(delivery)]}).status_code == 201
        return delivery

    def test_needs_no_label_and_goes_with_the_next_run(self, desk: Counter) -> None:
        delivery = self.collected(desk)
        code = self.leave(desk, delivery)["code"]
        spoken = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
        answer = desk.post("/drop-offs", {"code": spoken, "shelf": "R1"})
        assert answer.status_code == 201
        (stay,) = answer.json["items"]
        assert (stay["kind"], stay["state"], stay["shelf"]) == ("return", "checked_in", "R1")
        (due,) = desk.get("/returns-due").json["items"]
        assert due["stay"]["id"] == stay["id"]

        assert desk.post("/return-runs", {"stay_ids": [stay["id"]]}).status_code == 201
        assert desk.state_of(delivery) is DeliveryState.COLLECTED
        assert desk.post("/drop-offs", {"code": code}).json["type"] == "/problems/return-over"

    def test_does_not_make_the_parcel_ready_for_anybody(self, desk: Counter) -> None:
        desk.post("/drop-offs", {"code": self.leave(desk, self.collected(desk))["code"]})
        assert keeping_time.pass_time(desk.session, now=NOON + 3000 * DAY) == Passed(0, 0, 0)

    def test_with_a_wrong_code_is_refused_and_counted(self, desk: Counter) -> None:
        for _ in range(5):
            assert desk.post("/drop-offs", {"code": "ABCDEFGHJKMN"}).json["type"] == "/problems/wrong-code"
        assert desk.post("/drop-offs", {"code": "ABCDEFGHJKMN"}).json["type"] == "/problems/codes-locked"

    def test_waits_for_the_delivery_to_be_over(self, desk: Counter) -> None:
        assert self.leave(desk, desk.coming())["type"] == "/problems/delivery-not-in-state"

    def test_has_one_leave_at_a_time(self, desk: Counter) -> None:
        delivery = self.collected(desk)
        self.leave(desk, delivery)
        assert self.leave(desk, delivery)["type"] == "/problems/return-open"

    def test_is_not_for_a_point_that_takes_none(self, session: Session, app: App, client: FlaskClient) -> None:
        desk = counter(session, app, client)
        assert desk.post("/drop-offs", {"code": "ABCDEFGHJKMN"}).json["type"] == "/problems/no-returns-here"
