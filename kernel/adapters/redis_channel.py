"""The tick channel over Redis pub/sub."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import RedisError

from kernel.ticks import ChannelDown


class RedisChannel:
    """One client a process; a listener has a connection of its own and reconnects by itself."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=15)

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Send `message` to whoever listens now. ChannelDown when Redis does not answer."""
        try:
            self._redis.publish(topic, orjson.dumps(message))
        except RedisError as down:
            raise ChannelDown(str(down)) from down

    def listen(self, topics: list[str], *, timeout_s: float) -> Iterator[tuple[str, dict[str, Any]] | None]:
        """Yield messages for ever, None after each `timeout_s` of silence, also while Redis is away."""
        while True:
            try:
                yield from self._listen_once(topics, timeout_s)
            except RedisError:
                time.sleep(min(timeout_s, 1.0))
                yield None

    def alive(self) -> bool:
        """Say whether Redis answers a PING."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def _listen_once(self, topics: list[str], timeout_s: float) -> Iterator[tuple[str, dict[str, Any]] | None]:
        with self._redis.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
            patterns = [topic for topic in topics if topic.endswith("*")]
            plain = [topic for topic in topics if not topic.endswith("*")]
            if plain:
                listener.subscribe(*plain)
            if patterns:
                listener.psubscribe(*patterns)
            # What was published while nobody listened is gone: let the caller look for itself first.
            yield None
            while True:
                message = listener.get_message(timeout=timeout_s)
                if message is None:
                    yield None
                elif message["type"] in ("message", "pmessage"):
                    yield message["channel"].decode(), orjson.loads(message["data"])
