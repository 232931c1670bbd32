"""The server's clock, and the day that the demonstration plays."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from kernel import clock as server
from sim.clock import ServerClock, next_day, setting

EIGHT = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)


class TestServerClock:
    def test_runs_as_fast_as_the_servers(self) -> None:
        clock = ServerClock(EIGHT, 600)
        asyncio.run(clock.sleep_until(EIGHT + timedelta(seconds=60)))
        assert timedelta(seconds=60) <= clock.now() - EIGHT < timedelta(seconds=600)

    def test_does_not_wait_for_what_is_past(self) -> None:
        asyncio.run(ServerClock(EIGHT, 1).sleep_until(EIGHT - timedelta(days=1)))


class TestNextDay:
    def test_is_tomorrow(self) -> None:
        assert next_day(today=date(2026, 6, 15), last=None) == date(2026, 6, 16)

    def test_is_never_one_that_was_played(self) -> None:
        assert next_day(today=date(2026, 6, 15), last=date(2026, 6, 20)) == date(2026, 6, 21)
        assert next_day(today=date(2026, 6, 15), last=date(2026, 6, 1)) == date(2026, 6, 16)


class TestSetting:
    def test_is_read_by_the_server_as_it_was_meant(self) -> None:
        now = datetime(2026, 6, 14, 20, 0, tzinfo=UTC)
        read = server.parse(setting(starts_at=EIGHT, anchor=now, speed=60))
        assert (read.starts_at, read.anchor, read.speed) == (EIGHT, now, 60)
