"""What the demonstration's merchant orders: parcels to real addresses of the city, in windows of two hours. Seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sim.line import Place
from sim.outbox import point
from sim.signing_in import Person

WINDOW = timedelta(hours=2)
PARCELS = (1, 1, 1, 2)
COLLECTING_SHARE = 0.12
LOCKER_SHARE = 0.08
PARCELS_EACH = sum(PARCELS) / len(PARCELS)
ADDRESSES_AT_ONCE = 20
TAKEN_AT_ONCE = 4
# A cargo bicycle's round: a larger city is used from its middle.
REACH_DEG = 0.03
FIRST_NAMES = (
    "Aada",
    "Elias",
    "Emma",
    "Hilla",
    "Joonas",
    "Kerttu",
    "Leo",
    "Matti",
    "Noora",
    "Oskari",
    "Siiri",
    "Tapio",
)
LAST_NAMES = ("Heikkinen", "Jokinen", "Korhonen", "Lehto", "Mäkelä", "Nieminen", "Rantanen", "Saarinen", "Virtanen")
NOTES = (None, None, None, "Door code 1906", "Staircase B, third floor", "The dog is friendly", "Ring twice, please")


@dataclass(frozen=True)
class Order:
    """How much is ordered, and for when."""

    deliveries: int
    starts_at: datetime
    ends_at: datetime
    seed: int
    merchant_id: str
    label: str  # begins each external id: it makes the day's orders known from other days'
    point_ids: tuple[str, ...] = ()  # where some of the recipients collect
    locker_id: str | None = None  # where others do


async def order(dispatcher: Person, asked: Order) -> list[dict[str, Any]]:
    """Announce the deliveries in one batch; return them as the API told them. ValueError when one was refused."""
    random = Random(asked.seed)
    addresses = await find_addresses(dispatcher, count=asked.deliveries, random=random)
    drafts = [_draft(address, i, asked=asked, random=random) for i, address in enumerate(addresses)]
    items = (await dispatcher.post("/v1/deliveries/batch", {"deliveries": drafts}))["items"]
    refused = [item["problem"] for item in items if item["status"] >= 300]
    if refused:
        raise ValueError(f"{len(refused)} of {len(items)} deliveries were refused, the first: {refused[0]}")
    return [item["delivery"] for item in items]


async def find_addresses(person: Person, *, count: int, random: Random) -> list[dict[str, Any]]:
    """Return addresses spread over the middle of the city: those around random points, a few of each."""
    middle, reach = _extent((await person.get("/v1/city"))["bbox"])
    found: dict[str, dict[str, Any]] = {}
    for tries in range(count * 4):
        if len(found) >= count:
            break
        at = tuple(centre + random.uniform(-1, 1) * span for centre, span in zip(middle, reach, strict=True))
        query = {"near": f"{at[0]:.6f},{at[1]:.6f}", "limit": ADDRESSES_AT_ONCE}
        near = (await person.get("/v1/addresses", params=query))["items"]
        # Where nothing lies around most points, as by the sea, later tries take more of each.
        for address in random.sample(near, min(len(near), TAKEN_AT_ONCE + tries // count * TAKEN_AT_ONCE)):
            found.setdefault(address["text"], address)
    if len(found) < count:
        raise ValueError(f"the city has only {len(found)} addresses within reach; ask for fewer deliveries")
    return random.sample(list(found.values()), count)


def depot(deliveries: list[dict[str, Any]]) -> Place:
    """Return where the vehicles start: the address nearest to the middle of all."""
    places = [tuple(one["address"]["place"]["coordinates"]) for one in deliveries]
    middle = [sum(axis) / len(places) for axis in zip(*places, strict=True)]
    longitude, latitude = min(places, key=lambda at: (at[0] - middle[0]) ** 2 + (2 * (at[1] - middle[1])) ** 2)
    return longitude, latitude


def _draft(address: dict[str, Any], number: int, *, asked: Order, random: Random) -> dict[str, Any]:
    name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    proofs = [kind for kind, share in (("photo", 0.35), ("signature", 0.15)) if random.random() < share]
    draft = {
        "external_id": f"{asked.label}-{number + 1:03}",
        "merchant_id": asked.merchant_id,
        "recipient": {"name": name, "phone": f"+35840{random.randint(1000000, 9999999)}"},
        "address": {"text": address["text"], "place": point(tuple(address["place"]["coordinates"]))},
        "windows": [_window(asked, random)],
        "parcels": [{"weight_g": random.randint(300, 8000)} for _ in range(random.choice(PARCELS))],
        "service_s": random.choice((60, 90, 120, 120, 180)),
        "proof_requirements": proofs,
    }
    note = random.choice(NOTES)
    if asked.point_ids and random.random() < COLLECTING_SHARE:
        return draft | {"address": None, "pickup_point_id": random.choice(asked.point_ids), "windows": []}
    if asked.locker_id and random.random() < LOCKER_SHARE:
        return _into_locker(draft, asked, random)
    return draft | ({"access_notes": note} if note else {})


def _into_locker(draft: dict[str, Any], asked: Order, random: Random) -> dict[str, Any]:
    """Return the draft with parcels that are measured, and nothing asked for that only people can ask.

    It is to be there early, so that its recipient can come for it the same day.
    """
    measured = [each | _sides(random) for each in draft["parcels"]]
    proofs = [kind for kind in draft["proof_requirements"] if kind != "signature"]
    window = {"starts_at": asked.starts_at.isoformat(), "ends_at": (asked.starts_at + WINDOW / 2).isoformat()}
    there: dict[str, Any] = {"address": None, "pickup_point_id": asked.locker_id, "windows": [window]}
    return draft | there | {"parcels": measured, "proof_requirements": proofs}


def _sides(random: Random) -> dict[str, int]:
    spans = {"length_mm": (150, 400), "width_mm": (100, 300), "height_mm": (30, 170)}
    return {name: random.randint(*span) for name, span in spans.items()}


def _window(asked: Order, random: Random) -> dict[str, str]:
    """Return two hours that begin on one of the day's half hours, early ones being liked best; a short day is one."""
    choices = max(0, (asked.ends_at - asked.starts_at - WINDOW) // timedelta(minutes=30))
    later = min(random.randint(0, choices), random.randint(0, choices))
    starts_at = asked.starts_at + later * timedelta(minutes=30)
    ends_at = min(starts_at + WINDOW, asked.ends_at)
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def _extent(bbox: list[float]) -> tuple[Place, Place]:
    west, south, east, north = bbox
    reach = min((east - west) / 2, 2 * REACH_DEG) * 0.95, min((north - south) / 2, REACH_DEG) * 0.95
    return ((west + east) / 2, (south + north) / 2), reach
