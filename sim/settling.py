"""The last minute of a day: wait until everybody has heard how it ended, by the server's own history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from sim.diary import Diary
from sim.listening import Listener, gaps
from sim.signing_in import Person

SETTLE_S = 60.0
LOOK_S = 1.0
AT_ONCE = 8
# The facts about a delivery that its recipient is told of.
TOLD = frozenset(
    {
        "delivery.confirmed",
        "delivery.cancelled",
        "delivery.scheduled",
        "delivery.unscheduled",
        "delivery.out_for_delivery",
        "delivery.courier_arrived",
        "delivery.delivered",
        "delivery.attempt_failed",
        "delivery.at_point",
        "delivery.collected",
        "delivery.returning",
        "stay.ready",
        "stay.reminded",
        "stay.extended",
        "stay.expired",
        "collection.acknowledged",
    }
)
ENDS = frozenset({"delivery.delivered", "delivery.attempt_failed", "delivery.cancelled", "delivery.at_point"})


async def settle(
    listeners: Sequence[Listener], *, diary: Diary, dispatcher: Person, patience_s: float = SETTLE_S
) -> None:
    """Return when every listener has heard every fact of the day, or when patience is over."""
    over_at = time.monotonic() + patience_s
    waiting = list(listeners)

    async def has_heard_all(listener: Listener) -> bool:
        facts = await history(dispatcher, listener.delivery_id)
        visit = diary.visits.get(listener.delivery_id)
        ended = visit is None or not visit.outcome or any(fact["kind"] in ENDS for fact in facts)
        return ended and gaps(listener, history=told_positions(facts)).none

    while waiting and time.monotonic() < over_at:
        heard_all = await each(waiting, has_heard_all)
        waiting = [one for one, done in zip(waiting, heard_all, strict=True) if not done]
        if waiting:
            await asyncio.sleep(LOOK_S)


async def history(dispatcher: Person, delivery_id: str) -> Sequence[dict[str, Any]]:
    """Return the facts about a delivery, oldest first."""
    told: Sequence[dict[str, Any]] = (await dispatcher.get(f"/v1/deliveries/{delivery_id}/events"))["items"]
    return told


def told_positions(facts: Iterable[dict[str, Any]]) -> list[int]:
    """Return the positions of the facts that a recipient should hear."""
    return sorted(fact["position"] for fact in facts if fact["kind"] in TOLD)


async def each[T, R](things: Sequence[T], deed: Callable[[T], Awaitable[R]]) -> list[R]:
    """Do a deed for each, some at once, and return the results in order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> R:
        async with room:
            return await deed(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))
