"""A courier's phone: a receiver that errs, a clock that is a little off, coverage with gaps, an outbox."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

from sim.clock import ServerClock
from sim.line import Place, Track, noisy
from sim.outbox import Fix, Message, Outbox, point

FIX_EVERY = timedelta(seconds=5)
BATCH_EVERY_S = 1.0
SKEW_AT_MOST_S = 2.0
GAP_EVERY_S = 40 * 60.0
GAP_LENGTH_S = (60.0, 300.0)


@dataclass
class Coverage:
    """Where there is none: gaps that come at random, in the simulated day. Ask with times that rise."""

    random: Random
    gap_from: datetime
    gap_until: datetime

    @classmethod
    def after(cls, start: datetime, random: Random) -> Coverage:
        """Return coverage that begins whole."""
        coverage = cls(random, start, start)
        coverage._next()
        return coverage

    def at(self, now: datetime) -> bool:
        """Whether there is coverage now."""
        while now >= self.gap_until:
            self._next()
        return now < self.gap_from

    def _next(self) -> None:
        self.gap_from = self.gap_until + timedelta(seconds=self.random.expovariate(1 / GAP_EVERY_S))
        self.gap_until = self.gap_from + timedelta(seconds=self.random.uniform(*GAP_LENGTH_S))


@dataclass(frozen=True)
class Movement:
    """Along a track at a steady pace, then standing at its end."""

    track: Track
    starts_at: datetime
    ends_at: datetime

    @property
    def speed_mps(self) -> float:
        """How fast."""
        return self.track.length_m / max(1.0, (self.ends_at - self.starts_at).total_seconds())

    def distance_m(self, at: datetime) -> float:
        """Return how far along it is at a time."""
        return min(self.track.length_m, max(0.0, (at - self.starts_at).total_seconds() * self.speed_mps))


@dataclass
class Phone:
    """What it measures and reports goes into the outbox, in order, stamped by its own clock."""

    clock: ServerClock
    random: Random
    outbox: Outbox
    skew: timedelta
    battery: float = 100.0
    movement: Movement | None = None
    _sampled_at: datetime | None = field(default=None, repr=False)

    def device_time(self, at: datetime) -> datetime:
        """Return what the phone's clock shows."""
        return at + self.skew

    def move(self, movement: Movement) -> None:
        """Follow a movement from now on."""
        self.measure(movement.starts_at)
        self.movement = movement

    def measure(self, until: datetime) -> None:
        """Take the fixes that are due, one each `FIX_EVERY`."""
        if self.movement is None:
            return
        at = self._sampled_at + FIX_EVERY if self._sampled_at else self.movement.starts_at
        while at <= until:
            self.outbox.add_fix(self._fix(self.movement, at))
            self._sampled_at = at
            at += FIX_EVERY

    def report(self, kind: str, *, stop_id: str, at: datetime, outcomes: dict[str, str] | None = None) -> None:
        """Tell of a stop: `enroute`, `arrived`, or `done` with an outcome for each delivery; none where one loads."""
        self.measure(at)
        body = {"id": str(uuid4()), "kind": kind, "device_time": self.device_time(at).isoformat()}
        place = self._here(at)
        rest = {"place": point(place), "accuracy_m": 8.0} if place else {}
        done = (
            {"outcomes": [{"delivery_id": d, "outcome": o} for d, o in outcomes.items()]}
            if outcomes is not None
            else {}
        )
        path = f"/v1/driver/stops/{stop_id}/events"
        self.outbox.add(Message(path, {**body, **rest, **done}, repeated_is_done="event-already-recorded"))

    def hand_in(self, kind: str, picture: bytes, *, delivery_id: str, at: datetime, signee: str) -> None:
        """Send evidence: `photo` or `signature`."""
        body = {
            "id": str(uuid4()),
            "delivery_id": delivery_id,
            "kind": kind,
            "captured_at": self.device_time(at).isoformat(),
        }
        if kind == "signature":
            body["signee_name"] = signee
        place = self._here(at)
        if place:
            body |= {"longitude": f"{place[0]:.7f}", "latitude": f"{place[1]:.7f}", "accuracy_m": "8"}
        name = ("photo.jpg", picture, "image/jpeg") if kind == "photo" else ("signature.png", picture, "image/png")
        self.outbox.add(Message("/v1/driver/evidence", body, file=name))

    async def run(self) -> None:
        """Measure about once a second of ours, and send, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.outbox.run())
            both.create_task(self._measure_on())

    async def _measure_on(self) -> None:
        while True:
            self.measure(self.clock.now())
            await asyncio.sleep(BATCH_EVERY_S)

    def _fix(self, movement: Movement, at: datetime) -> Fix:
        distance_m = movement.distance_m(at)
        moving = movement.starts_at <= at < movement.ends_at
        self.battery = max(5.0, self.battery - 0.01)
        return Fix(
            device_time=self.device_time(at),
            place=noisy(movement.track.at(distance_m), self.random),
            accuracy_m=self.random.uniform(4, 18),
            speed_mps=max(0.0, movement.speed_mps * self.random.uniform(0.9, 1.1)) if moving else 0.0,
            heading_deg=movement.track.heading_deg(distance_m),
            battery_percent=int(self.battery),
        )

    def _here(self, at: datetime) -> Place | None:
        if self.movement is None:
            return None
        return noisy(self.movement.track.at(self.movement.distance_m(at)), self.random)
