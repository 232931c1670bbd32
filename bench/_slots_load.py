"""Customers who come at a given rate, whatever becomes of those before them, and what each of them was told."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bench._http_line import Answer, Line, NoAnswer
from bench._slots_world import Booked

GIVES_UP_S = 120.0
AGAIN_S = 0.3
KEPT_S = 30
CHANGES_MIND_S = 4.0
# Answers that say: nothing was decided, ask again.
_AGAIN = {500, 502, 503, 504}


@dataclass
class Ledger:
    """What the customers were told. `ended` by hold: confirmed, released, cancelled, left or undecided."""

    ended: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    cancelled: dict[str, str] = field(default_factory=dict)  # deliveries of bookings that were cancelled, by hold
    refused: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    sent_again: int = 0


@dataclass
class Customers:
    """Everybody who comes."""

    line: Line
    world: Booked
    ledger: Ledger
    chance: random.Random
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    numbers: Iterator[int] = field(default_factory=count)

    async def come(self, *, per_s: float, seconds: float) -> None:
        """Let them come one after the other, evenly, and wait until the last has gone."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(per_s * seconds)):
                due = began + number / per_s
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self._customer(next(self.numbers), due))

    async def rush(self, count: int) -> list[int]:
        """Let them all want the same ten places at once; return what each was answered."""
        asked = (self._ask("POST", "/v1/holds", self._wish(self.world.rush), key=f"rush-{n}") for n in range(count))
        answers = await asyncio.gather(*asked)
        for answer in answers:
            if answer is not None and answer.status == 201:
                self.ledger.ended[answer.body["id"]] = ("left", None)
        return [0 if answer is None else answer.status for answer in answers]

    async def _customer(self, number: int, due: float) -> None:
        at_point = self.chance.random() < 0.2
        slot_id = self.chance.choice(self.world.at_point if at_point else self.world.home)
        mood = self.chance.random()
        changes_mind = self.chance.random() < 0.8
        wish = self._wish(slot_id, at_point=at_point)
        held = await self._ask("POST", "/v1/holds", wish, key=f"hold-{number}", due=due)
        if held is None:
            return
        if held.status != 201:
            self.ledger.refused[held.body["type"]] += 1
            return
        hold_id = held.body["id"]
        self.ledger.ended[hold_id] = ("left", None)
        if mood < 0.6:
            await self._confirm(hold_id, number, changes_mind=changes_mind)
        elif mood < 0.9:
            await self._end(hold_id, "released")

    async def _confirm(self, hold_id: str, number: int, *, changes_mind: bool) -> None:
        who = {"recipient": {"name": "Aino", "phone": "+358401234567"}, "external_id": f"{self.run}-{number}"}
        path = f"/v1/holds/{hold_id}/confirm"
        booked = await self._ask("POST", path, {"delivery": who}, key=f"confirm-{number}")
        if booked is None:
            self.ledger.ended[hold_id] = ("undecided", None)
            return
        if booked.status != 200:
            self.ledger.refused[booked.body["type"]] += 1
            return
        self.ledger.ended[hold_id] = ("confirmed", booked.body["delivery_id"])
        if changes_mind:
            await asyncio.sleep(CHANGES_MIND_S)
            await self._end(hold_id, "cancelled")

    async def _end(self, hold_id: str, how: str) -> None:
        gone = await self._ask("DELETE", f"/v1/holds/{hold_id}")
        if gone is None:
            self.ledger.ended[hold_id] = ("undecided", None)
            return
        if gone.status != 200:
            self.ledger.refused[gone.body["type"]] += 1
            return
        self.ledger.ended[hold_id] = (how, self.ledger.ended[hold_id][1])

    async def _ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, due: float | None = None
    ) -> Answer | None:
        """Ask until it is decided. None: it never was. Timed from when it was due to its first answer."""
        began = time.monotonic() if due is None else due
        named = None if key is None else f"{self.run}-{key}"
        while time.monotonic() - began < GIVES_UP_S:
            try:
                answer = await self.line.ask(method, path, body, key=named)
            except NoAnswer:
                pass
            else:
                if answer.status not in _AGAIN and answer.body["type" if answer.status >= 400 else "id"] != _IN_USE:
                    self.ledger.latencies_s.append(time.monotonic() - began)
                    return answer
            self.ledger.sent_again += 1
            await asyncio.sleep(AGAIN_S)
        self.ledger.unknown.append(f"{method} {path} {named}")
        return None

    def _wish(self, slot_id: str, *, at_point: bool = False) -> dict[str, Any]:
        parcel = {"weight_g": 1000, "length_mm": 300, "width_mm": 200, "height_mm": 100}
        wish = {"slot_id": slot_id, "parcels": [parcel], "keep_s": KEPT_S}
        if at_point:
            return wish
        place = {"type": "Point", "coordinates": [24.9 + self.chance.random() / 10, 60.15 + self.chance.random() / 20]}
        return wish | {"address": {"text": "Aleksanterinkatu 9", "place": place}}


_IN_USE = "/problems/key-in-use"
