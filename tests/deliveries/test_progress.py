"""A delivery's states: which step is allowed when, and that the facts tell the same story as the columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal, Role
from deliveries import cancelling, changing, confirming, creation, progress
from deliveries.drafts import Draft, DraftAddress, DraftParcel
from deliveries.models import PLANNABLE, Delivery, DeliveryState, Recipient, Window
from deliveries.progress import DeliveryNotInState
from kernel.errors import Refusal
from kernel.facts import FactRow
from kernel.geo import Point
from tests.factories import delivery, merchant

HOUR = timedelta(hours=1)


@dataclass
class Told:
    """What the facts say a delivery is."""

    state: str = ""
    attempts: int = 0
    promise: tuple[str, str] | None = None
    first_promise: tuple[str, str] | None = None


def fold(facts: Iterable[FactRow]) -> Told:
    """Return what the facts come to, oldest first."""
    told = Told()
    for fact in facts:
        match fact.kind.removeprefix("delivery."):
            case "created":
                told.state = fact.data["state"]
            case "confirmed":
                told.state = "confirmed"
            case "scheduled":
                told.state = "scheduled"
                told.promise = (fact.data["promised_from"], fact.data["promised_until"])
                told.first_promise = told.first_promise or told.promise
            case "unscheduled":
                told.state, told.promise = fact.data["state"], None
            case "out_for_delivery":
                told.state = "out_for_delivery"
            case "delivered":
                told.state, told.attempts = "delivered", fact.data["attempt"]
            case "attempt_failed":
                told.state, told.attempts, told.promise = "failed_attempt", fact.data["attempt"], None
            case "cancelled":
                told.state, told.promise = "cancelled", None
            case "changed" | "courier_arrived":
                pass
            case other:
                raise AssertionError(f"a fact about deliveries that this test does not know: {other}")
    return told


def columns(delivery: Delivery) -> Told:
    def span(promise: Any) -> tuple[str, str] | None:
        return promise and (promise.from_.isoformat(), promise.until.isoformat())

    return Told(delivery.state, delivery.attempts, span(delivery.promise), span(delivery.first_promise))


def made(session: Session, *, now: datetime, draft: bool = False) -> Delivery:
    who = merchant(session)
    caller = Principal(
        id=who.id, organisation_id=who.id, carrier_id=who.served_by, is_carrier=False, role=Role.MERCHANT
    )
    asked = Draft(
        recipient=Recipient("Aino Virtanen"),
        address=DraftAddress(place=Point(24.94, 60.17)),
        parcels=(DraftParcel(weight_g=1),),
        windows=(Window(starts_at=now + HOUR, ends_at=now + 3 * HOUR),),
        draft=draft,
    )
    return creation.create(session, asked, caller=caller, now=now)


STEPS: dict[str, Any] = {
    "confirm": confirming.confirm,
    "change": lambda session, it, **at: changing.change(session, it, {"access_notes": "Ring twice"}, **at),
    "move": lambda session, it, **at: changing.change(session, it, {"service_s": 7}, **at),
    "cancel": cancelling.cancel,
    "schedule": lambda session, it, *, now, by: progress.schedule(
        session, it, promised_from=now + HOUR, promised_until=now + 2 * HOUR, now=now, by=by
    ),
    "unschedule": progress.unschedule,
    "send_out": progress.send_out,
    "arrive": progress.courier_arrived,
    "complete": lambda session, it, **at: progress.complete(session, it, outcome="delivered", **at),
    "fail": lambda session, it, **at: progress.fail_attempt(session, it, outcome="not_home", **at),
}


class TestHistory:
    @given(draft=st.booleans(), steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def test_tells_what_the_columns_say_after_any_steps(
        self, session: Session, now: datetime, draft: bool, steps: list[str]
    ) -> None:
        it = made(session, now=now, draft=draft)
        for minute, name in enumerate(steps):
            before = columns(it)
            try:
                STEPS[name](session, it, now=now + timedelta(minutes=minute), by=None)
            except Refusal:
                assert columns(it) == before, f"'{name}' was refused and changed something"
            session.flush()

        facts = session.scalars(select(FactRow).where(FactRow.aggregate_id == it.id).order_by(FactRow.seq))
        assert fold(facts) == columns(it)

    def test_of_a_whole_life(self, session: Session, now: datetime) -> None:
        it = made(session, now=now, draft=True)
        seen = [it.state]
        first = ["confirm", "schedule", "unschedule", "schedule", "send_out", "arrive", "fail"]
        life = [*first, "schedule", "send_out", "arrive", "complete"]
        for hour, name in enumerate(life):
            STEPS[name](session, it, now=now + hour * HOUR, by=None)
            seen.append(it.state)

        assert seen == [
            *("draft", "confirmed", "scheduled", "confirmed", "scheduled", "out_for_delivery", "out_for_delivery"),
            *("failed_attempt", "scheduled", "out_for_delivery", "out_for_delivery", "delivered"),
        ]
        assert it.attempts == 2
        assert it.promise is not None
        assert it.promise.from_ == now + 8 * HOUR
        assert it.first_promise is not None
        assert it.first_promise.from_ == now + 2 * HOUR


ALLOWED = {
    "confirm": {DeliveryState.DRAFT},
    "schedule": set(PLANNABLE),
    "unschedule": {DeliveryState.SCHEDULED},
    "send_out": {DeliveryState.SCHEDULED},
    "arrive": {DeliveryState.OUT_FOR_DELIVERY},
    "complete": {DeliveryState.OUT_FOR_DELIVERY},
    "fail": {DeliveryState.OUT_FOR_DELIVERY},
    "cancel": {DeliveryState.DRAFT, DeliveryState.SCHEDULED, *PLANNABLE},
    "change": {DeliveryState.DRAFT, DeliveryState.SCHEDULED, *PLANNABLE},
}


class TestStep:
    @pytest.mark.parametrize("name", ALLOWED)
    def test_is_allowed_in_its_states_and_refused_in_all_others(
        self, session: Session, now: datetime, name: str
    ) -> None:
        who = merchant(session)
        allowed: set[DeliveryState] = set()
        refusals: list[DeliveryNotInState] = []
        for state in DeliveryState:
            it = delivery(session, merchant=who, state=state)
            try:
                STEPS[name](session, it, now=now, by=None)
                allowed.add(state)
            except DeliveryNotInState as refusal:
                refusals.append(refusal)

        assert allowed == ALLOWED[name]
        assert {refusal.facts["state"] for refusal in refusals} == set(DeliveryState) - allowed
        assert all(set(refusal.facts["needed"]) == allowed for refusal in refusals)
