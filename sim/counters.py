"""The counters of the points that today's parcels go to: a clerk behind each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from sim.clerk import Clerk
from sim.day import Day
from sim.engaging import add_person
from sim.memory import Cast
from sim.signing_in import Person

# So many points beside a locker may be given what it has no room for.
NEAREST = 5


async def staff_counters(
    day: Day, *, admin: Person, cast: Cast, deliveries: Sequence[dict[str, Any]], links: Mapping[str, str]
) -> None:
    """Put a clerk behind the counter of each point that a delivery goes to, or may go to when the locker is full.

    A locker needs none. Refused.
    """
    point_ids = {one["pickup_point_id"] for one in deliveries if one.get("pickup_point_id")}
    for locker_id in day.walls:
        point_ids |= await _beside(admin, locker_id)
    points = [await admin.get(f"/v1/pickup-points/{point_id}") for point_id in sorted(point_ids)]
    counters = [point for point in points if point["kind"] != "locker"]
    if counters and cast.clerk is None:
        cast.clerk_id, cast.clerk = await add_person(admin, name="Kerttu Kauppias", role="counter_staff")
    for point in counters:
        assert cast.clerk is not None
        body = {"staff": [{"person_id": cast.clerk_id, "supervisor": True}]}
        await admin.call("PUT", f"/v1/pickup-points/{point['id']}/staff", json=body)
        random = Random(f"{day.wishes.seed}:{point['id']}")
        day.clerks.append(Clerk(day.person(cast.clerk), point["id"], day.clock, random, day.diary, links))


async def _beside(admin: Person, locker_id: str) -> set[str]:
    """Return the points nearest to a locker."""
    longitude, latitude = (await admin.get(f"/v1/pickup-points/{locker_id}"))["place"]["coordinates"]
    query = {"near": f"{longitude},{latitude}", "limit": NEAREST}
    return {point["id"] for point in (await admin.get("/v1/pickup-points", params=query))["items"]}


def told(clerks: Iterable[Clerk]) -> tuple[str, ...]:
    """Return a line on what the counters did, none when there was no counter."""
    done = sum((clerk.done for clerk in clerks), Counter[str]())
    if not done:
        return ()
    return ("at the counters " + ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in done.items()),)
