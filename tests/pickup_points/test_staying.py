"""A parcel's stay at a point: which deed is allowed when, and that the delivery follows whoever speaks first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries import progress
from deliveries.models import Delivery, DeliveryState, Parcel
from deliveries.progress import DeliveryNotInState
from kernel.errors import Refusal
from kernel.facts import FactRow
from pickup_points.models import Stay, StayState
from pickup_points.stays import staying
from pickup_points.stays.staying import StayNotInState
from tests import factories

DAY = timedelta(days=1)
STATES_TOLD = {
    "stay.checked_in": "checked_in",
    "stay.ready": "ready",
    "stay.reminded": "reminded",
    "stay.extended": "ready",
    "stay.expired": "expired",
    "stay.collected": "collected",
    "stay.sent_back": "sent_back",
    "stay.refused": "refused",
    "stay.cancelled": "cancelled",
}


def two_parcels(session: Session, *, state: DeliveryState = DeliveryState.OUT_FOR_DELIVERY) -> tuple[Delivery, ...]:
    """Return a delivery of two parcels to a counter, each with its expected stay."""
    shop = factories.merchant(session)
    delivery = factories.delivery(session, merchant=shop, state=state)
    carrier = session.get_one(type(shop), shop.served_by)
    point = factories.pickup_point(session, carrier=carrier)
    first = factories.stay(session, point=point, of=delivery)
    delivery.parcels.append(Parcel(weight_g=500, live=True))
    session.flush()
    second = Stay(
        point_id=point.id,
        delivery_id=delivery.id,
        parcel_id=delivery.parcels[1].id,
        state=StayState.EXPECTED,
        created_at=factories.BORN,
    )
    session.add(second)
    session.flush()
    return delivery, first, second  # type: ignore[return-value]


def do(session: Session, deed: str, delivery: Delivery, stay: Stay, now: datetime) -> None:
    """Do what is called so, as the counter or as the courier."""
    match deed:
        case "check_in":
            staying.check_in(session, stay, delivery=delivery, now=now, by=None)
        case "make_ready":
            staying.make_ready(session, stay, expires_at=now + DAY, now=now, by=None)
        case "extend":
            staying.extend(session, stay, expires_at=now + 2 * DAY, now=now, by=None)
        case "collect":
            staying.collect(session, stay, delivery=delivery, now=now, by=None)
        case "send_back":
            staying.send_back(session, stay, delivery=delivery, cause="expired", now=now, by=None)
        case "refuse":
            staying.refuse(session, stay, delivery=delivery, reason="damaged", now=now, by=None)
        case "courier_arrived":
            progress.courier_arrived(session, delivery, now=now, by=None)
        case "courier_left_it":
            progress.leave_at_point(session, delivery, now=now, by=None)
        case other:
            getattr(staying, other)(session, stay, now=now, by=None)


def do_all(session: Session, deeds: str, delivery: Delivery, stay: Stay, now: datetime) -> None:
    for deed in deeds.split():
        do(session, deed, delivery, stay, now)


class TestStay:
    @pytest.mark.parametrize(
        ("deeds", "state"),
        [
            ("check_in", "checked_in"),
            ("check_in make_ready", "ready"),
            ("check_in make_ready remind", "reminded"),
            ("check_in make_ready remind collect", "collected"),
            ("check_in make_ready expire", "expired"),
            ("check_in make_ready expire collect", "collected"),
            ("check_in make_ready expire extend", "ready"),
            ("check_in make_ready expire send_back", "sent_back"),
            ("check_in send_back", "sent_back"),
            ("refuse", "refused"),
            ("cancel", "cancelled"),
        ],
    )
    def test_goes_through_its_states(self, session: Session, now: datetime, deeds: str, state: str) -> None:
        delivery, stay, _ = two_parcels(session)
        do_all(session, deeds, delivery, stay, now)
        assert stay.state == state

    @pytest.mark.parametrize(
        ("before", "deed"),
        [
            ("", "make_ready"),
            ("", "collect"),
            ("", "send_back"),
            ("check_in", "check_in"),
            ("check_in", "collect"),
            ("check_in", "refuse"),
            ("check_in", "cancel"),
            ("check_in make_ready remind", "remind"),
            ("check_in make_ready collect", "collect"),
            ("check_in make_ready collect", "extend"),
            ("check_in make_ready expire", "expire"),
            ("refuse", "check_in"),
        ],
    )
    def test_refuses_what_its_state_does_not_allow(
        self, session: Session, now: datetime, before: str, deed: str
    ) -> None:
        delivery, stay, _ = two_parcels(session)
        do_all(session, before, delivery, stay, now)
        state = stay.state
        with pytest.raises(StayNotInState):
            do(session, deed, delivery, stay, now)
        assert stay.state == state

    def test_is_not_begun_for_a_cancelled_delivery(self, session: Session, now: datetime) -> None:
        delivery, stay, _ = two_parcels(session, state=DeliveryState.CANCELLED)
        with pytest.raises(DeliveryNotInState):
            do(session, "check_in", delivery, stay, now)
        assert stay.state is StayState.EXPECTED


class TestDelivery:
    def test_is_at_the_point_with_its_first_parcel_and_counts_one_attempt(
        self, session: Session, now: datetime
    ) -> None:
        delivery, first, second = two_parcels(session)
        do(session, "check_in", delivery, first, now)
        do(session, "check_in", delivery, second, now)
        assert (delivery.state, delivery.attempts) == (DeliveryState.AT_POINT, 1)

    def test_is_collected_with_its_last_parcel(self, session: Session, now: datetime) -> None:
        delivery, first, second = two_parcels(session)
        do_all(session, "check_in make_ready collect", delivery, first, now)
        assert delivery.state is DeliveryState.AT_POINT
        do_all(session, "check_in make_ready collect", delivery, second, now)
        assert delivery.state is DeliveryState.COLLECTED

    @pytest.mark.parametrize("turned", [False, True])
    def test_is_returning_when_any_parcel_goes_back(self, session: Session, now: datetime, turned: bool) -> None:
        delivery, *stays = two_parcels(session)
        ends = ["check_in make_ready collect", "check_in make_ready expire send_back"]
        for stay, deeds in zip(stays, reversed(ends) if turned else ends, strict=True):
            do_all(session, deeds, delivery, stay, now)
        assert delivery.state is DeliveryState.RETURNING

    def test_failed_when_the_point_took_nothing_in(self, session: Session, now: datetime) -> None:
        delivery, first, second = two_parcels(session)
        do(session, "refuse", delivery, first, now)
        assert delivery.state is DeliveryState.OUT_FOR_DELIVERY
        do(session, "refuse", delivery, second, now)
        assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED_ATTEMPT, 1)

    @pytest.mark.parametrize("counter", ["check_in", "check_in make_ready", "check_in make_ready collect", "refuse"])
    @pytest.mark.parametrize("courier", ["courier_left_it", "courier_arrived courier_left_it"])
    def test_ends_the_same_whether_the_courier_or_the_counter_speaks_first(
        self, session: Session, now: datetime, counter: str, courier: str
    ) -> None:
        ends = []
        for order in ((counter, courier), (courier, counter)):
            delivery, *stays = two_parcels(session)
            for deeds in order:
                for stay in stays if deeds == counter else stays[:1]:
                    do_all(session, deeds, delivery, stay, now)
            ends.append((delivery.state, delivery.attempts, *(stay.state for stay in stays)))
        assert ends[0] == ends[1]


DEEDS = ("check_in", "make_ready", "remind", "extend", "expire", "collect", "send_back", "refuse", "courier_left_it")


class TestFacts:
    @given(st.lists(st.tuples(st.sampled_from(DEEDS), st.booleans()), max_size=14))
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_tell_the_state_of_each_stay_and_of_the_delivery(
        self, session: Session, now: datetime, deeds: list[tuple[str, bool]]
    ) -> None:
        with session.begin_nested() as savepoint:
            delivery, *stays = two_parcels(session)
            for deed, of_second in deeds:
                before = (delivery.state, *(stay.state for stay in stays))
                try:
                    do(session, deed, delivery, stays[of_second], now)
                except Refusal:
                    assert before == (delivery.state, *(stay.state for stay in stays))
            session.flush()

            told = {str(stay.id): "expected" for stay in stays}
            of_delivery = "out_for_delivery"
            for fact in session.scalars(
                select(FactRow).where(FactRow.aggregate_id == delivery.id).order_by(FactRow.seq)
            ):
                if fact.kind in STATES_TOLD:
                    told[fact.data["stay_id"]] = STATES_TOLD[fact.kind]
                else:
                    of_delivery = {"delivery.attempt_failed": "failed_attempt"}.get(
                        fact.kind, fact.kind.removeprefix("delivery.")
                    )
            assert told == {str(stay.id): stay.state for stay in stays}
            assert of_delivery == delivery.state
            savepoint.rollback()
