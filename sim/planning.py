"""A plan for the day: shifts, the search with its progress, publication, and a link for each recipient."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sim.engaging import CannotPrepare
from sim.line import Place
from sim.memory import Cast
from sim.outbox import point
from sim.settling import each
from sim.signing_in import Person

LOOK_S = 0.4
LEEWAY_S = 120.0
BREAK_S = 900
RUNNING = frozenset({"queued", "solving"})


async def open_shifts(
    dispatcher: Person, cast: Cast, *, couriers: int, starts_at: datetime, ends_at: datetime, place: Place
) -> list[str]:
    """Give each courier a vehicle and a shift from and to the depot; return the ids. Refused."""
    pairs = list(zip(cast.drivers, cast.vehicles, strict=False))[:couriers]
    shifts = []
    for driver_id, vehicle_id in pairs:
        body = {
            "driver_id": driver_id,
            "vehicle_id": vehicle_id,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "start_place": point(place),
            "end_place": point(place),
            "breaks": _breaks(starts_at, ends_at),
        }
        shifts.append((await dispatcher.post("/v1/shifts", body))["id"])
    return shifts


def _breaks(starts_at: datetime, ends_at: datetime) -> list[dict[str, Any]]:
    """Return a break about the middle of the shift; a short one has none."""
    if ends_at - starts_at < timedelta(hours=2):
        return []
    middle = starts_at + (ends_at - starts_at) / 2
    return [
        {
            "earliest_at": (middle - timedelta(minutes=30)).isoformat(),
            "latest_at": (middle + timedelta(minutes=30)).isoformat(),
            "duration_s": BREAK_S,
        }
    ]


async def make_plan(
    dispatcher: Person,
    *,
    shift_ids: Sequence[str],
    delivery_ids: Sequence[str],
    limit_s: int,
    seed: int,
    progress: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Ask for a plan and wait for it, telling `progress` each look at it. CannotPrepare when it fails."""
    asked = {"shift_ids": [*shift_ids], "delivery_ids": [*delivery_ids], "limit_s": limit_s, "seed": seed}
    plan: dict[str, Any] = await dispatcher.post("/v1/plans", asked)
    over_at = asyncio.get_running_loop().time() + limit_s + LEEWAY_S
    while plan["state"] in RUNNING and asyncio.get_running_loop().time() < over_at:
        progress(plan)
        await asyncio.sleep(LOOK_S)
        plan = await dispatcher.get(f"/v1/plans/{plan['id']}")
    if plan["state"] != "solved":
        raise CannotPrepare(f"the plan is {plan['state']}: {plan.get('failure') or 'no reason is given'}")
    progress(plan)
    return plan


async def publish(dispatcher: Person, plan_id: str) -> dict[str, Any]:
    """Publish the plan and return it as it is then. Refused."""
    await dispatcher.post(f"/v1/plans/{plan_id}/publish")
    plan: dict[str, Any] = await dispatcher.get(f"/v1/plans/{plan_id}")
    return plan


async def make_links(dispatcher: Person, delivery_ids: Sequence[str]) -> dict[str, str]:
    """Make a tracking link for each delivery; return the tokens by delivery."""

    async def link(delivery_id: str) -> str:
        token: str = (await dispatcher.post(f"/v1/deliveries/{delivery_id}/tracking-links"))["token"]
        return token

    return dict(zip(delivery_ids, await each(delivery_ids, link), strict=True))


async def clear_leftovers(dispatcher: Person, *, merchant_id: str, but: str) -> int:
    """Cancel what an earlier day of the demonstration has left; return how many. `but` is today's label."""
    cancelled = 0
    for state in ("draft", "confirmed", "scheduled", "failed_attempt"):
        cancelled += await _cancel_all(dispatcher, merchant_id=merchant_id, state=state, but=but)
    return cancelled


async def _cancel_all(dispatcher: Person, *, merchant_id: str, state: str, but: str) -> int:
    query = {"merchant_id": merchant_id, "state": state, "limit": 200}
    page = await dispatcher.get("/v1/deliveries", params=query)
    old = [one for one in page["items"] if not (one["external_id"] or "").startswith(but)]

    async def cancel(one: dict[str, Any]) -> None:
        headers = {"If-Match": f'"{one["version"]}"'}
        await dispatcher.call("DELETE", f"/v1/deliveries/{one['id']}", headers=headers)

    await each(old, cancel)
    return len(old)
