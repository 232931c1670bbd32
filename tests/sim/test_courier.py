"""A courier whose time passes as told, and whose answers are slow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from sim.clock import ServerClock
from sim.courier import WORKING_BEHIND, Courier, Habits
from sim.diary import Diary, Visit
from sim.outbox import Outbox
from sim.phone import Phone
from sim.rounds import Drop, Round, Stop, Window

EIGHT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEADY = Habits(street_spread=0.0, service_spread=0.0, failing_share=0.0)


@dataclass(frozen=True)
class ToldClock(ServerClock):
    """Time that passes only when somebody sleeps."""

    moments: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moments[-1] if self.moments else self.at

    async def sleep_until(self, when: datetime) -> None:
        if when > self.now():
            self.moments.append(when)


@dataclass
class SlowServer:
    """Lets time pass before it says that nothing is new."""

    clock: ToldClock
    takes: timedelta
    told: list[dict[str, Any]]

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        if method == "GET":
            await self.clock.sleep_until(self.clock.now() + self.takes)
            return httpx.Response(304)
        self.told.append(rest["json"])
        return httpx.Response(200, json={"items": []})


def stop(number: int, *, starts_after: timedelta = timedelta()) -> Stop:
    """A stop each two minutes: one on the way, one at the door."""
    arrives_at = EIGHT + (2 * number - 1) * MINUTE
    drop = Drop(f"d{number}", "Aino", "Katu 1", (), None, withdrawn=False)
    place = (0.0, 0.001 * number)
    return Stop(
        f"s{number}", number, "planned", place, arrives_at, arrives_at + starts_after, 60, 60, 111, False, (drop,)
    )


def drive(
    *stops: Stop,
    breaks: tuple[Window, ...] = (),
    answer_takes: timedelta = timedelta(),
    told: list[dict[str, Any]] | None = None,
) -> list[Visit]:
    """Return what happened at each stop of a round that begins at eight; `told` takes what the server is told."""
    line = ((0.0, 0.0), *(one.place for one in stops), (0.0, 0.0))
    round_ = Round("r", "p", "k", "bicycle", EIGHT, EIGHT + 60 * MINUTE, 666, line, breaks, stops)
    clock = ToldClock(EIGHT, speed=60.0)
    server: Any = SlowServer(clock, answer_takes, [] if told is None else told)
    phone = Phone(clock, Random(1), Outbox(server, covered=lambda: True, now=clock.now), timedelta())
    diary = Diary()
    courier = Courier("Kalle", server, phone, clock, Random(1), STEADY, diary, round_)
    asyncio.run(courier.work())
    return list(diary.visits.values())


class TestRound:
    def test_is_not_slowed_by_slow_answers(self) -> None:
        visits = drive(stop(1), stop(2), stop(3), answer_takes=40 * timedelta(seconds=1))
        assert [visit.arrived_at for visit in visits] == [EIGHT + 1 * MINUTE, EIGHT + 3 * MINUTE, EIGHT + 5 * MINUTE]

    def test_waits_where_no_answer_comes_for_long(self) -> None:
        (visit,) = drive(stop(1), answer_takes=10 * MINUTE)
        assert visit.arrived_at == EIGHT + 11 * MINUTE - WORKING_BEHIND

    def test_rests_at_the_stop_where_the_plan_says_so(self) -> None:
        rest = Window(EIGHT + 3 * MINUTE, EIGHT + 18 * MINUTE)
        visits = drive(stop(1), stop(2, starts_after=15 * MINUTE), breaks=(rest,))
        assert (visits[1].arrived_at, visits[1].started_at) == (EIGHT + 3 * MINUTE, EIGHT + 18 * MINUTE)

    def test_rests_before_driving_off_where_the_plan_says_so(self) -> None:
        rest = Window(EIGHT + 2 * MINUTE, EIGHT + 2 * MINUTE + timedelta(seconds=30))
        visits = drive(stop(1), stop(2), breaks=(rest,))
        assert visits[1].arrived_at == EIGHT + 3 * MINUTE + timedelta(seconds=30)

    def test_fetches_parcels_and_loads_again_on_the_way(self) -> None:
        fetching = replace(stop(1), drops=(), fetches=("d2",))
        loading = replace(stop(3), drops=())
        told: list[dict[str, Any]] = []

        visits = drive(fetching, stop(2), loading, told=told)

        done = [each["outcomes"] for each in told if each.get("kind") == "done"]
        assert [visit.delivery_id for visit in visits] == ["d2"]
        assert done[0] == [{"delivery_id": "d2", "outcome": "picked_up"}]
        assert (len(done[1]), done[2]) == (1, [])
