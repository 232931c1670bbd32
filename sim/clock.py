"""The server's clock as a phone sees it, and `python -m sim.clock`, which says when the demonstration's day begins."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

REMEMBERED = Path(".doorstep/demo-clock.json")


@dataclass(frozen=True)
class ServerClock:
    """The server's time: `at` when our monotonic clock said `monotonic_s`, running `speed` times as fast as ours."""

    at: datetime
    speed: float
    monotonic_s: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the server's time, aware, in UTC."""
        return self.at + timedelta(seconds=(time.monotonic() - self.monotonic_s) * self.speed)

    def real_s(self, simulated_s: float) -> float:
        """Return how many of our seconds so many of the server's take."""
        return simulated_s / self.speed

    async def sleep_until(self, when: datetime) -> None:
        """Return when the server's clock has reached `when`; at once when it is past."""
        await asyncio.sleep(max(0.0, self.real_s((when - self.now()).total_seconds())))

    async def pause(self, length: timedelta, *, until: asyncio.Event) -> None:
        """Return when so much of the server's time has passed, or when it is `until`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), timeout=self.real_s(length.total_seconds()))


async def synchronise(client: httpx.AsyncClient, *, tries: int = 5) -> ServerClock:
    """Ask the server for its time and speed; the quickest of some answers is the truest. httpx.HTTPError."""
    best: tuple[float, ServerClock] | None = None
    for _ in range(tries):
        before = time.monotonic()
        answer = (await client.get("/healthz")).raise_for_status().json()
        after = time.monotonic()
        clock = ServerClock(
            at=datetime.fromisoformat(answer["time"]), speed=float(answer["speed"]), monotonic_s=(before + after) / 2
        )
        if best is None or after - before < best[0]:
            best = after - before, clock
    assert best is not None
    return best[1]


def setting(*, starts_at: datetime, anchor: datetime, speed: float) -> str:
    """Return what `DOORSTEP_CLOCK` must say for a server whose clock shows `starts_at` at the real time `anchor`."""
    return f"{starts_at.isoformat()}/{anchor.isoformat()}/{speed:g}"


def next_day(*, today: date, last: date | None) -> date:
    """Return the day to play: tomorrow, or the day behind the last one played, so that time never runs backwards."""
    earliest = today + timedelta(days=1)
    return earliest if last is None else max(earliest, last + timedelta(days=1))


def main() -> None:
    """Print `DOORSTEP_CLOCK` for the next day of the demonstration, and remember that it is taken."""
    parser = argparse.ArgumentParser(prog="python -m sim.clock", description=main.__doc__)
    parser.add_argument("--speed", type=float, default=60.0, help="how many times as fast as real time (60)")
    parser.add_argument("--hour", type=int, default=8, help="the hour at which the day begins (8)")
    parser.add_argument("--zone", default="Europe/Helsinki", help="the zone of that hour")
    parser.add_argument("--memory", type=Path, default=REMEMBERED, help="the file that remembers the last day")
    asked = parser.parse_args()
    day = next_day(today=datetime.now(ZoneInfo(asked.zone)).date(), last=_remembered(asked.memory))
    starts_at = datetime.combine(day, time_of_day(asked.hour), ZoneInfo(asked.zone)).astimezone(UTC)
    _remember(asked.memory, day)
    print(setting(starts_at=starts_at, anchor=datetime.now(UTC).replace(microsecond=0), speed=asked.speed))


def _remembered(path: Path) -> date | None:
    try:
        return date.fromisoformat(json.loads(path.read_text())["day"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _remember(path: Path, day: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"day": day.isoformat()}) + "\n")


if __name__ == "__main__":
    main()
