"""Live streams: one reader of ticks and facts a process, which hands on to whoever listens to a delivery.

A nudge or two seconds, whichever is first, makes the reader look into the database behind its cursor, so a lost
message of Redis costs a moment and never a fact. The cursor outlives both servers' restarts.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any
from uuid import UUID

import structlog

from api.unit import unit
from kernel import facts, ticks
from kernel.facts import FactRow
from tracking.live import ARRIVALS, POSITION
from tracking.watching import concerned

log = structlog.get_logger()
LOOK_EVERY_S = 2.0
_PAUSE_S = 1.0  # between two looks at whether this process is to stop
_MOST_WAITING = 1000  # a client that reads so slowly is cut off, and resumes


@dataclass(frozen=True)
class Tick:
    """Something whose successor replaces it: `event` is its name in the stream."""

    event: str
    data: dict[str, Any]


class End:
    """There is nothing more to come: the process stops."""


type News = FactRow | Tick | End


@dataclass(eq=False)
class Listener:
    """One open stream: whom it is about, and what waits to be sent."""

    delivery_id: UUID
    owner_id: UUID
    waiting: SimpleQueue[News] = field(default_factory=SimpleQueue)


class Hub:
    """The listeners of this process, and the one thread (under gevent: greenlet) that reads for all of them."""

    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, set[Listener]] = defaultdict(set)
        self._lock = Lock()
        self._cursor = 0
        self._started = False
        self._looked_at = 0.0
        self.alive: Callable[[], bool] = lambda: True

    def listen(self, delivery_id: UUID, *, owner_id: UUID, most: int) -> Listener | None:
        """Return a listener that misses nothing from now on; None when the owner has `most` already."""
        self._start()
        with self._lock:
            others = self._listeners[delivery_id]
            if sum(other.owner_id == owner_id for other in others) >= most:
                return None
            listener = Listener(delivery_id, owner_id)
            others.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener; twice does no harm."""
        with self._lock:
            others = self._listeners[listener.delivery_id]
            others.discard(listener)
            if not others:
                del self._listeners[listener.delivery_id]

    def _start(self) -> None:
        """Begin to read, from the newest fact on. Whoever comes later reads what is older from the database."""
        with self._lock:
            if self._started:
                return
            with unit() as session:
                self._cursor = facts.last_position(session)
            self._started = True
            Thread(target=self._run, name="live", daemon=True).start()

    def _run(self) -> None:
        for message in ticks.CHANNEL.get().listen([ticks.FACTS, POSITION, ARRIVALS], timeout_s=_PAUSE_S):
            if not self.alive():
                break
            try:
                self._heed(message)
            except Exception as failure:
                # Whatever it was, the facts are still there: the next look finds them.
                log.warning("live reader goes on", reason=repr(failure))
        self._end()

    def _heed(self, message: tuple[str, dict[str, Any]] | None) -> None:
        topic, body = message or (None, {})
        if topic == POSITION:
            self._hand_on(map(UUID, body["delivery_ids"]), Tick("position", body["data"]))
        elif topic == ARRIVALS:
            for each in body["arrivals"]:
                self._hand_on(map(UUID, each["delivery_ids"]), Tick("arrival", each["data"]))
        if topic == ticks.FACTS or time.monotonic() - self._looked_at > LOOK_EVERY_S:
            self._look()

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        while True:
            with unit() as session:
                fresh = facts.since(session, after=self._cursor)
            for fact in fresh:
                self._hand_on(concerned(fact), fact)
                self._cursor = fact.position or self._cursor
            if not fresh:
                return

    def _hand_on(self, delivery_ids: Iterable[UUID], news: FactRow | Tick) -> None:
        for delivery_id in delivery_ids:
            for listener in list(self._listeners.get(delivery_id, ())):
                waiting = listener.waiting.qsize()
                if waiting <= _MOST_WAITING:
                    listener.waiting.put(news if waiting < _MOST_WAITING else End())

    def _end(self) -> None:
        with self._lock:
            self._started = False
            for listener in [each for others in self._listeners.values() for each in others]:
                listener.waiting.put(End())


HUB = Hub()
