"""Keeping room at a point: what is kept, and that the database lets nobody have it twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.database import Sessions, violated
from kernel.facts import FactRow
from pickup_points.models import Compartment, PickupPoint, Rent, RentState
from pickup_points.room.free import free_room
from pickup_points.room.reserving import (
    Measures,
    NothingFits,
    PointFull,
    PointTakesNothing,
    assign,
    release,
    rent_of,
    reserve,
)
from tests.conftest import NOW
from tests.factories import delivery, merchant
from tests.pickup_points.locker_rows import booked, door, locker, parcel, point

DAY = timedelta(days=1)
SMALL, MEDIUM, LARGE = parcel(), parcel(400, 300, 150), parcel(600, 370, 400)


def keep(
    session: Session, at: PickupPoint, *parcels: Measures, day: int = 0, days: int = 1, **given: Any
) -> list[Rent]:
    starts_at = NOW + day * DAY
    given = {"hold_id": uuid4(), "delivery_id": None} | given
    return reserve(session, at, parcels, starts_at=starts_at, ends_at=starts_at + days * DAY, now=NOW, **given)


def sizes(session: Session, rents: list[Rent]) -> list[str]:
    ids = [rent.compartment_id for rent in rents]
    return sorted(session.scalars(select(Compartment.size).where(Compartment.id.in_(ids))))


class TestReserve:
    def test_takes_the_smallest_door_that_fits(self, session: Session) -> None:
        at = locker(session, {"L": 1, "M": 1, "S": 1})
        assert sizes(session, keep(session, at, SMALL)) == ["S"]
        assert sizes(session, keep(session, at, MEDIUM)) == ["M"]

    def test_takes_the_next_size_when_the_small_ones_are_gone(self, session: Session) -> None:
        at = locker(session, {"S": 1, "M": 1, "L": 1})
        assert [sizes(session, keep(session, at, SMALL)) for _ in range(3)] == [["S"], ["M"], ["L"]]

    def test_keeps_one_recipients_parcels_together(self, session: Session) -> None:
        at = locker(session, {"S": 4, "M": 1, "L": 1})
        (rent,) = keep(session, at, SMALL, MEDIUM)
        assert sizes(session, [rent]) == ["M"]
        assert [each["parcel"] for each in rent.parcels] == [0, 1]

    def test_puts_them_side_by_side_when_no_door_takes_all(self, session: Session) -> None:
        at = locker(session, {"M": 2, "L": 1})
        rents = keep(session, at, LARGE, MEDIUM)
        assert sizes(session, rents) == ["L", "M"]
        assert rent_of(rents)[0].compartment_id != rent_of(rents)[1].compartment_id

    def test_passes_by_doors_that_are_out_of_order_or_removed(self, session: Session) -> None:
        at = locker(session, {"L": 1})
        door(session, at, name="broken", size="S", out_of_order_at=NOW)
        door(session, at, name="gone", size="S", removed_at=NOW)
        assert sizes(session, keep(session, at, SMALL)) == ["L"]
        with pytest.raises(PointFull):
            keep(session, at, SMALL)

    def test_gives_one_door_to_two_when_their_times_only_touch(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        (first,), (second,) = keep(session, at, SMALL, day=0), keep(session, at, SMALL, day=1)
        assert first.compartment_id == second.compartment_id

    def test_is_refused_when_the_times_overlap(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        keep(session, at, SMALL, day=1)
        with pytest.raises(PointFull) as refused:
            keep(session, at, SMALL, day=0, days=2)
        assert refused.value.facts["room_for"] == 0

    def test_names_the_parcels_that_fit_no_door(self, session: Session) -> None:
        at = locker(session, {"S": 2})
        with pytest.raises(NothingFits) as refused:
            keep(session, at, SMALL, LARGE, parcel(weight_g=25_001))
        assert refused.value.facts["parcels"] == [1, 2]

    def test_takes_a_parcel_of_unknown_sides_behind_the_smallest_door_that_carries_it(self, session: Session) -> None:
        at = locker(session, {"M": 1, "L": 1})
        door(session, at, name="weak", size="S", most_weight_g=500)
        assert sizes(session, keep(session, at, parcel(None, None, None))) == ["M"]

    def test_is_refused_by_a_point_that_takes_nothing(self, session: Session) -> None:
        with pytest.raises(PointTakesNothing):
            keep(session, locker(session, {"S": 1}, suspended_at=NOW), SMALL)

    def test_keeps_nothing_at_a_counter_that_does_not_count(self, session: Session) -> None:
        assert keep(session, point(session), SMALL) == []

    def test_keeps_a_place_for_each_parcel_at_a_counter_that_counts(self, session: Session) -> None:
        at = point(session, most_parcels=3)
        assert [rent.place for rent in keep(session, at, SMALL, SMALL)] == [1, 2]
        with pytest.raises(PointFull):
            keep(session, at, SMALL, SMALL)
        assert [rent.place for rent in keep(session, at, SMALL)] == [3]

    def test_is_told(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        (rent,) = keep(session, at, SMALL)
        (fact,) = session.scalars(select(FactRow).where(FactRow.aggregate_id == at.id))
        assert (fact.kind, fact.data["rent_ids"]) == ("room.reserved", [str(rent.id)])


class TestRelease:
    def test_makes_the_room_free_at_once(self, session: Session) -> None:
        at, hold_id = locker(session, {"S": 1}), uuid4()
        keep(session, at, SMALL, hold_id=hold_id)
        release(session, hold_id=hold_id, now=NOW)
        keep(session, at, SMALL)

    def test_leaves_what_lies_behind_a_door(self, session: Session) -> None:
        at, hold_id = locker(session, {"S": 1}), uuid4()
        (rent,) = keep(session, at, SMALL, hold_id=hold_id)
        rent.state = RentState.OCCUPIED
        session.flush()
        assert release(session, hold_id=hold_id, now=NOW) == []
        assert rent.state is RentState.OCCUPIED

    def test_leaves_what_others_hold(self, session: Session) -> None:
        at = locker(session, {"S": 1})
        keep(session, at, SMALL)
        assert release(session, hold_id=uuid4(), now=NOW) == []
        with pytest.raises(PointFull):
            keep(session, at, SMALL)


class TestAssign:
    def test_makes_the_holds_room_the_deliverys(self, session: Session) -> None:
        at, hold_id = locker(session, {"S": 1}), uuid4()
        promised = delivery(session, merchant=merchant(session))
        keep(session, at, SMALL, hold_id=hold_id)
        (rent,) = assign(session, hold_id=hold_id, delivery_id=promised.id, now=NOW)
        assert rent.delivery_id == promised.id
        assert release(session, delivery_id=promised.id, now=NOW) == [rent]


class TestDatabase:
    """With none of the application's checks."""

    def test_gives_no_door_to_two_at_once(self, session: Session) -> None:
        (rent,) = keep(session, locker(session, {"S": 1}), SMALL)
        again = {"point_id": rent.point_id, "compartment_id": rent.compartment_id, "state": RentState.RESERVED}
        overlap = {"starts_at": rent.ends_at - timedelta(seconds=1), "ends_at": rent.ends_at + DAY}
        self.refuses(session, "ex_compartment_rents_one_at_a_time", **again, **overlap)

    def test_gives_no_place_to_two_at_once(self, session: Session) -> None:
        (rent,) = keep(session, point(session, most_parcels=2), SMALL)
        again = {"point_id": rent.point_id, "place": 1, "places": 2, "state": RentState.OCCUPIED}
        span = {"starts_at": rent.starts_at, "ends_at": rent.ends_at}
        self.refuses(session, "ex_compartment_rents_one_in_a_place", **again, **span)

    def test_has_no_place_beyond_the_count(self, session: Session) -> None:
        at = point(session, most_parcels=2)
        span = {"starts_at": NOW, "ends_at": NOW + DAY, "state": RentState.RESERVED}
        self.refuses(session, "ck_compartment_rents_place_within_count", point_id=at.id, place=3, places=2, **span)
        self.refuses(session, "fk_compartment_rents_point_id_places", point_id=at.id, place=3, places=3, **span)

    def test_lowers_no_count_below_a_place_in_use(self, session: Session) -> None:
        at = point(session, most_parcels=2)
        keep(session, at, SMALL, SMALL)
        at.most_parcels = 1
        with pytest.raises(IntegrityError) as error, session.begin_nested():
            session.flush()
        assert violated(error.value) == "ck_compartment_rents_place_within_count"

    def test_lowers_a_count_to_the_places_in_use(self, session: Session) -> None:
        at = point(session, most_parcels=9)
        keep(session, at, SMALL)
        at.most_parcels = 1
        session.flush()
        assert session.scalars(select(Rent.places).execution_options(populate_existing=True)).all() == [1]

    def refuses(self, session: Session, constraint: str, **columns: Any) -> None:
        written = insert(Rent).values(id=uuid4(), hold_id=uuid4(), **booked(NOW), **columns)
        with pytest.raises(IntegrityError) as error, session.begin_nested():
            session.execute(written)
        assert violated(error.value) == constraint


def rush(many: int, point_id: UUID, *parcels: Measures) -> Counter[str]:
    """Reserve so many times at once, on connections of their own; return how often each thing came of it."""
    barrier = Barrier(many)

    def one(_: int) -> str:
        barrier.wait()
        try:
            with Sessions.begin() as session:
                keep(session, session.get_one(PickupPoint, point_id), *parcels)
        except PointFull:
            return "full"
        return "kept"

    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(one, range(many)))


class TestRush:
    def test_of_200_on_10_doors_has_10_winners(self, committing: Engine) -> None:
        with Sessions.begin() as session:
            point_id = locker(session, {"S": 4, "M": 4, "L": 2}).id
        assert rush(200, point_id, SMALL) == {"kept": 10, "full": 190}
        with Sessions.begin() as session:
            assert session.scalar(select(func.count(Rent.compartment_id.distinct()))) == 10

    def test_on_a_counter_fills_it_and_no_more(self, committing: Engine) -> None:
        with Sessions.begin() as session:
            point_id = point(session, most_parcels=10).id
        assert rush(16, point_id, SMALL, SMALL) == {"kept": 5, "full": 11}

    def test_for_several_doors_each_ends_without_a_deadlock(self, committing: Engine) -> None:
        with Sessions.begin() as session:
            point_id = locker(session, {"L": 9}).id
        assert rush(12, point_id, LARGE, LARGE) == {"kept": 4, "full": 8}


class TestRoom:
    def room(self, session: Session, *points: PickupPoint, day: int = 0, days: int = 1) -> Any:
        at = NOW + day * DAY
        return free_room(session, [each.id for each in points], at=at, until=at + days * DAY)

    def test_counts_free_doors_by_size(self, session: Session) -> None:
        at, other = locker(session, {"S": 2, "L": 1}), locker(session, {"M": 1})
        door(session, at, name="broken", size="S", out_of_order_at=NOW)
        keep(session, at, SMALL, day=1)
        found = self.room(session, at, other, days=3)
        assert found[at.id].free == {"S": 1, "L": 1}
        assert found[other.id].free == {"M": 1}
        assert self.room(session, at)[at.id].free == {"S": 2, "L": 1}

    def test_counts_free_places(self, session: Session) -> None:
        counts, uncounted = point(session, most_parcels=5), point(session)
        keep(session, counts, SMALL, SMALL)
        found = self.room(session, counts, uncounted)
        assert (found[counts.id].free_places, found[uncounted.id].free_places) == (3, None)

    def test_takes_what_can_then_be_reserved(self, session: Session) -> None:
        at = locker(session, {"S": 1, "L": 1})
        keep(session, at, LARGE)
        room = self.room(session, at)[at.id]
        assert room.takes([SMALL])
        assert not room.takes([MEDIUM])
        assert room.could_take([MEDIUM])
        assert not room.could_take([parcel(700)])

    def test_of_a_locker_without_doors_is_none(self, session: Session) -> None:
        at = locker(session, {})
        assert self.room(session, at)[at.id].is_full
        with pytest.raises(NothingFits):
            keep(session, at, SMALL)
