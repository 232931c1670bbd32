"""The time. Views and tasks read it here and pass it on; use cases take it as an argument.

A demonstration runs a day in minutes, so the clock may be told to start elsewhere and to run faster. Every
process of one installation is given the same setting and so agrees on the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones


@dataclass(frozen=True)
class Clock:
    """Time that starts at `starts_at` when the real time is `anchor`, and runs `speed` times as fast."""

    anchor: datetime
    starts_at: datetime
    speed: float

    def now(self) -> datetime:
        """Return this clock's time, aware, in UTC."""
        return self.starts_at + (datetime.now(UTC) - self.anchor) * self.speed


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REAL = Clock(anchor=_EPOCH, starts_at=_EPOCH, speed=1.0)
_clock = REAL


def parse(text: str) -> Clock:
    """Read `STARTS_AT/ANCHOR/SPEED`, two RFC 3339 times and a factor. ValueError when it is anything else."""
    starts_at, anchor, speed = text.split("/")
    clock = Clock(
        anchor=datetime.fromisoformat(anchor), starts_at=datetime.fromisoformat(starts_at), speed=float(speed)
    )
    if clock.anchor.tzinfo is None or clock.starts_at.tzinfo is None:
        raise ValueError("both times need an offset")
    if not 0 < clock.speed <= 1000:
        raise ValueError("the speed is between 0 and 1000")
    return Clock(clock.anchor.astimezone(UTC), clock.starts_at.astimezone(UTC), clock.speed)


def use(clock: Clock) -> None:
    """Make `clock` the time of this process."""
    global _clock  # noqa: PLW0603  one clock a process is the point
    _clock = clock


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return _clock.now()


def is_time_zone(name: str) -> bool:
    """Whether it is the name of a zone in the IANA database, and of the same one on every machine."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime", "posixrules"})


def speed() -> float:
    """Return how many seconds pass here in a real one: 1 unless this is a demonstration."""
    return _clock.speed
