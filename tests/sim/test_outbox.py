"""What a phone tells, in order, through gaps in coverage."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from sim.calls import Refused
from sim.clock import ServerClock
from sim.line import Track, metres
from sim.outbox import POSITIONS_IN_A_BATCH, Fix, Message, Outbox
from sim.phone import Coverage, Movement, Phone

START = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
SOUTH, NORTH = (24.9, 60.0), (24.9, 60.01)


@dataclass
class Recorded:
    """Takes what is sent."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    refuses: str = ""

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        body = rest["json"]
        self.sent.append((path, body))
        request = httpx.Request(method, "http://server" + path)
        if path == self.refuses:
            raise Refused(httpx.Response(409, json={"type": "/problems/no"}, request=request))
        items = [{"index": i, "verdict": "accepted"} for i, _ in enumerate(body.get("positions", []))]
        return httpx.Response(200, json={"items": items}, request=request)


def fix(second: int) -> Fix:
    return Fix(START + timedelta(seconds=second), SOUTH, 5, 3, 0, 90)


def run(outbox: Outbox) -> None:
    async def send() -> None:
        running = asyncio.create_task(outbox.run())
        await asyncio.wait_for(outbox.emptied(), timeout=5)
        running.cancel()

    asyncio.run(send())


class TestOutbox:
    def test_keeps_everything_in_order_while_there_is_no_coverage(self) -> None:
        server, covered = Recorded(), False
        outbox = Outbox(server, covered=lambda: covered, now=lambda: START)
        outbox.add_fix(fix(0))
        outbox.add_fix(fix(5))
        outbox.add(Message("/arrived", {}))
        outbox.add_fix(fix(10))
        outbox.add(Message("/done", {}))

        async def send() -> None:
            nonlocal covered
            running = asyncio.create_task(outbox.run())
            await asyncio.sleep(0.3)
            assert (server.sent, len(outbox)) == ([], 4)
            covered = True
            await asyncio.wait_for(outbox.emptied(), timeout=5)
            running.cancel()

        asyncio.run(send())
        assert [path for path, _ in server.sent] == [
            "/v1/driver/positions",
            "/arrived",
            "/v1/driver/positions",
            "/done",
        ]
        assert [len(server.sent[i][1]["positions"]) for i in (0, 2)] == [2, 1]

    def test_fills_batches_to_the_most_that_is_taken(self) -> None:
        server = Recorded()
        outbox = Outbox(server, covered=lambda: True, now=lambda: START)
        for i in range(POSITIONS_IN_A_BATCH + 1):
            outbox.add_fix(fix(i))
        run(outbox)
        assert [len(body["positions"]) for _, body in server.sent] == [POSITIONS_IN_A_BATCH, 1]
        assert outbox.verdicts == {"accepted": POSITIONS_IN_A_BATCH + 1}

    def test_notes_how_late_each_batch_was(self) -> None:
        outbox = Outbox(Recorded(), covered=lambda: True, now=lambda: START + timedelta(minutes=1))
        outbox.add_fix(fix(0))
        outbox.add_fix(fix(5))
        run(outbox)
        assert outbox.delays == [timedelta(seconds=55)]

    def test_goes_on_behind_a_refusal(self) -> None:
        server = Recorded(refuses="/arrived")
        outbox = Outbox(server, covered=lambda: True, now=lambda: START)
        outbox.add(Message("/arrived", {}))
        outbox.add(Message("/done", {}))
        run(outbox)
        assert [path for path, _ in server.sent] == ["/arrived", "/done"]
        assert [one.kind for one in outbox.refused] == ["no"]


class TestCoverage:
    def test_has_gaps_that_end(self) -> None:
        coverage = Coverage.after(START, Random(1))
        seen = [coverage.at(START + timedelta(minutes=minute)) for minute in range(600)]
        assert seen[0]
        assert 0.02 < seen.count(False) / len(seen) < 0.3


class TestPhone:
    def phone(self, *, skew_s: float = 0) -> Phone:
        outbox = Outbox(Recorded(), covered=lambda: False, now=lambda: START)
        return Phone(ServerClock(START, 60), Random(1), outbox, timedelta(seconds=skew_s))

    def fixes(self, phone: Phone) -> list[dict[str, Any]]:
        return [one.body() for batch in phone.outbox._waiting if isinstance(batch, list) for one in batch]

    def test_measures_each_five_seconds_by_its_own_clock(self) -> None:
        phone = self.phone(skew_s=2)
        phone.move(Movement(Track.through([SOUTH, NORTH]), START, START + timedelta(minutes=5)))
        phone.measure(START + timedelta(seconds=12))
        phone.measure(START + timedelta(seconds=21))
        times = [datetime.fromisoformat(one["device_time"]) for one in self.fixes(phone)]
        assert times == [START + timedelta(seconds=2 + after) for after in (0, 5, 10, 15, 20)]

    def test_follows_the_street_within_the_receivers_error(self) -> None:
        phone = self.phone()
        track = Track.through([SOUTH, NORTH])
        movement = Movement(track, START, START + timedelta(minutes=5))
        phone.move(movement)
        phone.measure(START + timedelta(minutes=6))
        for i, one in enumerate(self.fixes(phone)):
            true = track.at(movement.distance_m(START + timedelta(seconds=5 * i)))
            assert metres(true, tuple(one["place"]["coordinates"])) < 16
        assert self.fixes(phone)[-1]["speed_mps"] == 0

    def test_tells_where_it_was_before_it_tells_what_happened(self) -> None:
        phone = self.phone()
        phone.move(Movement(Track.through([SOUTH, NORTH]), START, START + timedelta(seconds=30)))
        phone.report("arrived", stop_id="s", at=START + timedelta(seconds=30))
        positions, event = phone.outbox._waiting
        assert isinstance(positions, list)
        assert len(positions) == 7
        assert isinstance(event, Message)
        assert event.path == "/v1/driver/stops/s/events"
