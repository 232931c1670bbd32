"""The demonstration's locker: put up once, given its device each day, and emptied of what the day before left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from sim import ordering, planning
from sim.courier import Courier
from sim.day import Day
from sim.locker import Locker
from sim.phone import Coverage
from sim.signing_in import DeviceKey, Person
from sim.wall import Wall

NAME = "demo/locker"
# So few doors that the load check has something to do.
BANK = (
    {"size": "S", "length_mm": 640, "width_mm": 380, "height_mm": 100, "most_weight_g": 25_000, "count": 2},
    {"size": "M", "length_mm": 640, "width_mm": 380, "height_mm": 190, "most_weight_g": 25_000, "count": 2},
    {"size": "L", "length_mm": 640, "width_mm": 410, "height_mm": 380, "most_weight_g": 30_000, "count": 1},
)


async def put_up(admin: Person) -> dict[str, Any]:
    """Return the locker; the first time it is put up at a real address, with its doors. Refused."""
    found = (await admin.get("/v1/pickup-points", params={"external_id": NAME}))["items"]
    if found:
        known: dict[str, Any] = found[0]
        return known
    (address,) = await ordering.find_addresses(admin, count=1, random=Random(11))
    made: dict[str, Any] = await admin.post("/v1/pickup-points", _locker(address))
    await admin.post(f"/v1/pickup-points/{made['id']}/compartments", {"sizes": [*BANK]})
    return made


async def open_up(day: Day, point_id: str, *, admin: Person, dispatcher: Person, links: Mapping[str, str]) -> None:
    """Install a device, have it learn its doors, and let those come who left something overnight. Refused."""
    key = DeviceKey((await admin.post(f"/v1/pickup-points/{point_id}/device"))["api_key"])
    random, now = Random(f"{day.wishes.seed}:{point_id}"), day.clock.now()
    coverage = Coverage.after(now, random)
    # A device's count only rises, also when another hangs in its place: seconds of the day do.
    locker = Locker(point_id, sequence=int(now.timestamp()))
    wall = Wall(day.device(key), locker, day.clock, random, lambda: day.covered(coverage), links)
    await wall.beat()
    await wall.sync()
    await _empty(wall, dispatcher)
    day.walls[point_id] = wall


async def _empty(wall: Wall, dispatcher: Person) -> None:
    """Let yesterday's recipients collect: their links are asked for anew, as for those who lost theirs."""
    ready = {kept["delivery_id"] for kept in wall.locker.kept if kept["collect_until"] is not None}
    links = await planning.make_links(dispatcher, sorted(ready))
    for token in links.values():
        if code := await wall.code_behind(token):
            wall.locker.collect(code, now=wall.clock.now())
    await wall.sync()


def told(walls: Iterable[Wall], couriers: Iterable[Courier]) -> tuple[str, ...]:
    """Return lines on what went through the lockers and what the load checks said, none when nothing was to."""
    loaded = sum((courier.lockers.loaded for courier in couriers), Counter[str]())
    done = sum((wall.done for wall in walls), Counter[str]())
    lines = {"through the locker": done, "to points when the vans were loaded": loaded}
    return tuple(f"{name} {_list(counts)}" for name, counts in lines.items() if counts)


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items())


def _locker(address: dict[str, Any]) -> dict[str, Any]:
    return {
        "external_id": NAME,
        "kind": "locker",
        "name": f"Lokero {address['street']}",
        "address_text": address["text"],
        "place": address["place"],
        "opening_hours": "24/7",
        "services": ["collect"],
        "hold_days": 3,
    }
