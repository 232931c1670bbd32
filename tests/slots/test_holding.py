"""Holding, extending, lapsing and giving back; and the counts that the database keeps whatever the code does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliveries import queries as deliveries
from deliveries.drafts import DraftAddress
from deliveries.locating import AddressMissing
from deliveries.models import DeliveryState
from kernel.database import violated
from kernel.geo import Point
from pickup_points.models import Compartment, PickupPoint, PointKind, Rent, RentState
from pickup_points.points.sending import NothingCollectedHere
from pickup_points.room.reserving import PointFull
from places.cities import OutsideCity
from slots import confirming, holding, keeping, queries, templates
from slots.admitting import OrderTooSmall, SlotClosed, SlotDisabled, SlotFull, SlotWithdrawn
from slots.holding import BookedBefore, ExtendedAlready, HoldEnded, OutsideZone, PointClosed, TooLateToCancel
from slots.keeping import HoldLapsed, HoldNotFound
from slots.models import Hold, HoldState, Slot, SlotTemplate
from slots.queries import SlotNotFound
from tests import factories
from tests.slots.conftest import NEW, Shop, open_shop, tomorrow, wish


@pytest.fixture
def slot(session: Session, shop: Shop, now: datetime) -> Slot:
    return factories.slot(session, starts_at=tomorrow(now), zone=shop.zone, most_count=2, most_weight_g=3000)


def taken(session: Session, slot: Slot) -> tuple[int, int]:
    session.flush()
    session.refresh(slot)
    return slot.taken_count, slot.taken_weight_g


def point_of(session: Session, slot: Slot) -> PickupPoint:
    return session.get_one(PickupPoint, slot.point_id)


class TestHold:
    def test_takes_a_place_for_a_quarter_of_an_hour_at_the_price_of_now(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(slot), caller=shop.caller, now=now)

        assert (made.state, made.expires_at) == (HoldState.HELD, now + timedelta(minutes=15))
        assert (made.price_minor, made.currency, made.merchant_id) == (490, "EUR", shop.merchant.id)
        assert (made.parcels, made.weight_g, made.volume_cm3) == (1, 1000, 6000)
        assert taken(session, slot) == (1, 1000)

    def test_never_outlasts_the_start_of_the_slot(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        late = slot.starts_at - timedelta(minutes=2)
        assert holding.hold(session, wish(slot), caller=shop.caller, now=late).expires_at == slot.starts_at

    def test_is_refused_when_the_slot_is_full_by_count_or_by_load(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(SlotFull) as heavy:
            holding.hold(session, wish(slot, weight_g=2001), caller=shop.caller, now=now)
        assert heavy.value.facts == {"of": "weight_g", "asked": 2001, "left": 2000}

        holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(SlotFull) as many:
            holding.hold(session, wish(slot), caller=shop.caller, now=now)
        assert many.value.facts == {"of": "count", "asked": 1, "left": 0}
        assert taken(session, slot) == (2, 2000)

    def test_finds_the_room_of_one_that_has_just_lapsed(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        first, _ = (holding.hold(session, wish(slot), caller=shop.caller, now=now) for _ in range(2))
        at = first.expires_at
        with pytest.raises(SlotFull):
            holding.hold(session, wish(slot), caller=shop.caller, now=at - timedelta(microseconds=1))

        third = holding.hold(session, wish(slot), caller=shop.caller, now=at)
        assert (first.state, third.state) == (HoldState.LAPSED, HoldState.HELD)
        assert taken(session, slot) == (1, 1000)

    def test_is_refused_when_the_slot_takes_nobody(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        slot.closes_at = now
        with pytest.raises(SlotClosed):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)
        slot.closes_at = slot.starts_at
        template_of(session, slot).disabled_at = now
        with pytest.raises(SlotDisabled):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)
        slot.withdrawn_at = now
        with pytest.raises(SlotWithdrawn):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)

    def test_is_refused_for_an_order_that_is_too_small_and_a_place_outside(
        self, session: Session, shop: Shop, now: datetime
    ) -> None:
        slot = factories.slot(session, starts_at=tomorrow(now), zone=shop.zone, least_order_minor=2500)
        with pytest.raises(OrderTooSmall):
            holding.hold(session, wish(slot, order_minor=2499), caller=shop.caller, now=now)
        elsewhere = DraftAddress(place=Point(25.01, 60.17))
        with pytest.raises(OutsideZone):
            holding.hold(session, wish(slot, address=elsewhere), caller=shop.caller, now=now)
        with pytest.raises(AddressMissing):
            holding.hold(session, wish(slot, address=None), caller=shop.caller, now=now)
        assert holding.hold(session, wish(slot, order_minor=2500), caller=shop.caller, now=now)

    def test_is_refused_once_the_zone_is_retired(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        shop.zone.retired_at = now
        with pytest.raises(SlotWithdrawn):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)

    def test_is_for_the_merchants_of_the_carrier(self, session: Session, slot: Slot, now: datetime) -> None:
        stranger = open_shop(session)
        with pytest.raises(SlotNotFound):
            holding.hold(session, wish(slot), caller=stranger.caller, now=now)


class TestCapacity:
    def test_is_kept_by_the_database_when_the_check_is_left_out(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        later = now + timedelta(minutes=15)
        for _ in range(2):
            factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=later)

        with pytest.raises(IntegrityError) as caught, session.begin_nested():
            factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=later)
        assert violated(caught.value) == "ck_slots_within_count"
        assert taken(session, slot) == (2, 2000)

    def test_is_kept_by_the_database_for_the_load_too(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        with pytest.raises(IntegrityError) as caught, session.begin_nested():
            factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=now, weight_g=3001)
        assert violated(caught.value) == "ck_slots_within_weight"

    def test_means_that_the_slot_is_full_when_only_the_database_knows(
        self, session: Session, shop: Shop, slot: Slot, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(holding, "check", lambda *_, **__: None)
        for _ in range(2):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(SlotFull):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)

    def test_cannot_be_shrunk_below_what_is_taken(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(IntegrityError) as caught, session.begin_nested():
            session.execute(update(Slot).where(Slot.id == slot.id).values(most_count=0))
        assert violated(caught.value) == "ck_slots_within_count"

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("UPDATE holds SET state = 'released', ended_at = now()", (0, 0)),
            ("UPDATE holds SET weight_g = 2500", (1, 2500)),
            ("UPDATE holds SET expires_at = expires_at + interval '1 hour'", (1, 1000)),
            ("DELETE FROM holds", (0, 0)),
        ],
    )
    def test_counts_whatever_becomes_of_a_hold(
        self, session: Session, shop: Shop, slot: Slot, now: datetime, statement: str, expected: tuple[int, int]
    ) -> None:
        factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=now)
        session.execute(text(statement))
        assert taken(session, slot) == expected

    def test_lets_no_end_of_a_hold_be_undone(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        factories.hold(session, slot=slot, merchant=shop.merchant, expires_at=now)
        session.execute(text("UPDATE holds SET state = 'lapsed', ended_at = now()"))
        with pytest.raises(IntegrityError) as caught, session.begin_nested():
            session.execute(text("UPDATE holds SET state = 'held', ended_at = NULL"))
        assert violated(caught.value) == "ck_holds_ends_once"


class TestExtend:
    def test_keeps_the_place_longer_once(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        made = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        longer = holding.extend(session, made.id, caller=shop.caller, now=now + timedelta(minutes=10))

        assert longer.expires_at == now + timedelta(minutes=30)
        with pytest.raises(ExtendedAlready):
            holding.extend(session, made.id, caller=shop.caller, now=now + timedelta(minutes=11))

    def test_is_too_late_once_it_lapsed_and_needless_once_it_is_booked(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        one, other = (holding.hold(session, wish(slot), caller=shop.caller, now=now) for _ in range(2))
        confirming.confirm(session, other.id, NEW, caller=shop.caller, now=now)
        with pytest.raises(BookedBefore):
            holding.extend(session, other.id, caller=shop.caller, now=now)
        with pytest.raises(HoldLapsed):
            holding.extend(session, one.id, caller=shop.caller, now=one.expires_at)
        assert one.state is HoldState.LAPSED


class TestRelease:
    def test_frees_the_place_and_says_nothing_new_twice(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        for _ in range(2):
            assert holding.release(session, made.id, caller=shop.caller, now=now).state is HoldState.RELEASED
        assert taken(session, slot) == (0, 0)
        with pytest.raises(HoldEnded):
            holding.extend(session, made.id, caller=shop.caller, now=now)

    def test_cancels_a_booking_until_the_slot_closes(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        slot.closes_at = now + timedelta(hours=1)
        one, other = (holding.hold(session, wish(slot), caller=shop.caller, now=now) for _ in range(2))
        for each in (one, other):
            confirming.confirm(session, each.id, NEW, caller=shop.caller, now=now)

        holding.release(session, one.id, caller=shop.caller, now=now + timedelta(minutes=59))
        with pytest.raises(TooLateToCancel):
            holding.release(session, other.id, caller=shop.caller, now=now + timedelta(hours=1))

        assert (one.state, other.state) == (HoldState.CANCELLED, HoldState.CONFIRMED)
        assert taken(session, slot) == (1, 1000)
        freed = deliveries.by_ids(session, [one.delivery_id or one.id])[0]
        assert (freed.state, freed.promise, freed.promise_booked) == (DeliveryState.DRAFT, None, False)

    def test_is_for_the_merchant_who_holds(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        made = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        with pytest.raises(HoldNotFound):
            holding.release(session, made.id, caller=open_shop(session).caller, now=now)


class TestSweep:
    def test_lets_go_of_what_is_over_and_of_nothing_else(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        live = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        over = holding.hold(session, wish(slot), caller=shop.caller, now=now - timedelta(minutes=15))

        assert keeping.overdue_slots(session, now=now) == [(slot.id, shop.carrier.id)]
        locked = queries.slot(session, slot.id, carrier_id=shop.carrier.id, for_update=True)
        assert keeping.lapse_overdue(session, locked, now=now) == 1
        assert (over.state, live.state) == (HoldState.LAPSED, HoldState.HELD)
        assert keeping.overdue_slots(session, now=now) == []

    def test_is_not_waited_for_when_somebody_looks(
        self, session: Session, shop: Shop, slot: Slot, now: datetime
    ) -> None:
        holding.hold(session, wish(slot), caller=shop.caller, now=now - timedelta(minutes=15))
        session.refresh(slot)
        free = queries.left(session, [slot], now=now)[slot.id]
        assert (free.count, free.weight_g, free.parcels) == (2, 3000, None)


class TestAtAPoint:
    @pytest.fixture
    def point_slot(self, session: Session, shop: Shop, now: datetime) -> Slot:
        point = factories.pickup_point(session, carrier=shop.carrier, kind=PointKind.LOCKER, opening_hours="24/7")
        sides = {"length_mm": 600, "width_mm": 400, "height_mm": 200, "most_weight_g": None}
        session.add(Compartment(point_id=point.id, name="A1", size="M", **sides))
        session.flush()
        return factories.slot(session, starts_at=tomorrow(now), point=point)

    def rents(self, session: Session, made: Hold) -> list[RentState]:
        session.flush()
        asked = session.query(Rent).where(Rent.hold_id == made.id).populate_existing()
        return [each.state for each in asked]

    def test_keeps_a_compartment_too_and_frees_it_with_the_place(
        self, session: Session, shop: Shop, point_slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(point_slot), caller=shop.caller, now=now)
        assert self.rents(session, made) == [RentState.RESERVED]
        with pytest.raises(PointFull):
            holding.hold(session, wish(point_slot), caller=shop.caller, now=now)

        holding.release(session, made.id, caller=shop.caller, now=now)
        assert self.rents(session, made) == [RentState.RELEASED]
        assert holding.hold(session, wish(point_slot), caller=shop.caller, now=now)

    def test_takes_no_notice_of_an_address(self, session: Session, shop: Shop, point_slot: Slot, now: datetime) -> None:
        nowhere = DraftAddress(text="No such street 1")
        made = holding.hold(session, wish(point_slot, address=nowhere), caller=shop.caller, now=now)
        assert (made.place, made.address_text) == (None, None)

    def test_is_refused_where_no_city_is_imported(
        self, session: Session, shop: Shop, point_slot: Slot, now: datetime
    ) -> None:
        factories.city(session)
        point_of(session, point_slot).place = Point(25.1, 60.17)
        session.flush()
        with pytest.raises(OutsideCity):
            holding.hold(session, wish(point_slot), caller=shop.caller, now=now)

    @pytest.mark.parametrize(
        ("of", "refusal"),
        [({"services": ["return"]}, NothingCollectedHere), ({"opening_hours": "2020 Mo 10:00-12:00"}, PointClosed)],
    )
    def test_is_refused_where_nobody_could_collect(
        self, session: Session, shop: Shop, now: datetime, of: dict[str, object], refusal: type[Exception]
    ) -> None:
        point = factories.pickup_point(session, carrier=shop.carrier, **of)
        slot = factories.slot(session, starts_at=tomorrow(now), point=point)
        with pytest.raises(refusal):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)

    def test_frees_the_compartment_when_the_hold_lapses(
        self, session: Session, shop: Shop, point_slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(point_slot), caller=shop.caller, now=now)
        assert holding.hold(session, wish(point_slot), caller=shop.caller, now=made.expires_at)
        assert self.rents(session, made) == [RentState.RELEASED]

    def test_finds_the_compartment_of_one_that_lapsed_in_another_slot(
        self, session: Session, shop: Shop, point_slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(point_slot), caller=shop.caller, now=now)
        other = factories.slot(session, starts_at=point_slot.ends_at, point=point_of(session, point_slot))
        with pytest.raises(PointFull):
            holding.hold(session, wish(other), caller=shop.caller, now=now)

        assert holding.hold(session, wish(other), caller=shop.caller, now=made.expires_at)
        assert (made.state, self.rents(session, made)) == (HoldState.LAPSED, [RentState.RELEASED])

    def test_hands_the_compartment_on_to_the_delivery(
        self, session: Session, shop: Shop, point_slot: Slot, now: datetime
    ) -> None:
        made = holding.hold(session, wish(point_slot), caller=shop.caller, now=now)
        booked = confirming.confirm(session, made.id, NEW, caller=shop.caller, now=now)

        rent = session.query(Rent).where(Rent.hold_id == made.id).one()
        assert (rent.delivery_id, rent.state) == (booked.delivery_id, RentState.RESERVED)
        delivery = deliveries.by_ids(session, [rent.delivery_id or made.id])[0]
        assert delivery.pickup_point_id == point_slot.point_id
        assert delivery.promise is not None
        assert (delivery.promise.from_, delivery.promise.until) == (point_slot.starts_at, point_slot.ends_at)
        assert [each.ends_at for each in delivery.windows] == [point_slot.starts_at]


def template_of(session: Session, slot: Slot) -> SlotTemplate:
    return session.get_one(SlotTemplate, slot.template_id)


class TestTemplate:
    def test_that_is_disabled_harms_no_hold(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        made = holding.hold(session, wish(slot), caller=shop.caller, now=now)
        templates.disable_template(session, template_of(session, slot), caller=shop.caller, now=now)

        booked = confirming.confirm(session, made.id, NEW, caller=shop.caller, now=now)
        assert booked.state is HoldState.CONFIRMED
        with pytest.raises(SlotDisabled):
            holding.hold(session, wish(slot), caller=shop.caller, now=now)
        templates.enable_template(session, template_of(session, slot), caller=shop.caller, now=now)
