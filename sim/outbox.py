"""What a phone has to tell: kept in order while there is no coverage, sent later in batches, each thing once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from sim.calls import Refused
from sim.line import Place

POSITIONS_IN_A_BATCH = 500
LOOK_S = 0.1


class Sender(Protocol):
    """Who sends for us: a signed-in person, or a test."""

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """Return the answer, or raise Refused."""
        ...


@dataclass(frozen=True)
class Fix:
    """One reading of the receiver, by the device's clock."""

    device_time: datetime
    place: Place
    accuracy_m: float
    speed_mps: float
    heading_deg: float
    battery_percent: int

    def body(self) -> dict[str, Any]:
        """Return it as the API takes it."""
        return {
            "device_time": self.device_time.isoformat(),
            "place": point(self.place),
            "accuracy_m": round(self.accuracy_m, 1),
            "speed_mps": round(self.speed_mps, 2),
            "heading_deg": round(self.heading_deg, 1) % 360,
            "battery_percent": self.battery_percent,
        }


@dataclass(frozen=True)
class Message:
    """One POST that carries an id of our own making; `repeated_is_done` is the problem that says it came twice."""

    path: str
    body: dict[str, Any]
    file: tuple[str, bytes, str] | None = None
    repeated_is_done: str = ""

    def request(self) -> dict[str, Any]:
        """Return what the HTTP client is told."""
        if self.file is None:
            return {"json": self.body, "repeated_is_done": self.repeated_is_done}
        return {"data": self.body, "files": {"file": self.file}, "repeated_is_done": self.repeated_is_done}


@dataclass
class Outbox:
    """First in, first out; positions next to each other travel together."""

    sender: Sender
    covered: Callable[[], bool]
    now: Callable[[], datetime]
    delays: list[timedelta] = field(default_factory=list)  # how old the newest fix of each batch was when it was there
    refused: list[Refused] = field(default_factory=list)
    verdicts: dict[str, int] = field(default_factory=dict)
    _waiting: deque[Message | list[Fix]] = field(default_factory=deque)
    _sending: list[Fix] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add_fix(self, fix: Fix) -> None:
        """Keep a position, in the last batch if that is not full and not on its way."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, list) and len(last) < POSITIONS_IN_A_BATCH and last is not self._sending:
            last.append(fix)
        else:
            self._waiting.append([fix])

    def add(self, message: Message) -> None:
        """Keep a message behind everything that is older."""
        self._waiting.append(message)

    async def run(self) -> None:
        """Send for ever, oldest first, whenever there is coverage. Unreachable when the server stays away."""
        while True:
            if self._waiting and self.covered():
                await self._send_oldest()
            else:
                await asyncio.sleep(LOOK_S)

    async def emptied(self) -> None:
        """Return when everything has been sent."""
        while self._waiting:
            await asyncio.sleep(LOOK_S)

    async def _send_oldest(self) -> None:
        oldest = self._waiting[0]
        try:
            if isinstance(oldest, Message):
                await self.sender.call("POST", oldest.path, **oldest.request())
            else:
                await self._send_positions(oldest)
        except Refused as refused:
            self.refused.append(refused)
        self._waiting.popleft()

    async def _send_positions(self, fixes: list[Fix]) -> None:
        self._sending = fixes
        body = {"positions": [fix.body() for fix in fixes]}
        answer = (await self.sender.call("POST", "/v1/driver/positions", json=body)).json()
        self.delays.append(self.now() - fixes[-1].device_time)
        for item in answer["items"]:
            self.verdicts[item["verdict"]] = self.verdicts.get(item["verdict"], 0) + 1


def point(place: Place) -> dict[str, Any]:
    """Return the place as GeoJSON, seven decimals: a centimetre."""
    return {"type": "Point", "coordinates": [round(place[0], 7), round(place[1], 7)]}
