"""Customers of the demonstration book slots: against the real application, in its own process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Role
from api.unit import App
from kernel import clock
from sim.booking import book
from sim.ordering import Order
from slots.models import Hold
from tests import factories
from tests.factories import bearer


@dataclass
class Near:
    """A person whose calls cross no network."""

    client: FlaskClient
    headers: dict[str, str]

    async def get(self, path: str, *, params: dict[str, Any] | None = None) -> Any:
        answer = self.client.get(path, headers=self.headers, query_string=params)
        assert answer.status_code == 200, answer.json
        return answer.json

    async def post(self, path: str, body: Any = None) -> Any:
        answer = self.client.post(path, headers=self.headers, json=body)
        assert answer.status_code < 300, answer.json
        return answer.json

    async def call(self, method: str, path: str) -> None:
        assert self.client.open(path, method=method, headers=self.headers).status_code < 300


@pytest.mark.parametrize(("hours", "expected"), [(6, 2), (1, 0)])
def test_some_of_the_days_deliveries_come_of_booked_slots(
    app: App, client: FlaskClient, session: Session, hours: int, expected: int
) -> None:
    middle = [(f"Katu {n}", "1", 24.948 + n / 1000, 60.169 + n / 2000) for n in range(6)]
    factories.city(session, addresses=tuple(middle))
    merchant = factories.merchant(session)
    carrier = session.get_one(type(merchant), merchant.served_by)
    who = factories.person(session, role=Role.DISPATCHER, organisation=carrier)
    session.commit()
    zone = ZoneInfo("Europe/Helsinki")
    starts_at = (clock.now().astimezone(zone) + timedelta(days=1)).replace(hour=8, minute=10)
    day = Order(16, starts_at, starts_at + timedelta(hours=hours), 1, str(merchant.id), "demo-1")

    booked = asyncio.run(book(Near(client, bearer(app, who)), day, zone=zone))  # type: ignore[arg-type]

    assert [one["state"] for one in booked] == ["confirmed"] * expected
    for one in booked:
        start, end = (datetime.fromisoformat(one["promise"][edge]) for edge in ("from", "until"))
        assert starts_at <= start < end <= day.ends_at
        assert end - start == timedelta(hours=2)
    states = sorted(hold.state for hold in session.query(Hold))
    assert states == (["confirmed", "confirmed", "released"] if expected else [])
