"""Whatever customers do in whatever order: never over capacity, and every hold ends in one way."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import Refusal
from slots import confirming, holding, keeping, queries
from slots.models import LIVE, Hold, HoldState, Slot
from tests import factories
from tests.slots.conftest import NEW, Shop, open_shop, tomorrow, wish

DEEDS = ("hold", "hold", "confirm", "release", "extend", "sweep", "wait")
# A deed, which of the holds it is done to, and how many parcels a new one has.
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), st.integers(1, 3)), max_size=14)
MOST_COUNT, MOST_WEIGHT_G = 3, 5000


class Day:
    """A slot and everybody's holds in it."""

    def __init__(self, session: Session, shop: Shop, slot: Slot, now: datetime) -> None:
        self.session, self.shop, self.slot, self.now = session, shop, slot, now
        self.holds: list[UUID] = []
        self.ends: dict[UUID, HoldState] = {}

    def step(self, deed: str, which: int, parcels: int) -> None:
        """Do it, or be refused; then look whether all is as it must be."""
        with contextlib.suppress(Refusal):
            self._do(deed, which, parcels)
        self._check()

    def _do(self, deed: str, which: int, parcels: int) -> None:
        by = {"caller": self.shop.caller, "now": self.now}
        if deed == "wait":
            self.now += timedelta(minutes=8)
        elif deed == "sweep":
            slot = queries.slot(self.session, self.slot.id, carrier_id=self.shop.carrier.id, for_update=True)
            keeping.lapse_overdue(self.session, slot, now=self.now)
        elif deed == "hold":
            self.holds.append(holding.hold(self.session, wish(self.slot, parcels=parcels), **by).id)
        elif self.holds:
            hold_id = self.holds[which % len(self.holds)]
            if deed == "confirm":
                confirming.confirm(self.session, hold_id, NEW, **by)
            elif deed == "release":
                holding.release(self.session, hold_id, **by)
            else:
                holding.extend(self.session, hold_id, **by)

    def _check(self) -> None:
        self.session.flush()
        self.session.refresh(self.slot)
        rows = self.session.scalars(select(Hold).where(Hold.slot_id == self.slot.id)).all()
        live = [hold for hold in rows if hold.state in LIVE]
        assert self.slot.taken_count == len(live) <= MOST_COUNT
        assert self.slot.taken_weight_g == sum(hold.weight_g for hold in live) <= MOST_WEIGHT_G
        for hold in rows:
            if hold.ended_at is not None:
                assert self.ends.setdefault(hold.id, hold.state) is hold.state
            assert (hold.delivery_id is not None) == (hold.confirmed_at is not None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_never_over_capacity_and_each_hold_ends_once(
    session: Session, now: datetime, steps: list[tuple[str, int, int]]
) -> None:
    with session.begin_nested() as example:
        shop = open_shop(session)
        slot = factories.slot(
            session, starts_at=tomorrow(now), zone=shop.zone, most_count=MOST_COUNT, most_weight_g=MOST_WEIGHT_G
        )
        day = Day(session, shop, slot, now)
        for step in steps:
            day.step(*step)
        example.rollback()
    session.expunge_all()
