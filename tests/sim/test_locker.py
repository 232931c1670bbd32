"""The simulated locker against the real server: a day with the network gone, then told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from api.unit import App
from deliveries.models import DeliveryState
from driving import locker_passes
from kernel import clock
from pickup_points.models import StayState
from pickup_points.stays import issuing, locker_codes
from sim import locker_codes as offline
from sim.locker import CodeRefused, Locker, Panel
from tests import routing_rows
from tests.api.test_lockers import Locker as Installed
from tests.conftest import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def installed(app: App, client: FlaskClient, session: Session) -> Installed:
    return Installed(app, client, session, {"S": 2})


class Network:
    """Sends as the device, while it is up."""

    def __init__(self, installed: Installed) -> None:
        self.installed, self.up = installed, True

    def __call__(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        assert self.up
        client, headers = self.installed.client, self.installed.headers
        answer = client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return dict(answer.json)


class TestDay:
    def test_goes_on_without_network(self, installed: Installed, session: Session) -> None:
        delivery, stay, rent = installed.expect()
        delivery.pickup_point_id = installed.point.id
        shift = routing_rows.shift(session, carrier=installed.carrier, now=clock.now())
        delivery.state = DeliveryState.CONFIRMED
        routing_rows.published_route(session, on=shift, stops=[[delivery]], now=clock.now())
        network, locker = Network(installed), Locker(str(installed.point.id))
        locker.beat(network)
        locker.sync(network)
        network.up = False

        now = clock.now()
        given = locker_passes.issue(session, installed.point.id, driver_id=shift.driver_id, now=now)
        number = locker.let_in(given.qr_text, now=now)
        assert number == given.number
        door = locker.put_in(str(stay.parcel_id), pass_number=number, now=now)
        assert door == installed.name_of(rent.id)
        # The recipient is told by the server once it knows; here the code is made as it then will be.
        key = locker_codes.key_of(installed.point.id, rotation=1)
        code = locker_codes.collection_code(key, delivery_id=delivery.id, until=now + 7 * DAY)
        assert locker.collect(code, now=now + HOUR) == [door]

        network.up = True
        assert {item["verdict"] for item in locker.sync(network)} == {"done"}
        session.refresh(stay)
        session.refresh(delivery)
        assert (stay.state, delivery.state) == (StayState.COLLECTED, DeliveryState.COLLECTED)
        assert locker.sync(network) == []

    def test_takes_the_code_that_the_server_tells(self, installed: Installed, session: Session) -> None:
        _, stay, rent = installed.expect()
        installed.tell(installed.event("dropped", stay, installed.name_of(rent.id)))
        session.refresh(stay)
        locker = Locker(str(installed.point.id))
        locker.sync(Network(installed))
        assert locker.collect(issuing.code_of(session, stay), now=clock.now()) == [installed.name_of(rent.id)]

    def test_tells_again_what_was_not_answered(self, installed: Installed) -> None:
        locker, network = Locker(str(installed.point.id)), Network(installed)
        locker.sync(network)
        with pytest.raises(CodeRefused):
            locker.collect("123456789", now=clock.now())
        told = list(locker.untold)
        locker.sync(network)
        locker.untold = told
        assert [item["verdict"] for item in locker.sync(network)] == ["known"]


class TestPanel:
    def test_locks_longer_each_time(self) -> None:
        panel = Panel()
        assert [panel.count_wrong(NOW) for _ in range(5)] == [False] * 4 + [True]
        with pytest.raises(CodeRefused, match="locked"):
            panel.check_open(NOW + MINUTE - timedelta(seconds=1))
        panel.check_open(NOW + MINUTE)
        panel.count_wrong(NOW)
        assert panel.locked_until == NOW + 2 * MINUTE
        for _ in range(20):
            panel.count_wrong(NOW)
        assert panel.locked_until == NOW + HOUR

    def test_says_of_a_code_of_another_point_that_it_is(self) -> None:
        locker = Locker("0197a9a0-0000-7000-8000-00000000000c", key=b"k" * 32)
        with pytest.raises(CodeRefused, match="another_point"):
            locker.collect("doorstep:0197a9a0-0000-7000-8000-00000000000d:712345678", now=NOW)


class TestCodes:
    """Two programs that do not share a line agree."""

    @given(key=st.binary(min_size=32, max_size=32), delivery=st.uuids(), days=st.integers(0, 90))
    def test_of_recipients_are_good_to_the_end_of_their_day(self, key: bytes, delivery: Any, days: int) -> None:
        until = NOW + timedelta(days=days)
        code = locker_codes.collection_code(key, delivery_id=delivery, until=until)
        last = locker_codes.end_of_day(until) - timedelta(seconds=1)

        def opens(at: Any) -> str | None:
            return offline.opens_for_recipient(key, code, [str(delivery)], now=at, days=95)

        assert opens(NOW) == str(delivery)
        assert opens(last) == str(delivery)
        assert opens(last + timedelta(seconds=1)) is None

    @given(key=st.binary(min_size=32, max_size=32), number=st.integers(0, 99))
    def test_of_couriers_are_good_in_their_hours(self, key: bytes, number: int) -> None:
        period = locker_codes.period_of(NOW)
        code = locker_codes.courier_code(key, period=period, number=number)
        starts_at, ends_at = locker_codes.hours_of(period)
        seconds = timedelta(seconds=1)
        assert offline.pass_of_courier(key, code, now=starts_at) == number
        assert offline.pass_of_courier(key, code, now=ends_at - seconds) == number
        assert offline.pass_of_courier(key, code, now=ends_at) is None
        assert offline.pass_of_courier(key, code, now=starts_at - seconds) is None
