"""Recipients who watch: tracking streams followed over broken connections, and the proof that no fact was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

import httpx
import orjson

from sim.calls import Tally

# The server breathes at least every 22 seconds; a stream that is silent for longer is dead.
SILENCE_S = 40.0
LONGEST_PAUSE_S = 3.0
# The events of a stream that are facts; the others are ticks, of which the next replaces the last.
FACTS = frozenset({"status", "promise"})


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    name: str
    id: str
    data: Any


@dataclass(frozen=True)
class Estimate:
    """What a recipient was told at a time of when the courier will come."""

    heard_at: datetime
    expected_at: datetime


@dataclass
class Listener:
    """One recipient behind one link. Remembers every fact heard, and every estimate."""

    delivery_id: str
    token: str
    now: Callable[[], datetime]
    heard: list[Event] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    snapshot: dict[str, Any] = field(default_factory=dict)
    first_id: int | None = None
    last_id: str = ""
    connections: int = 0
    ended: bool = False

    @property
    def path(self) -> str:
        """Where the stream is."""
        return f"/v1/track/{self.token}/events"

    def hear(self, event: Event) -> None:
        """Remember an event."""
        if event.id:
            self.last_id = event.id
        if event.name == "snapshot":
            self.snapshot = event.data
            self._hear_arrival(event.data.get("arrival"))
            if self.first_id is None:
                self.first_id = int(event.id or 0)
        elif event.name == "arrival":
            self._hear_arrival(event.data)
        elif event.name in FACTS:
            self.heard.append(event)

    def _hear_arrival(self, told: dict[str, Any] | None) -> None:
        if told and told.get("expected_at"):
            self.estimates.append(Estimate(self.now(), datetime.fromisoformat(told["expected_at"])))

    async def listen(self, client: httpx.AsyncClient, *, tally: Tally, random: Random) -> None:
        """Follow the stream for ever; after a loss, go on behind the last event heard."""
        quick_failures = 0
        while not self.ended:
            self.connections += 1
            tally.requests += 1
            tally.retries += self.connections > 1
            before = len(self.heard)
            try:
                async for event in self._stream(client):
                    self.hear(event)
                    quick_failures = 0
            except (httpx.TransportError, httpx.HTTPStatusError, httpx.StreamError):
                pass
            quick_failures = 0 if len(self.heard) > before else quick_failures + 1
            await asyncio.sleep(min(LONGEST_PAUSE_S, 0.2 * 2 ** min(quick_failures, 5)) * random.uniform(0.5, 1))

    async def _stream(self, client: httpx.AsyncClient) -> AsyncIterator[Event]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self.last_id} if self.last_id else {})
        timeout = httpx.Timeout(10.0, read=SILENCE_S)
        async with client.stream("GET", self.path, headers=headers, timeout=timeout) as answer:
            if answer.status_code in (404, 410):
                self.ended = True
                return
            answer.raise_for_status()
            async for event in events(answer.aiter_lines()):
                yield event


async def events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Read server-sent events out of lines. Comments are breaths; an event that was cut off is dropped."""
    name, id_, data = "message", "", list[str]()
    async for line in lines:
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Event(name, id_, orjson.loads("\n".join(data)))
            name, id_, data = "message", "", []
        elif key == "event":
            name = value
        elif key == "id":
            id_ = value
        elif key == "data":
            data.append(value)


@dataclass(frozen=True)
class Gaps:
    """What one listener missed, heard twice, or heard out of order; by position."""

    delivery_id: str
    missed: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    disordered: tuple[int, ...] = ()

    @property
    def none(self) -> bool:
        """Whether every fact was heard once, in order."""
        return not (self.missed or self.twice or self.disordered)


def gaps(listener: Listener, *, history: Sequence[int]) -> Gaps:
    """Compare what was heard with the positions of the facts that really happened behind the first snapshot."""
    heard = [int(event.id) for event in listener.heard]
    due = [position for position in history if position > (listener.first_id or 0)]
    return Gaps(
        listener.delivery_id,
        missed=tuple(sorted(set(due) - set(heard))),
        twice=tuple(sorted({position for position in heard if heard.count(position) > 1})),
        disordered=tuple(b for a, b in pairwise(heard) if b < a),
    )
