"""A locker in its wall through a day: a device with a network that comes and goes, and the people before the panel."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sim.clock import ServerClock
from sim.locker import CodeRefused, Locker
from sim.signing_in import Person

BEATS_EVERY = timedelta(minutes=1)
COMES_AFTER_MIN = (5.0, 60.0)
WALKS_FOR = timedelta(minutes=6)
MISTYPED_SHARE = 0.15


@dataclass
class Comer:
    """Somebody whose parcel is behind a door: when they look for the code and set out, and the code once they have."""

    sets_out_at: datetime
    code: str = ""


@dataclass
class Wall:
    """One locker and those who come to it. `device` is its own account, `tokens` the recipients' links by delivery."""

    device: Person
    locker: Locker
    clock: ServerClock
    random: Random
    covered: Callable[[], bool]
    tokens: Mapping[str, str]
    done: Counter[str] = field(default_factory=Counter)  # parcels, codes refused, problems by their names
    comers: dict[str, Comer] = field(default_factory=dict)
    _served: set[str] = field(default_factory=set)

    async def work(self, over: asyncio.Event) -> None:
        """Be there until the day is over, then tell the last of it."""
        while not over.is_set():
            await self.look()
            await self.clock.pause(BEATS_EVERY, until=over)
        await self.sync()

    async def look(self) -> None:
        """Do once all that there is to do: tell and learn while there is network, serve whoever is there."""
        if self.covered():
            await self.beat()
            await self.sync()
        for delivery_id, comer in list(self.comers.items()):
            await self._go_on(delivery_id, comer)

    async def beat(self) -> None:
        """Say that it lives."""
        told = {"firmware": "sim", "temperature_c": 8.0}
        await self.device.call("POST", f"{self.locker.path}/heartbeats", json=told)

    async def sync(self) -> None:
        """Tell what happened at the doors, learn what is expected, and let those set out whose parcels are in."""
        while part := self.locker.next_to_tell():
            # Each event has its own id: when an answer is lost and it is told again, it counts once.
            answer = await self.device.call("POST", f"{self.locker.path}/events", json={"events": part})
            self.locker.was_told(part)
            for refused in (item["problem"] for item in answer.json()["items"] if item["verdict"] == "refused"):
                self.done[refused["type"].rpartition("/")[2]] += 1
        self.locker.learn(await self.device.get(f"{self.locker.path}/manifest"))
        for kept in self.locker.kept:
            if kept["collect_until"] is not None:
                self._expect(kept["delivery_id"])

    def put_in(self, code: str, parcel_ids: Sequence[str]) -> None:
        """A courier shows a code and puts parcels behind their doors. CodeRefused, LookupError for a strange one."""
        if not self.locker.expects(parcel_ids):
            raise LookupError(*parcel_ids)
        now = self.clock.now()
        number = self.locker.let_in(code, now=now)
        for parcel_id in parcel_ids:
            self.locker.put_in(parcel_id, pass_number=number, now=now)
        self.done["put in"] += len(parcel_ids)

    def _expect(self, delivery_id: str) -> None:
        if delivery_id in self.tokens and delivery_id not in self._served:
            after = timedelta(minutes=self.random.uniform(*COMES_AFTER_MIN))
            self.comers.setdefault(delivery_id, Comer(self.clock.now() + after))

    async def _go_on(self, delivery_id: str, comer: Comer) -> None:
        """Let somebody look for the code when it is time, and stand before the panel some minutes later."""
        now = self.clock.now()
        if not comer.code and now >= comer.sets_out_at:
            comer.code = await self.code_behind(self.tokens[delivery_id])
        elif comer.code and now >= comer.sets_out_at + WALKS_FOR:
            self._serve(delivery_id, comer)

    async def code_behind(self, token: str) -> str:
        """Return the code that a recipient's link shows, nothing when nothing waits."""
        answer = await self.device.caller.call("GET", f"/v1/track/{token}")
        waits: dict[str, Any] | None = answer.json()["collection"]
        return "" if waits is None else str(waits["code"])

    def _serve(self, delivery_id: str, comer: Comer) -> None:
        """Type the code, some one digit wrong first. The panel judges, whether or not there is network."""
        if self.random.random() < MISTYPED_SHARE:
            self._type(f"{comer.code[:-1]}{(int(comer.code[-1]) + 1) % 10}")
        parcels = self._type(comer.code)
        if not parcels:
            comer.code = ""  # looks at the link once more
            return
        del self.comers[delivery_id]
        self._served.add(delivery_id)
        self.done["collected"] += parcels
        self.done["of them while it was offline"] += 0 if self.covered() else parcels

    def _type(self, code: str) -> int:
        """Return how many parcels a code gives out, none when the panel refuses it."""
        before = self._parcels()
        try:
            self.locker.collect(code, now=self.clock.now())
        except CodeRefused as refused:
            self.done[f"codes {refused.why}"] += 1
        return before - self._parcels()

    def _parcels(self) -> int:
        return sum(len(kept["parcels"]) for kept in self.locker.kept)
