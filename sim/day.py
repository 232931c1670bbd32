"""A day: every courier of a published plan at work, recipients listening, the board shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console

from sim.board import Board
from sim.calls import Caller, Tally
from sim.clerk import Clerk
from sim.clock import ServerClock, synchronise
from sim.courier import Courier, Habits
from sim.diary import Diary
from sim.listening import Listener
from sim.outbox import Outbox
from sim.phone import SKEW_AT_MOST_S, Coverage, Phone
from sim.rounds import Round
from sim.settling import settle
from sim.signing_in import Credentials, DeviceKey, Person
from sim.wall import Wall

CONNECTIONS = 2_000
LOOK_S = 0.25


class DayFailed(Exception):
    """The day could not be driven; the message says why."""


@dataclass(frozen=True)
class Wishes:
    """How the day shall go."""

    seed: int = 1
    failing_share: float = 0.08
    gaps: bool = True
    picture: Path | None = None


@dataclass
class Day:
    """A server, its clock, and everything that happens in it. Made by `opened`."""

    client: httpx.AsyncClient
    clock: ServerClock
    console: Console
    wishes: Wishes
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    tally: Tally = field(default_factory=Tally)
    diary: Diary = field(default_factory=Diary)
    couriers: list[Courier] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    clerks: list[Clerk] = field(default_factory=list)
    walls: dict[str, Wall] = field(default_factory=dict)  # lockers, by point
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, *, console: Console, wishes: Wishes) -> AsyncIterator[Self]:
        """Connect to the server and take over its clock. DayFailed when it does not answer."""
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=100)
        async with httpx.AsyncClient(base_url=url, timeout=15.0, limits=limits) as client:
            try:
                clock = await synchronise(client)
            except httpx.HTTPError as silent:
                raise DayFailed(f"{url} does not answer: {silent!r}") from None
            yield cls(client, clock, console, wishes)

    @property
    def board(self) -> Board:
        """What is shown of this day."""
        return Board(self.diary, self.listeners, self.tally, self.clock.now, self.zone, self.clock.speed)

    def person(self, credentials: Credentials) -> Person:
        """Return somebody who can sign in."""
        random = Random(f"{self.wishes.seed}:{credentials.email}")
        return Person(Caller(self.client, self.tally, random), credentials)

    def device(self, key: DeviceKey) -> Person:
        """Return a device that can sign in."""
        return Person(Caller(self.client, self.tally, Random(self.wishes.seed)), key)

    def covered(self, coverage: Coverage) -> bool:
        """Whether there is network now; always where no gaps are wished."""
        return not self.wishes.gaps or coverage.at(self.clock.now())

    def follow(self, links: Mapping[str, str]) -> None:
        """Have a recipient listen on each link: tokens by delivery id."""
        self.listeners += [Listener(delivery, token, self.clock.now) for delivery, token in links.items()]

    async def drive(self, plan: dict[str, Any], *, dispatcher: Person, drivers: Mapping[str, Credentials]) -> None:
        """Send every driver of the plan on the round. `drivers` are by id. DayFailed, Unreachable, Refused."""
        if plan["state"] != "published":
            raise DayFailed(f"the plan is {plan['state']}: only a published one can be driven")
        for told in plan["routes"]:
            self.couriers.append(await self._courier(told, drivers))
        if not self.couriers:
            raise DayFailed("the plan has no routes")
        background = [asyncio.create_task(watch) for watch in (self._show(), self._look_at_phones(), self._listen())]
        tending = asyncio.create_task(self._tend())
        working = asyncio.gather(*(courier.work() for courier in self.couriers))
        try:
            await working
            self._over.set()
            await tending  # what they have begun is told, before it is asked who has heard it
            await settle(self.listeners, diary=self.diary, dispatcher=dispatcher)
        finally:
            working.cancel()
            for task in (*background, tending):
                task.cancel()
            await asyncio.gather(*background, tending, return_exceptions=True)

    async def _courier(self, told: dict[str, Any], drivers: Mapping[str, Credentials]) -> Courier:
        if told["driver_id"] not in drivers:
            raise DayFailed(f"there are no credentials for driver {told['driver_id']}")
        person = self.person(drivers[told["driver_id"]])
        name = (await person.get("/v1/me"))["name"]
        round_ = Round.read(await person.get("/v1/driver/route"))
        if round_.plan_id != told["plan_id"]:
            raise DayFailed(f"{name} has an older round to finish first")
        random = Random(f"{self.wishes.seed}:{len(self.couriers)}")
        habits = Habits.of(random, failing_share=self.wishes.failing_share)
        phone = self._phone(person, random, coverage=Coverage.after(round_.departs_at, random))
        return Courier(name, person, phone, self.clock, random, habits, self.diary, round_, self.walls)

    def _phone(self, person: Person, random: Random, *, coverage: Coverage) -> Phone:
        outbox = Outbox(person, covered=lambda: self.covered(coverage), now=self.clock.now)
        skew = timedelta(seconds=random.uniform(-SKEW_AT_MOST_S, SKEW_AT_MOST_S))
        return Phone(self.clock, random, outbox, skew)

    async def _show(self) -> None:
        await self.board.show(self.console)

    async def _look_at_phones(self) -> None:
        while True:
            for courier in self.couriers:
                courier.progress.covered = courier.phone.outbox.covered()
                courier.progress.waiting_to_send = len(courier.phone.outbox)
            if self.wishes.picture is not None and any(2 * c.stops_over > c.stops for c in self.diary.couriers):
                self.board.save(self.wishes.picture)
                self.wishes = Wishes(self.wishes.seed, self.wishes.failing_share, self.wishes.gaps)
            await asyncio.sleep(LOOK_S)

    async def _tend(self) -> None:
        """Have clerks and lockers at work until the day is over; one that fails is no reason to send couriers home."""
        both: list[Clerk | Wall] = [*self.clerks, *self.walls.values()]
        failed = await asyncio.gather(*(one.work(self._over) for one in both), return_exceptions=True)
        for why in failed:
            if isinstance(why, BaseException):
                self.console.print(f"A point stopped working: {why!r}", soft_wrap=True)

    async def _listen(self) -> None:
        random = Random(self.wishes.seed)
        await asyncio.gather(*(one.listen(self.client, tally=self.tally, random=random) for one in self.listeners))
