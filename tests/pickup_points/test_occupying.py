"""Doors that are filled and emptied, too late and too early; what others had reserved there moves on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery, DeliveryState
from kernel.facts import FactRow
from pickup_points.lockers.compartments import change_door
from pickup_points.models import Compartment, PickupPoint, Rent, RentState, Stay
from pickup_points.room import occupying
from pickup_points.room.reserving import assign, reserve
from pickup_points.stays import staying
from tests import factories
from tests.conftest import NOW
from tests.pickup_points.locker_rows import door, locker, parcel, point

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def kept(session: Session, at: PickupPoint, *, day: int, days: int = 1, occupied: bool = False) -> Rent:
    starts_at = NOW + day * DAY
    span = {"starts_at": starts_at, "ends_at": starts_at + days * DAY}
    (rent,) = reserve(session, at, [parcel()], **span, hold_id=uuid4(), delivery_id=None, now=NOW)
    if occupied:
        rent.state = RentState.OCCUPIED
        session.flush()
    return rent


def expected(session: Session, at: PickupPoint) -> tuple[Delivery, Stay]:
    """A delivery on its way to the point, and the stay of its parcel."""
    shop = factories.merchant(session)
    made = factories.delivery(session, merchant=shop, state=DeliveryState.OUT_FOR_DELIVERY)
    return made, factories.stay(session, point=at, of=made)


def kinds(session: Session, at: PickupPoint) -> list[str]:
    return list(session.scalars(select(FactRow.kind).where(FactRow.aggregate_id == at.id).order_by(FactRow.seq)))


class TestOverstay:
    def test_moves_who_comes_next_to_another_door(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        late, following = kept(session, at, day=0, occupied=True), kept(session, at, day=1)
        spare = door(session, at, name="2", size="S")

        occupying.keep_up(session, now=NOW + DAY - HOUR)

        assert late.ends_at == NOW + DAY - HOUR + occupying.LONGER
        assert (following.state, following.displaced_at) == (RentState.RELEASED, None)
        (moved,) = session.scalars(select(Rent).where(Rent.compartment_id == spare.id))
        assert (moved.starts_at, moved.hold_id) == (following.starts_at, following.hold_id)
        assert kinds(session, at)[-2:] == ["room.moved", "room.overstayed"]

    def test_flags_who_comes_next_when_there_is_no_other_door(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        kept(session, at, day=0, occupied=True)
        following = kept(session, at, day=1)
        occupying.keep_up(session, now=NOW + DAY)
        assert following.displaced_at == NOW + DAY
        assert "room.lost" in kinds(session, at)

    def test_leaves_who_comes_after_it_is_expected_to_be_free(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        kept(session, at, day=0, occupied=True)
        later = kept(session, at, day=3)
        occupying.keep_up(session, now=NOW + DAY)
        assert later.state is RentState.RESERVED

    def test_touches_nothing_that_has_time(self, session: Session) -> None:
        at = locker(session, {"S": 2})
        kept(session, at, day=0, days=2, occupied=True)
        assert occupying.keep_up(session, now=NOW + DAY) == 0

    def test_frees_what_nobody_came_with(self, session: Session) -> None:
        rent = kept(session, locker(session, {"S": 1}), day=0)
        assert occupying.keep_up(session, now=NOW + DAY) == 1
        assert rent.state is RentState.RELEASED


class TestOutOfOrder:
    def test_moves_what_is_reserved_there(self, session: Session) -> None:
        at = locker(session, {"S": 1, "M": 1})
        rent = kept(session, at, day=1)
        assert rent.compartment_id is not None
        change_door(
            session, session.get_one(Compartment, rent.compartment_id), {"out_of_order": "jams"}, now=NOW, by=None
        )
        (moved,) = session.scalars(select(Rent).where(Rent.state == RentState.RESERVED))
        assert moved.compartment_id != rent.compartment_id
        assert kinds(session, at)[-2:] == ["room.moved", "compartment.out_of_order"]


class TestStay:
    def test_fills_the_door_that_was_kept_and_frees_it(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        delivery, stay = expected(session, at)
        rent = kept(session, at, day=1)
        assert rent.hold_id is not None
        assign(session, hold_id=rent.hold_id, delivery_id=delivery.id, now=NOW)
        assert stay.rent_id == rent.id

        staying.check_in(session, stay, delivery=delivery, now=NOW, by=None)
        assert (rent.state, rent.starts_at) == (RentState.OCCUPIED, NOW)

        staying.make_ready(session, stay, expires_at=NOW + DAY, now=NOW, by=None)
        staying.collect(session, stay, delivery=delivery, now=NOW + HOUR, by=None)
        assert (rent.state, rent.released_at) == (RentState.RELEASED, NOW + HOUR)

    def test_takes_a_place_of_a_counter_that_counts(self, session: Session) -> None:
        at = point(session, most_parcels=1)
        for place in (1, None):
            delivery, stay = expected(session, at)
            staying.check_in(session, stay, delivery=delivery, now=NOW, by=None)
            rent = None if stay.rent_id is None else session.get_one(Rent, stay.rent_id)
            assert (rent.place if rent else None) == place

    def test_that_is_cancelled_frees_what_was_kept(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        delivery, stay = expected(session, at)
        span = {"starts_at": NOW, "ends_at": NOW + DAY}
        (rent,) = reserve(session, at, [parcel()], **span, hold_id=None, delivery_id=delivery.id, now=NOW)
        staying.cancel(session, stay, now=NOW, by=None)
        assert rent.state is RentState.RELEASED
