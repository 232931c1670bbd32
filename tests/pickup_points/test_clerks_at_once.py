"""Two clerks do the same thing at once: the database decides, and only one of them has done it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from accounts.models import Role
from accounts.principals import Principal
from deliveries.models import DeliveryState
from kernel.database import Sessions
from kernel.errors import Refusal
from kernel.facts import FactRow
from pickup_points.counter import check_in, code_tries, handing_over, posts, stock_taking, unlocking
from pickup_points.counter.check_in import Scan
from pickup_points.counter.code_tries import FREE, CodesLocked
from pickup_points.counter.judging import Asked
from pickup_points.counter.models import Post, Receiver
from pickup_points.stays.collection_codes import code_of
from tests import factories

AT_ONCE = 6


class Shop:
    """A counter whose rows are committed, with one clerk and one parcel that comes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        with Sessions.begin() as session:
            carrier = factories.carrier(session)
            point = factories.pickup_point(session, carrier=carrier, opening_hours="24/7")
            clerk = factories.person(session, role=Role.COUNTER, organisation=carrier)
            session.add(Post(point_id=point.id, person_id=clerk.id, since=now))
            delivery = factories.delivery(
                session,
                merchant=factories.merchant(session, served_by=carrier),
                state=DeliveryState.OUT_FOR_DELIVERY,
            )
            factories.stay(session, point=point, of=delivery)
            self.caller = Principal(
                id=clerk.id, organisation_id=carrier.id, carrier_id=carrier.id, is_carrier=True, role=Role.COUNTER
            )
            self.delivery_id, self.point_id = delivery.id, point.id
            self.label = str(delivery.parcels[0].id)

    @property
    def code(self) -> str:
        return code_of(point_id=self.point_id, delivery_id=self.delivery_id)

    def check_in(self, session: Session) -> UUID:
        seat = posts.seat(session, None, caller=self.caller)
        (outcome,) = check_in.check_in(session, seat, [Scan(self.label)], told=None, now=self.now).outcomes
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome.id


def all_at_once(deed: Callable[[Session], object]) -> list[str]:
    """Do it on several connections at the same moment; return how each ended, sorted."""
    ready = Barrier(AT_ONCE)

    def one(_: int) -> str:
        with Sessions() as session:
            ready.wait(timeout=20)
            try:
                with session.begin():
                    deed(session)
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


class TestCheckIn:
    def test_of_one_parcel_is_done_once(self, committing: Engine, now: datetime) -> None:
        shop = Shop(now)
        assert all_at_once(shop.check_in) == ["CheckedInAlready"] * (AT_ONCE - 1) + ["done"]
        with Sessions() as session:
            assert len(session.scalars(select(FactRow).where(FactRow.kind == "stay.ready")).all()) == 1


class TestHandOver:
    def test_of_one_parcel_is_done_once(self, committing: Engine, now: datetime) -> None:
        shop = Shop(now)
        with Sessions.begin() as session:
            shop.check_in(session)

        def hand_over(session: Session) -> None:
            seat = posts.seat(session, None, caller=shop.caller)
            handing_over.hand_over(session, seat, Asked(Receiver.RECIPIENT, codes=(shop.code,)), now=now)

        assert all_at_once(hand_over) == ["WrongCode"] * (AT_ONCE - 1) + ["done"]
        with Sessions() as session:
            assert len(session.scalars(select(FactRow).where(FactRow.kind == "stay.collected")).all()) == 1


class TestStockTake:
    def test_of_one_point_is_open_once(self, committing: Engine, now: datetime) -> None:
        shop = Shop(now)

        def count(session: Session) -> None:
            seat = posts.seat(session, None, caller=shop.caller)
            stock_taking.take_stock(session, seat, [], now=now)

        assert all_at_once(count) == ["StockTakeOpen"] * (AT_ONCE - 1) + ["done"]


class TestGuessing:
    def test_counts_every_try_of_many_at_once(self, committing: Engine, now: datetime) -> None:
        shop = Shop(now)

        def guess(session: Session) -> None:
            seat = posts.seat(session, None, caller=shop.caller)
            tries = code_tries.require_open(session, seat, now=now)
            code_tries.count_wrong(tries, now=now)

        assert AT_ONCE == FREE + 1
        assert all_at_once(guess) == ["CodesLocked"] + ["done"] * FREE
        with Sessions.begin() as session:
            seat = posts.seat(session, None, caller=shop.caller)
            with pytest.raises(CodesLocked):
                unlocking.opened_by(session, seat, [shop.code], now=now)
