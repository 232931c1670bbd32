"""Two at once, with real commits: the last place goes to one, a hold is confirmed once, and ends in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text

from deliveries.models import Delivery
from kernel.database import Sessions
from kernel.errors import Refusal
from slots import confirming, holding, keeping, queries
from slots.keeping import HoldLapsed
from slots.models import Hold, HoldState, Slot
from tests import factories
from tests.slots.conftest import NEW, Shop, open_shop, tomorrow, wish


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Do all at once, each in a unit of work; return what became of each: `done`, or the refusal's name."""
    ready = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        ready.wait()
        try:
            deed()
        except Refusal as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def shop(committing: Engine) -> Shop:
    with Sessions.begin() as session:
        return open_shop(session)


@pytest.fixture
def slot(shop: Shop, now: datetime) -> Slot:
    with Sessions.begin() as session:
        return factories.slot(session, starts_at=tomorrow(now), zone=shop.zone, most_count=3)


def hold(shop: Shop, slot: Slot, now: datetime) -> UUID:
    with Sessions.begin() as session:
        return holding.hold(session, wish(slot), caller=shop.caller, now=now).id


def confirm(shop: Shop, hold_id: UUID, now: datetime) -> None:
    # As the app's unit of work does: what a refusal keeps is committed.
    kept: Refusal | None = None
    with Sessions.begin() as session:
        try:
            confirming.confirm(session, hold_id, NEW, caller=shop.caller, now=now)
        except Refusal as refusal:
            if not refusal.keeps:
                raise
            kept = refusal
    if kept is not None:
        raise kept


def release(shop: Shop, hold_id: UUID, now: datetime) -> None:
    with Sessions.begin() as session:
        holding.release(session, hold_id, caller=shop.caller, now=now)


def sweep(shop: Shop, slot: Slot, now: datetime) -> None:
    with Sessions.begin() as session:
        locked = queries.slot(session, slot.id, carrier_id=shop.carrier.id, for_update=True)
        keeping.lapse_overdue(session, locked, now=now)


def counted(slot: Slot) -> tuple[int, int]:
    """Return what the slot says is taken, and how many live holds there are."""
    with Sessions.begin() as session:
        taken = session.scalars(select(Slot.taken_count).where(Slot.id == slot.id)).one()
        live = select(func.count()).where(Hold.slot_id == slot.id, Hold.state.in_(["held", "confirmed"]))
        return taken, session.scalars(live).one()


def states(ids: Sequence[UUID]) -> list[HoldState]:
    with Sessions.begin() as session:
        return list(session.scalars(select(Hold.state).where(Hold.id.in_(ids)).order_by(Hold.id)))


class TestTheLastPlaces:
    def test_go_to_as_many_as_there_are(self, shop: Shop, slot: Slot, now: datetime) -> None:
        outcomes = at_once(*[lambda: hold(shop, slot, now)] * 12)

        assert sorted(outcomes) == ["SlotFull"] * 9 + ["done"] * 3
        assert counted(slot) == (3, 3)

    def test_are_forbidden_to_more_by_the_database_itself(
        self, shop: Shop, slot: Slot, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(holding, "check", lambda *_, **__: None)
        outcomes = at_once(*[lambda: hold(shop, slot, now)] * 12)

        assert sorted(outcomes) == ["SlotFull"] * 9 + ["done"] * 3
        assert counted(slot) == (3, 3)


class TestOneHold:
    def test_is_confirmed_once_by_two(self, shop: Shop, slot: Slot, now: datetime) -> None:
        held = hold(shop, slot, now)
        outcomes = at_once(*[lambda: confirm(shop, held, now)] * 4)

        assert outcomes == ["done"] * 4
        with Sessions.begin() as session:
            assert session.scalar(select(func.count()).select_from(Delivery)) == 1

    @pytest.mark.parametrize("round_", range(4))
    def test_is_confirmed_or_released_and_never_both(self, shop: Shop, slot: Slot, now: datetime, round_: int) -> None:
        held = hold(shop, slot, now)
        outcomes = at_once(lambda: confirm(shop, held, now), lambda: release(shop, held, now))

        (state,) = states([held])
        # Released first, it cannot be confirmed; confirmed first, the booking was cancelled.
        assert (state, outcomes) in [
            (HoldState.RELEASED, ["HoldEnded", "done"]),
            (HoldState.CANCELLED, ["done", "done"]),
        ]
        assert counted(slot) == (0, 0)

    @pytest.mark.parametrize("round_", range(4))
    def test_at_its_last_moment_is_confirmed_or_given_to_the_next(
        self, shop: Shop, slot: Slot, now: datetime, round_: int
    ) -> None:
        held = [hold(shop, slot, now) for _ in range(3)]
        lapse = now + holding.KEPT_FOR
        outcomes = at_once(
            lambda: confirm(shop, held[0], lapse - timedelta(microseconds=1)),
            lambda: confirm(shop, held[1], lapse),
            lambda: hold(shop, slot, lapse),
            lambda: sweep(shop, slot, lapse),
        )

        first, second, third = states(held)
        assert (outcomes[1], outcomes[2], second, third) == ("HoldLapsed", "done", HoldState.LAPSED, HoldState.LAPSED)
        assert (outcomes[0], first) in [("done", HoldState.CONFIRMED), ("HoldLapsed", HoldState.LAPSED)]
        assert counted(slot)[0] == counted(slot)[1] == (2 if outcomes[0] == "done" else 1)


def test_the_lapse_that_a_refusal_finds_is_written(shop: Shop, slot: Slot, now: datetime) -> None:
    held = hold(shop, slot, now)
    with pytest.raises(HoldLapsed):
        confirm(shop, held, now + holding.KEPT_FOR)

    assert states([held]) == [HoldState.LAPSED]
    assert counted(slot) == (0, 0)
    with Sessions.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM facts WHERE kind = 'hold.lapsed'")) == 1
