"""Ticks: a courier's position, a refreshed arrival. The next replaces a lost one, so they go by pub/sub.

The same channel wakes the relay after a commit and the listeners after the relay. Whoever is woken reads the
database, so a lost message costs a moment, never a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import structlog

from kernel.ports import Port

RELAY = "doorstep:relay"
FACTS = "doorstep:facts"


class ChannelDown(Exception):
    """The channel does not answer. Nothing is lost: whoever waits looks again by itself."""


class Channel(Protocol):
    """At most once, to whoever listens now."""

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Send `message`. ChannelDown when it cannot."""

    def listen(self, topics: list[str], *, timeout_s: float) -> Iterator[tuple[str, dict[str, Any]] | None]:
        """Yield (topic, message), or None after each `timeout_s` without one; topics ending in `*` are patterns."""

    def alive(self) -> bool:
        """Say whether the channel answers."""


CHANNEL: Port[Channel] = Port("channel")


def publish(topic: str, message: dict[str, Any]) -> None:
    """Send a tick; when the channel is down, say so in the log and go on."""
    try:
        CHANNEL.get().publish(topic, message)
    except ChannelDown as down:
        structlog.get_logger().warning("tick lost", topic=topic, reason=str(down))


def nudge() -> None:
    """Wake the relay: something was committed."""
    publish(RELAY, {})
