"""Confirming: a delivery with a promise that no plan replaces, once, and only while the hold is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries import cancelling, changing, progress
from deliveries import queries as deliveries
from deliveries.changing import BookedAlready
from deliveries.drafts import DraftParcel
from deliveries.models import Delivery, DeliveryState, Window
from deliveries.progress import DeliveryNotInState
from kernel.facts import FactRow
from kernel.geo import Point
from pickup_points.models import Rent
from routing.foreseen_rounds import as_promised
from slots import confirming, holding
from slots.admitting import SlotWithdrawn
from slots.confirming import (
    BookedForAnother,
    DeliveryBookedAlready,
    DeliveryDoesNotFit,
    NewDelivery,
    ParcelsDiffer,
    SlotBegun,
)
from slots.holding import HoldEnded
from slots.keeping import HoldLapsed
from slots.models import Hold, HoldState, Slot
from tests import factories
from tests.slots.conftest import NEW, RECIPIENT, Shop, tomorrow, wish


@pytest.fixture
def slot(session: Session, shop: Shop, now: datetime) -> Slot:
    return factories.slot(session, starts_at=tomorrow(now), zone=shop.zone, most_count=3)


@pytest.fixture
def held(session: Session, shop: Shop, slot: Slot, now: datetime) -> Hold:
    return holding.hold(session, wish(slot), caller=shop.caller, now=now)


def booked(session: Session, hold: Hold) -> Delivery:
    assert hold.delivery_id is not None
    return deliveries.by_ids(session, [hold.delivery_id])[0]


def kinds(session: Session) -> list[str]:
    session.flush()
    return [row.kind for row in session.query(FactRow).order_by(FactRow.seq)]


class TestConfirm:
    def test_makes_a_delivery_that_is_promised_the_slot(
        self, session: Session, shop: Shop, slot: Slot, held: Hold, now: datetime
    ) -> None:
        confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)

        delivery = booked(session, held)
        assert (held.state, delivery.state) == (HoldState.CONFIRMED, DeliveryState.CONFIRMED)
        assert delivery.promise is not None
        assert (delivery.promise.from_, delivery.promise.until) == (slot.starts_at, slot.ends_at)
        assert [(each.starts_at, each.ends_at) for each in delivery.windows] == [(slot.starts_at, slot.ends_at)]
        assert [(each.weight_g, each.length_mm) for each in delivery.parcels] == [(1000, 300)]
        assert delivery.place == factories.HELSINKI
        assert kinds(session) == ["slot.held", "delivery.created", "delivery.booked", "hold.confirmed"]

    def test_says_nothing_new_twice(self, session: Session, shop: Shop, held: Hold, now: datetime) -> None:
        first = confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now).delivery_id
        later = held.expires_at + timedelta(hours=1)
        assert confirming.confirm(session, held.id, NEW, caller=shop.caller, now=later).delivery_id == first
        assert kinds(session).count("hold.confirmed") == 1

        other = factories.delivery(session, merchant=shop.merchant, state=DeliveryState.DRAFT)
        with pytest.raises(BookedForAnother):
            confirming.confirm(session, held.id, other.id, caller=shop.caller, now=now)

    def test_gives_the_place_to_a_draft_that_waits(
        self, session: Session, shop: Shop, slot: Slot, held: Hold, now: datetime
    ) -> None:
        draft = factories.delivery(session, merchant=shop.merchant, state=DeliveryState.DRAFT)
        confirming.confirm(session, held.id, draft.id, caller=shop.caller, now=now)

        delivery = booked(session, held)
        assert (delivery.id, delivery.state, delivery.promise_booked) == (draft.id, DeliveryState.CONFIRMED, True)
        assert [(each.starts_at, each.ends_at) for each in delivery.windows] == [(slot.starts_at, slot.ends_at)]

    @pytest.mark.parametrize(
        ("unfit", "fault"),
        [
            ({"weight_g": 1001}, "its parcels are more than was held for"),
            ({"place": Point(24.96, 60.17)}, "its place is more than 50 m from the one that was held for"),
        ],
    )
    def test_refuses_a_delivery_for_which_it_was_not_held(
        self, session: Session, shop: Shop, held: Hold, now: datetime, unfit: dict[str, object], fault: str
    ) -> None:
        other = factories.delivery(session, merchant=shop.merchant, **unfit)  # type: ignore[arg-type]
        with pytest.raises(DeliveryDoesNotFit) as caught:
            confirming.confirm(session, held.id, other.id, caller=shop.caller, now=now)
        assert caught.value.facts["faults"] == [fault]

    def test_refuses_more_parcels_than_were_held_for(
        self, session: Session, shop: Shop, held: Hold, now: datetime
    ) -> None:
        two = NewDelivery(recipient=RECIPIENT, parcels=[DraftParcel(weight_g=400)] * 2)
        with pytest.raises(ParcelsDiffer):
            confirming.confirm(session, held.id, two, caller=shop.caller, now=now)
        assert held.state is HoldState.HELD

    def test_books_one_slot_a_delivery(
        self, session: Session, shop: Shop, slot: Slot, held: Hold, now: datetime
    ) -> None:
        confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)
        again = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(DeliveryBookedAlready):
            confirming.confirm(session, again.id, booked(session, held).id, caller=shop.caller, now=now)

        factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=now)
        booked(session, held).promise_booked = False  # as if the check had been left out
        with pytest.raises(DeliveryBookedAlready):
            confirming.confirm(session, again.id, booked(session, held).id, caller=shop.caller, now=now)

    def test_is_too_late_from_the_moment_it_expires(
        self, session: Session, shop: Shop, held: Hold, now: datetime
    ) -> None:
        with pytest.raises(HoldLapsed) as caught:
            confirming.confirm(session, held.id, NEW, caller=shop.caller, now=held.expires_at)
        assert (held.state, caught.value.facts["expired_at"]) == (HoldState.LAPSED, held.expires_at)
        assert HoldLapsed.keeps
        assert kinds(session) == ["slot.held", "hold.lapsed"]

    def test_is_refused_once_it_was_given_back(self, session: Session, shop: Shop, held: Hold, now: datetime) -> None:
        holding.release(session, held.id, caller=shop.caller, now=now)
        with pytest.raises(HoldEnded):
            confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)

    def test_looks_again_whether_the_slot_is_served(
        self, session: Session, shop: Shop, slot: Slot, held: Hold, now: datetime
    ) -> None:
        slot.closes_at = now  # its cut-off came; who held before gets in
        slot.withdrawn_at = now
        with pytest.raises(SlotWithdrawn):
            confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)
        slot.withdrawn_at = None
        held.expires_at = slot.starts_at + timedelta(hours=1)
        with pytest.raises(SlotBegun):
            confirming.confirm(session, held.id, NEW, caller=shop.caller, now=slot.starts_at)
        assert confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now).state is HoldState.CONFIRMED


class TestBookedPromise:
    @pytest.fixture
    def delivery(self, session: Session, shop: Shop, held: Hold, now: datetime) -> Delivery:
        confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)
        return booked(session, held)

    def test_outlives_plans_and_their_withdrawal(
        self, session: Session, slot: Slot, delivery: Delivery, now: datetime
    ) -> None:
        narrow = {"promised_from": slot.starts_at, "promised_until": slot.starts_at + timedelta(minutes=30)}
        progress.schedule(session, delivery, **narrow, now=now, by=None)
        assert delivery.promise is not None
        assert delivery.promise.until == slot.ends_at
        progress.unschedule(session, delivery, now=now, by=None)
        assert (delivery.state, delivery.promise.until) == (DeliveryState.CONFIRMED, slot.ends_at)

    def test_is_moved_by_a_replan_that_says_so(
        self, session: Session, slot: Slot, delivery: Delivery, now: datetime
    ) -> None:
        window = {"promised_from": slot.ends_at, "promised_until": slot.ends_at + timedelta(hours=1)}
        progress.schedule(session, delivery, **window, now=now, by=None)
        progress.move_promise(session, delivery, **window, now=now, by=None)
        assert delivery.promise is not None
        assert delivery.promise.from_ == slot.ends_at
        assert "delivery.promise_moved" in kinds(session)

    def test_at_a_point_binds_no_courier(self, session: Session, shop: Shop, now: datetime) -> None:
        point = factories.pickup_point(session, carrier=shop.carrier)
        slot = factories.slot(session, starts_at=tomorrow(now), point=point)
        held = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        delivery = booked(session, confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now))

        came = {"promised_from": now, "promised_until": now + timedelta(hours=1)}
        progress.schedule(session, delivery, **came, now=now, by=None)
        progress.move_promise(session, delivery, **came, now=now, by=None)
        assert delivery.promise is not None
        assert (delivery.promise.from_, delivery.bound_to) == (slot.starts_at, None)
        foreseen = as_promised(delivery)
        assert [window[1] for window in foreseen.windows] == [slot.starts_at]

    @pytest.mark.parametrize(("side", "fits"), [(300, True), (None, True), (301, False)])
    def test_at_a_point_takes_parcels_of_the_sides_that_were_held_for(
        self, session: Session, shop: Shop, now: datetime, side: int | None, fits: bool
    ) -> None:
        point = factories.pickup_point(session, carrier=shop.carrier)
        slot = factories.slot(session, starts_at=tomorrow(now), point=point)
        held = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        given = DraftParcel(length_mm=100, width_mm=side, height_mm=150, weight_g=900)
        what = replace(NEW, parcels=(given,))
        if fits:
            assert confirming.confirm(session, held.id, what, caller=shop.caller, now=now)
        else:
            with pytest.raises(ParcelsDiffer):
                confirming.confirm(session, held.id, what, caller=shop.caller, now=now)

    @pytest.mark.parametrize(
        ("late", "before"), [(timedelta(0), timedelta(hours=2)), (timedelta(hours=1), timedelta(0))]
    )
    def test_at_a_point_leaves_it_the_time_to_prepare(
        self, session: Session, shop: Shop, now: datetime, late: timedelta, before: timedelta
    ) -> None:
        point = factories.pickup_point(session, carrier=shop.carrier, preparation_s=7200)
        slot = factories.slot(session, starts_at=now + timedelta(hours=2, minutes=30), point=point)
        held = holding.hold(session, wish(slot, keep_for=timedelta(hours=2)), caller=shop.caller, now=now)

        confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now + late)
        (window,) = booked(session, held).windows
        assert (window.starts_at, window.ends_at) == (now + late, slot.starts_at - before)

    def test_at_a_point_is_brought_no_earlier_than_its_room_is_kept(
        self, session: Session, shop: Shop, now: datetime
    ) -> None:
        point = factories.pickup_point(session, carrier=shop.carrier, most_parcels=5)
        slot = factories.slot(session, starts_at=tomorrow(now) + timedelta(days=7), point=point)
        held = holding.hold(session, wish(slot), caller=shop.caller, now=now)

        confirming.confirm(session, held.id, NEW, caller=shop.caller, now=now)
        (window,) = booked(session, held).windows
        (rent,) = session.scalars(select(Rent).where(Rent.hold_id == held.id))
        assert window.starts_at == rent.starts_at == slot.starts_at - timedelta(seconds=point.preparation_s, hours=72)

    def test_rests_on_what_was_held_for(self, session: Session, slot: Slot, delivery: Delivery, now: datetime) -> None:
        window = Window(slot.ends_at, slot.ends_at + timedelta(hours=1))
        with pytest.raises(BookedAlready):
            changing.change(session, delivery, {"windows": [window]}, now=now, by=None)
        changing.change(session, delivery, {"access_notes": "Door code 1234"}, now=now, by=None)

    def test_goes_with_a_delivery_that_is_cancelled(
        self, session: Session, slot: Slot, held: Hold, delivery: Delivery, now: datetime
    ) -> None:
        cancelling.cancel(session, delivery, now=now, by=None)
        holding.free_booking(session, delivery.id, now=now)
        holding.free_booking(session, delivery.id, now=now)

        session.refresh(slot)
        assert (held.state, slot.taken_count) == (HoldState.CANCELLED, 0)

    def test_is_withdrawn_with_the_plan_when_the_booking_is_cancelled(
        self, session: Session, shop: Shop, slot: Slot, held: Hold, delivery: Delivery, now: datetime
    ) -> None:
        progress.schedule(
            session, delivery, promised_from=slot.starts_at, promised_until=slot.ends_at, now=now, by=None
        )
        holding.release(session, held.id, caller=shop.caller, now=now)

        assert (delivery.state, delivery.promise) == (DeliveryState.DRAFT, None)
        assert {"delivery.unscheduled", "delivery.unbooked", "booking.cancelled"} <= set(kinds(session))

    def test_holds_on_while_a_courier_is_on_the_way(
        self, session: Session, shop: Shop, held: Hold, delivery: Delivery, now: datetime
    ) -> None:
        delivery.state = DeliveryState.OUT_FOR_DELIVERY
        with pytest.raises(DeliveryNotInState):
            holding.release(session, held.id, caller=shop.caller, now=now)
