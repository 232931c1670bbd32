"""A carrier with a merchant, a dispatcher and shifts; committed where a test needs real commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.principals import Principal
from deliveries.models import Delivery
from kernel import clock, relay
from kernel.clock import Clock
from kernel.database import Sessions
from routing import queries, requesting
from routing.models import Plan, Shift
from routing.tasks import solve
from routing.wishes import Wishes
from tests import factories
from tests import routing_rows as rows


@dataclass
class House:
    """One carrier and what tests do with it. Each deed is a transaction of its own."""

    caller: Principal
    carrier: Organisation
    merchant: Organisation
    now: datetime

    def shift(self, **given: Any) -> Shift:
        with Sessions.begin() as session:
            return rows.shift(session, carrier=session.merge(self.carrier), now=self.now, **given)

    def delivery(self, metres: float, **given: Any) -> Delivery:
        """A confirmed delivery so far east of the depot, to somebody of its own."""
        given = {"place": rows.near(metres), "recipient_name": f"Aino {metres}"} | given
        with Sessions.begin() as session:
            return rows.delivery(session, merchant=session.merge(self.merchant), now=self.now, **given)

    def request(
        self,
        *shifts: Shift,
        deliveries: list[Delivery] | None = None,
        limit_s: int = 1,
        wishes: Wishes = requesting.PLAIN,
    ) -> UUID:
        with Sessions.begin() as session:
            plan = requesting.request_plan(
                session,
                shift_ids=[shift.id for shift in shifts],
                delivery_ids=None if deliveries is None else [each.id for each in deliveries],
                limit_s=limit_s,
                seed=1,
                wishes=wishes,
                caller=self.caller,
                now=self.now,
            )
        with Sessions.begin() as session:
            relay.place(session)
        return plan.id

    def plan(self, plan_id: UUID) -> Plan:
        with Sessions.begin() as session:
            return queries.plan(session, plan_id, caller=self.caller)

    def solved(self, *shifts: Shift, deliveries: list[Delivery] | None = None) -> Plan:
        plan_id = self.request(*shifts, deliveries=deliveries)
        solve(aggregate_id=str(plan_id))
        return self.plan(plan_id)

    def change(self, what: type[Any], row_id: UUID, **values: Any) -> None:
        with Sessions.begin() as session:
            row = session.get_one(what, row_id)
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture
def house(committing: Engine, now: datetime) -> House:
    # Tasks read the clock: it is made to say what the test says.
    with Sessions.begin() as session:
        merchant = factories.merchant(session)
        carrier = session.get_one(Organisation, merchant.carrier_id)
        dispatcher = factories.person(session, organisation=carrier)
    caller = Principal(
        id=dispatcher.id,
        organisation_id=carrier.id,
        carrier_id=carrier.id,
        is_carrier=True,
        role=dispatcher.role,
    )
    return House(caller, carrier, merchant, now)


@pytest.fixture(autouse=True)
def clock_at_now(now: datetime) -> Any:
    """Tasks and views read the clock; it stands at the test's `now`, near enough."""
    real = datetime.now(now.tzinfo)
    clock.use(Clock(anchor=real, starts_at=now, speed=1.0))
    yield
    clock.use(clock.REAL)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


type Deed = Callable[[Session], object]
