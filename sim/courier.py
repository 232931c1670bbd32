"""A courier at work: drives the round, rings, waits, takes proof, sometimes fails. Decides only what a person would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta
from random import Random

from sim import pictures
from sim.calls import Refused
from sim.clock import ServerClock
from sim.diary import Diary, Progress, Visit
from sim.line import Track
from sim.locker_errands import LOADS_BEFORE, LockerErrands
from sim.phone import Movement, Phone
from sim.rounds import Drop, Round, Stop, Window
from sim.signing_in import Person
from sim.wall import Wall

SUCCESSES = {
    "delivered_to_recipient": 0.86,
    "delivered_to_neighbour": 0.06,
    "delivered_to_safe_place": 0.05,
    "delivered_to_mailbox": 0.03,
}
FAILURES = {
    "failed_not_home": 0.6,
    "failed_no_access": 0.2,
    "failed_cant_find_address": 0.1,
    "failed_refused": 0.1,
}


# A point fails so much more seldom than a door: it is shut against its word.
CLOSED_SHARE = 0.25


# The courier's own time may lie so far behind the clock: a machine that is slow to draw a photo or to answer must not
# slow the courier. One who has waited longer for an answer did stand there.
WORKING_BEHIND = timedelta(minutes=2)


@dataclass(frozen=True)
class Habits:
    """What the plan does not know: how fast this courier is, how unsteady, and how often nobody opens."""

    pace: float = 1.0  # street times are multiplied by it
    street_spread: float = 0.12
    service_spread: float = 0.3
    failing_share: float = 0.08

    @classmethod
    def of(cls, random: Random, *, failing_share: float) -> Habits:
        """Return one courier's habits."""
        return cls(pace=random.uniform(0.88, 1.12), failing_share=failing_share)


@dataclass
class Courier:
    """One courier with one phone and one round."""

    name: str
    person: Person
    phone: Phone
    clock: ServerClock
    random: Random
    habits: Habits
    diary: Diary
    round: Round
    walls: InitVar[Mapping[str, Wall] | None] = None  # the lockers of the city
    lockers: LockerErrands = field(init=False)
    progress: Progress = field(init=False)
    _at: datetime = field(init=False)  # the courier's own time: what is done is done then, whenever we come to it
    _etag: str = ""
    _taken: set[Window] = field(default_factory=set)

    def __post_init__(self, walls: Mapping[str, Wall] | None) -> None:
        self.lockers = LockerErrands(self.person, walls or {})
        self.progress = self.diary.open_round(self.round, courier=self.name)
        self._at = self.round.departs_at

    async def work(self) -> None:
        """Drive the whole round and come home. Returns when everything has been told to the server."""
        running = asyncio.create_task(self.phone.run())
        working = asyncio.create_task(self._drive())
        try:
            done, _ = await asyncio.wait([running, working], return_when=asyncio.FIRST_COMPLETED)
        finally:
            running.cancel()
            working.cancel()
        for task in done:
            task.result()  # raises what ended it

    async def _drive(self) -> None:
        await self._load()
        tracks = self.round.tracks()
        await self._until(max(self.clock.now(), self.round.departs_at))
        for i, track in enumerate(tracks[:-1]):
            stop = self.round.stops[i]
            await self._rest_before(stop.arrives_at)
            await self._look_again()
            self._at = max(self._at, self.clock.now() - WORKING_BEHIND)
            stop = self.round.stops[i]
            if not stop.over:
                await self._visit(stop, track)
            self.progress.stops_over += 1
        await self._go_home(tracks[-1])

    async def _load(self) -> None:
        """Where something goes into a locker, hear before setting out whether there is room for it."""
        if self.round.locker_ids:
            self.progress.doing = "loads"
            await self.clock.sleep_until(self.round.departs_at - LOADS_BEFORE)
            self.round = await self.lockers.load(self.round)
            self.diary.rewrite(self.round, self.progress)

    async def _visit(self, stop: Stop, track: Track) -> None:
        self._announce(stop)
        await self._travel(track, planned_s=stop.leg_s, stop=stop)
        arrived_at = self._at
        self.phone.report("arrived", stop_id=stop.id, at=arrived_at)
        await self._rest_before(stop.starts_at)
        visits = self.diary.visits_at(stop)
        started_at = max(self._at, self._opens(stop))
        for visit in visits:
            visit.arrived_at, visit.started_at = arrived_at, started_at
        self.progress.behind = started_at - stop.starts_at
        await self._serve(stop, visits, started_at=started_at)

    async def _serve(self, stop: Stop, visits: list[Visit], *, started_at: datetime) -> None:
        self.progress.doing = "waits for the window" if started_at > self._at else "serves"
        await self._until(started_at)
        self.progress.doing = "serves"
        service_s = stop.service_s * _about_one(self.random, self.habits.service_spread)
        await self._until(started_at + timedelta(seconds=service_s))
        outcomes = {drop.delivery_id: await self._try(drop) for drop in stop.live_drops}
        at = self._at
        for drop in stop.live_drops:
            await self._prove(drop, outcome=outcomes[drop.delivery_id], at=at)
        fetched = dict.fromkeys(stop.fetches, "picked_up")
        self.phone.report("done", stop_id=stop.id, at=at, outcomes=outcomes | fetched)
        for visit in visits:
            visit.done_at, visit.outcome = at, outcomes[visit.delivery_id]

    async def _prove(self, drop: Drop, *, outcome: str, at: datetime) -> None:
        """Take what the merchant asks for; where nobody opens there is nothing to take, at a point nobody to ask."""
        wanted = drop.proofs if outcome.startswith("delivered") and not drop.at_point else ()
        for kind in wanted:
            draw = self._photo if kind == "photo" else self._signature
            picture = await asyncio.to_thread(draw, drop.address)
            self.phone.hand_in(kind, picture, delivery_id=drop.delivery_id, at=at, signee=drop.recipient)

    def _photo(self, address: str) -> bytes:
        return pictures.photo(address, self.random)

    def _signature(self, _: str) -> bytes:
        return pictures.signature(self.random)

    def _announce(self, stop: Stop) -> None:
        self.progress.doing = "drives"
        self.progress.next_address = stop.drops[0].address if stop.drops else ""
        self.progress.behind = max(self._at + timedelta(seconds=stop.leg_s) - stop.arrives_at, timedelta())
        self.phone.report("enroute", stop_id=stop.id, at=self._at)

    async def _travel(self, track: Track, *, planned_s: float, stop: Stop | None = None) -> None:
        factor = self.habits.pace * _about_one(self.random, self.habits.street_spread)
        ends_at = self._at + timedelta(seconds=max(1.0, planned_s * factor))
        self.progress.next_at = ends_at
        self.phone.move(Movement(track, self._at, ends_at))
        await self._until(ends_at)
        self.progress.driven_m += track.length_m

    async def _rest_before(self, planned_at: datetime) -> None:
        """Take the breaks that the plan puts before a time of its own: before driving off, or at the stop."""
        for rest in self.round.breaks:
            if rest.starts_at < planned_at and rest not in self._taken:
                self._taken.add(rest)
                self.progress.doing = "has a break"
                await self._until(self._at + (rest.ends_at - rest.starts_at))

    async def _until(self, when: datetime) -> None:
        """Be at it until `when`; a time that is over by the clock takes none of ours."""
        self._at = when
        await self.clock.sleep_until(when)

    async def _look_again(self) -> None:
        """Read the route again, as the phone does before each stop, unless there is no coverage."""
        if not self.phone.outbox.covered():
            return
        headers = {"If-None-Match": self._etag} if self._etag else {}
        try:
            answer = await self.person.call("GET", "/v1/driver/route", headers=headers)
        except Refused:
            return  # withdrawn altogether: the stop events will say
        if answer.status_code == 200:
            told = Round.read(answer.json())
            self._etag = answer.headers.get("ETag", "")
            if told.id == self.round.id and len(told.stops) == len(self.round.stops):
                self.round = told

    async def _go_home(self, track: Track) -> None:
        self.progress.doing, self.progress.next_address, self.progress.next_at = "drives home", "", None
        await self._travel(track, planned_s=track.length_m / 4.0)
        self.progress.doing = "tells the rest"
        await self.phone.outbox.emptied()
        self.progress.doing, self.progress.home = "is home", True

    def _opens(self, stop: Stop) -> datetime:
        """Return when the recipients may be rung at: the planned start where the plan waits, else the promise."""
        if stop.waits:
            return stop.starts_at
        promised = [drop.promise.starts_at for drop in stop.live_drops if drop.promise is not None]
        return max(promised, default=self._at)

    async def _try(self, drop: Drop) -> str:
        """Return how it ends; what goes into a locker and does not open a door has failed."""
        outcome = self._outcome(drop)
        if outcome == "delivered_to_point" and not await self.lockers.put_in(drop):
            return "failed_closed"
        return outcome

    def _outcome(self, drop: Drop) -> str:
        fails = self.random.random() < self.habits.failing_share
        if drop.at_point:
            return "failed_closed" if fails and self.random.random() < CLOSED_SHARE else "delivered_to_point"
        codes = FAILURES if fails else SUCCESSES
        return self.random.choices(list(codes), weights=list(codes.values()))[0]


def _about_one(random: Random, spread: float) -> float:
    """Return a factor that is 1 on average and never negative: log-normal, as times of work are."""
    return random.lognormvariate(-spread * spread / 2, spread)
