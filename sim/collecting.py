"""Where the demonstration's recipients collect: the points of the map, or, where it has none, a few made here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from sim import ordering
from sim.engaging import CommandLine
from sim.signing_in import Person

FEWEST = 4
HOURS = "Mo-Su 07:00-22:00"
NAMES = ("Kioski", "Kukkakauppa", "Kirjakauppa", "Kahvila")


async def import_points(admin: Person, file: Path, *, command_line: CommandLine) -> None:
    """Import the extract's points, again and again, and open kiosks at real addresses where they are too few."""
    carrier_id = (await admin.get("/v1/me"))["organisation"]["id"]
    command_line.run("points", "import", str(file), "--carrier", carrier_id)
    lacking = FEWEST - sum(point["kind"] != "locker" for point in await _points(admin))
    if lacking <= 0:
        return
    addresses = await ordering.find_addresses(admin, count=lacking, random=Random(7))
    for address, name in zip(addresses, NAMES, strict=False):
        await admin.post("/v1/pickup-points", _kiosk(address, name))


async def open_points(person: Person, *, from_: datetime) -> tuple[str, ...]:
    """Return the counters that say they are open when the day begins: a locker of the map has no doors here."""
    found = await _points(person, open_at=from_.isoformat())
    return tuple(sorted(point["id"] for point in found if point["suspended_at"] is None and point["kind"] != "locker"))


async def _points(person: Person, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/v1/pickup-points", params={"limit": 50, **query}))["items"]
    return found


def _kiosk(address: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "external_id": f"demo/{name}",
        "kind": "shop",
        "name": f"{name} {address['street']}",
        "address_text": address["text"],
        "place": address["place"],
        "opening_hours": HOURS,
        "services": ["collect", "return"],
    }
