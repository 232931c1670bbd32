"""Customers who choose a slot: a zone with slots of today, places held, and most of them booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sim.ordering import FIRST_NAMES, LAST_NAMES, WINDOW, Order, find_addresses
from sim.outbox import point
from sim.signing_in import Person

ZONE = "Demo"
# One in so many customers chooses a slot; the others have said when they are at home.
ONE_IN = 8
HALF_HOUR = timedelta(minutes=30)


async def book(dispatcher: Person, asked: Order, *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Hold and confirm places in today's slots; return the deliveries that come of it: none on a short or quiet day."""
    count = asked.deliveries // ONE_IN
    slots = await _slots_of_today(dispatcher, asked, zone) if count else []
    if not slots:
        return []
    random = Random(asked.seed + 1)
    addresses = await find_addresses(dispatcher, count=count, random=random)
    return [
        await _book_one(dispatcher, asked, random.choice(slots), address, number, random)
        for number, address in enumerate(addresses)
    ]


async def _slots_of_today(dispatcher: Person, asked: Order, zone: ZoneInfo) -> list[dict[str, Any]]:
    starts = _starts(asked, zone)
    if not starts:
        return []
    zone_id = await _zone(dispatcher, zone)
    day = starts[0].date()
    for start in starts:
        template = {
            "zone_id": zone_id,
            "name": f"{asked.label} {start:%H:%M}",
            "rule": "FREQ=DAILY;COUNT=1",
            "start_time": f"{start:%H:%M}",
            "duration_s": int(WINDOW.total_seconds()),
            "valid_from": day.isoformat(),
            "most_count": asked.deliveries,
            "price_minor": 390,
            "currency": "EUR",
        }
        await dispatcher.post("/v1/slot-templates", template)
    until = (asked.ends_at + HALF_HOUR).isoformat()
    slots = (await dispatcher.get(f"/v1/zones/{zone_id}/slots", params={"until": until}))["items"]
    return [slot for slot in slots if datetime.fromisoformat(slot["ends_at"]) <= asked.ends_at]


def _starts(asked: Order, zone: ZoneInfo) -> list[datetime]:
    """Return when slots start, local: one after the other on half hours, whole within the shift and one day."""
    at = asked.starts_at.astimezone(zone)
    at += (HALF_HOUR - timedelta(minutes=at.minute % 30, seconds=at.second)) % HALF_HOUR
    first = at.date()
    starts = []
    while at + WINDOW <= asked.ends_at and at.date() == first:
        starts.append(at)
        at += WINDOW
    return starts


async def _zone(dispatcher: Person, zone: ZoneInfo) -> str:
    known = (await dispatcher.get("/v1/zones", params={"limit": 200}))["items"]
    found = next((str(one["id"]) for one in known if one["name"] == ZONE), None)
    if found is not None:
        return found
    west, south, east, north = (await dispatcher.get("/v1/city"))["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = {"type": "Polygon", "coordinates": [ring]}
    made = await dispatcher.post("/v1/zones", {"name": ZONE, "time_zone": str(zone), "area": area})
    return str(made["id"])


async def _book_one(
    dispatcher: Person, asked: Order, slot: dict[str, Any], address: dict[str, Any], number: int, random: Random
) -> dict[str, Any]:
    """Hold a place and confirm it. Every third customer lets a first one go, and thinks of another moment."""
    wish = {
        "slot_id": slot["id"],
        "merchant_id": asked.merchant_id,
        "parcels": [{"weight_g": random.randint(300, 8000)}],
        "address": {"text": address["text"], "place": point(tuple(address["place"]["coordinates"]))},
        "keep_s": 3600,  # a fast clock's hour is a minute of ours
    }
    if number % 3 == 0:
        doubted = await dispatcher.post("/v1/holds", wish)
        await dispatcher.call("DELETE", f"/v1/holds/{doubted['id']}")
    held = await dispatcher.post("/v1/holds", wish)
    name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    recipient = {"name": name, "phone": f"+35840{random.randint(1000000, 9999999)}"}
    new = {"recipient": recipient, "external_id": f"{asked.label}-slot-{number + 1:02}"}
    booked = await dispatcher.post(f"/v1/holds/{held['id']}/confirm", {"delivery": new})
    delivery: dict[str, Any] = await dispatcher.get(f"/v1/deliveries/{booked['delivery_id']}")
    return delivery
