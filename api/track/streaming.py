"""The recipient's stream as server-sent events: a snapshot, then what happens, with a heartbeat in between.

Ids are positions of facts, so they rise, and `Last-Event-ID` resumes behind them without a gap. Ticks have no id.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty
from typing import Any
from uuid import UUID

import orjson

from api.live import HUB, End, Listener, Tick
from deliveries.models import DeliveryState
from kernel.facts import FactRow

MOST_OF_ONE_LINK = 10
_HEARTBEAT_S = (8.0, 22.0)  # all at once would stall everybody
_LIFE_S = (12 * 60.0, 18 * 60.0)
_RETRY_MS = (1000, 4000)

# What the recipient is told of, and the state that it means. Nothing else leaves.
_TOLD: Mapping[str, DeliveryState | None] = {
    "delivery.confirmed": DeliveryState.CONFIRMED,
    "delivery.scheduled": DeliveryState.SCHEDULED,
    "delivery.unscheduled": None,  # the fact says it
    "delivery.promise_moved": None,
    "delivery.out_for_delivery": DeliveryState.OUT_FOR_DELIVERY,
    "stop.enroute": DeliveryState.OUT_FOR_DELIVERY,
    "delivery.courier_arrived": DeliveryState.OUT_FOR_DELIVERY,
    "delivery.delivered": DeliveryState.DELIVERED,
    "delivery.at_point": DeliveryState.AT_POINT,
    "stay.ready": DeliveryState.AT_POINT,
    "stay.reminded": DeliveryState.AT_POINT,
    "stay.extended": DeliveryState.AT_POINT,
    "stay.expired": DeliveryState.AT_POINT,
    "collection.acknowledged": DeliveryState.AT_POINT,
    "delivery.collected": DeliveryState.COLLECTED,
    "delivery.returning": DeliveryState.RETURNING,
    "delivery.attempt_failed": DeliveryState.FAILED_ATTEMPT,
    "delivery.cancelled": DeliveryState.CANCELLED,
}
_REVOKED = "tracking_link.revoked"


@dataclass(frozen=True)
class Beginning:
    """What a stream begins with: the snapshot as of `position`, and the facts missed since."""

    position: int
    snapshot: dict[str, Any]
    missed: Sequence[FactRow]


def stream(listener: Listener, beginning: Beginning, *, link_id: UUID, life_s: float) -> Iterator[bytes]:
    """Yield the stream's frames until it has lived long enough, the link is revoked or the process stops."""
    ends_at = time.monotonic() + min(life_s, random.uniform(*_LIFE_S))
    sent = beginning.position
    try:
        yield f"retry: {random.randint(*_RETRY_MS)}\n".encode() + _frame("snapshot", beginning.snapshot, sent)
        for fact in beginning.missed:
            if (frame := _status(fact)) is not None:
                yield frame
            sent = fact.position or sent
        while (patience_s := min(ends_at - time.monotonic(), random.uniform(*_HEARTBEAT_S))) > 0:
            news = _next(listener, patience_s)
            if isinstance(news, End) or _is_revocation(news, link_id):
                return
            if isinstance(news, FactRow):
                if (news.position or 0) <= sent:
                    continue
                sent = news.position or sent
            yield from _frames(news)
    finally:
        HUB.leave(listener)


def _next(listener: Listener, patience_s: float) -> FactRow | Tick | End | None:
    try:
        return listener.waiting.get(timeout=patience_s)
    except Empty:
        return None


def _is_revocation(news: object, link_id: UUID) -> bool:
    return isinstance(news, FactRow) and news.kind == _REVOKED and news.data["link_id"] == str(link_id)


def _frames(news: FactRow | Tick | None) -> Iterator[bytes]:
    if news is None:
        yield b": still here\n\n"
    elif isinstance(news, Tick):
        yield _frame(news.event, news.data, None)
    elif (frame := _status(news)) is not None:
        yield frame


def _status(fact: FactRow) -> bytes | None:
    if fact.kind not in _TOLD:
        return None
    data = {
        "happened": fact.kind,
        "at": fact.at.isoformat().replace("+00:00", "Z"),
        "state": _TOLD[fact.kind] or fact.data["state"],
        "outcome": fact.data.get("outcome"),
    }
    if "promised_from" in fact.data:
        data["promise"] = {"from": fact.data["promised_from"], "until": fact.data["promised_until"]}
    return _frame("status", data, fact.position)


def _frame(event: str, data: Any, position: int | None) -> bytes:
    head = f"id: {position}\n" if position is not None else ""
    return f"{head}event: {event}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
