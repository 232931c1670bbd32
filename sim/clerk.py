"""A clerk behind a pickup point's counter, and the people who come: parcels are received, and handed over by code."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from sim import pictures
from sim.calls import Refused
from sim.clock import ServerClock
from sim.diary import Diary
from sim.signing_in import Person

LOOKS_EVERY = timedelta(minutes=4)
COMES_AFTER_MIN = (5.0, 90.0)
WALKS_FOR = timedelta(minutes=6)
SHELVES = ("A1", "A2", "A3", "B1", "B2", "B3")


@dataclass
class Comer:
    """Somebody who has a parcel at the point: when they set out for it, and how far they have come."""

    delivery_id: str
    sets_out_at: datetime
    state: str = "at home"  # then on_the_way, here, served


@dataclass
class Clerk:
    """One clerk with one point. `tokens` are the recipients' links, by delivery id; `diary` is what couriers did."""

    person: Person
    point_id: str
    clock: ServerClock
    random: Random
    diary: Diary
    tokens: Mapping[str, str]
    done: Counter[str] = field(default_factory=Counter)  # received, handed_over, and refusals by their names
    comers: dict[str, Comer] = field(default_factory=dict)

    async def work(self, over: asyncio.Event) -> None:
        """Receive what comes and serve who comes, until the day is over."""
        while not over.is_set():
            await self.look()
            await self.clock.pause(LOOKS_EVERY, until=over)

    async def look(self) -> None:
        """Do once all that there is to do."""
        await self._receive()
        for comer in list(self.comers.values()):
            await self._go_on(comer)

    async def _receive(self) -> None:
        """Check in what couriers have left there, and nothing that is still on its way."""
        expected = await self.person.get("/v1/counter/expected", params={"point_id": self.point_id})
        left = [item for item in expected["items"] if self._was_left(item["delivery_id"])]
        if not left:
            return
        scans = [{"code": item["code"] or item["parcel_id"], "shelf": self.random.choice(SHELVES)} for item in left]
        body = {"point_id": self.point_id, "scans": scans, "told": len(scans)}
        receipt = await self.person.post("/v1/counter/check-ins", body)
        for item in receipt["items"]:
            if "problem" in item:
                self._note(item["problem"]["type"].rpartition("/")[2])
                continue
            self.done["received"] += 1
            self._expect(item["stay"]["delivery_id"])

    def _was_left(self, delivery_id: str) -> bool:
        visit = self.diary.visits.get(delivery_id)
        return visit is not None and visit.outcome == "delivered_to_point"

    def _expect(self, delivery_id: str) -> None:
        if delivery_id in self.tokens and delivery_id not in self.comers:
            after = timedelta(minutes=self.random.uniform(*COMES_AFTER_MIN))
            self.comers[delivery_id] = Comer(delivery_id, self.clock.now() + after)

    async def _go_on(self, comer: Comer) -> None:
        """Let somebody come a step nearer, and be served when they are there."""
        now = self.clock.now()
        if comer.state == "at home" and now >= comer.sets_out_at:
            await self._say(comer, "on_the_way", expected_at=(now + WALKS_FOR).isoformat())
        elif comer.state == "on_the_way" and now >= comer.sets_out_at + WALKS_FOR:
            await self._say(comer, "here")
        elif comer.state == "here":
            await self._serve(comer)

    async def _say(self, comer: Comer, state: str, **more: str) -> None:
        path = f"/v1/track/{self.tokens[comer.delivery_id]}/arrival-announcements"
        try:
            await self.person.caller.call("POST", path, json={"state": state} | more)
        except Refused as refused:
            self._note(refused.kind)
            comer.state = "served"  # nothing waits any more
            return
        comer.state = state

    async def _serve(self, comer: Comer) -> None:
        """Acknowledge whoever is there, ask for the code, give out what it opens."""
        await self._acknowledge(comer)
        token = self.tokens[comer.delivery_id]
        waits = (await self.person.caller.call("GET", f"/v1/track/{token}")).json()["collection"]
        comer.state = "served"
        if waits is None:
            return
        asked = {"point_id": self.point_id, "codes": [waits["code"]]}
        opened = await self.person.post("/v1/counter/look-ups", asked)
        try:
            given = await self.person.post("/v1/counter/hand-overs", asked | await self._shown(opened["items"]))
        except Refused as refused:
            self._note(refused.kind)
            return
        self.done["handed_over"] += len(given["stays"])

    async def _acknowledge(self, comer: Comer) -> None:
        board = await self.person.get("/v1/counter/arrivals", params={"point_id": self.point_id})
        for each in board["items"]:
            if any(parcel["stay"]["delivery_id"] == comer.delivery_id for parcel in each["parcels"]):
                path = f"/v1/counter/arrivals/{each['announcement']['id']}/acknowledge"
                await self.person.post(path, {"point_id": self.point_id})

    async def _shown(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Take what the deliveries ask for: pictures are handed in, papers are looked at."""
        asked = {kind for item in items for kind in item["proof_requirements"]}
        for item in items:
            for kind in item["proof_requirements"]:
                if kind in ("photo", "signature"):
                    await self._hand_in(kind, item)
        looks = [
            {"kind": kind, "paper": "id_card", "passed": True} for kind in ("id_check", "age_check") if kind in asked
        ]
        return {"looks": looks}

    async def _hand_in(self, kind: str, item: dict[str, Any]) -> None:
        signed = kind == "signature"
        picture = pictures.signature(self.random) if signed else pictures.photo("the counter", self.random)
        form = {
            "id": str(uuid4()),
            "point_id": self.point_id,
            "delivery_id": item["stay"]["delivery_id"],
            "kind": kind,
            "captured_at": self.clock.now().isoformat(),
            "signee_name": item["recipient_name"],
        }
        name = ("signature.png", picture, "image/png") if signed else ("photo.jpg", picture, "image/jpeg")
        await self.person.call("POST", "/v1/counter/evidence", data=form, files={"file": name})

    def _note(self, problem: str) -> None:
        self.done[problem] += 1
