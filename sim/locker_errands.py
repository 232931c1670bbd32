"""What a courier does about lockers: has the room checked when the van is loaded, gets passes, puts parcels in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sim.calls import Refused
from sim.locker import CodeRefused
from sim.rounds import Drop, Round
from sim.signing_in import Person
from sim.wall import BEATS_EVERY, Wall

LOADS_BEFORE = timedelta(minutes=10)
# So often a courier tries whose locker has not heard of the parcel yet: longer than its network is ever away.
TRIES = 10


@dataclass
class LockerErrands:
    """One courier's dealings with lockers. Without one on the round there are none."""

    person: Person
    walls: Mapping[str, Wall] = field(default_factory=dict)
    loaded: Counter[str] = field(default_factory=Counter)  # outcomes of the load check
    passes: dict[str, str] = field(default_factory=dict)  # codes by locker

    async def load(self, round_: Round) -> Round:
        """Have the room checked for what goes to points, and return the round that is then to be driven.

        What has no room has another stop in it, or none: it stays in the depot.
        """
        if not round_.locker_ids:
            return round_
        try:
            checked = await self.person.post("/v1/driver/route/load-checks")
            told = Round.read(await self.person.get("/v1/driver/route"))
        except Refused as refused:
            if refused.kind != "no-route-today":
                raise
            return round_  # withdrawn altogether: the stop events will say
        self.loaded.update(item["outcome"] for item in checked["items"])
        for locker_id in told.locker_ids & self.walls.keys():
            await self._get_pass(locker_id)
        return told

    async def put_in(self, drop: Drop) -> bool:
        """Put the parcels behind their doors, and say whether they are there. Elsewhere there is nothing to open."""
        wall = self.walls.get(drop.locker_id or "")
        if wall is None:
            return True
        for _ in range(TRIES):
            try:
                wall.put_in(self.passes.get(wall.locker.point_id, ""), drop.parcels)
            except CodeRefused:
                await self._get_pass(wall.locker.point_id)  # the hours of the one before are over
            except LookupError:
                pass
            else:
                return True
            await wall.clock.sleep_until(wall.clock.now() + BEATS_EVERY)
        return False

    async def _get_pass(self, locker_id: str) -> None:
        self.passes[locker_id] = (await self.person.post(f"/v1/driver/lockers/{locker_id}/passes"))["qr_text"]
