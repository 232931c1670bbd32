"""Rate limits by caller, and the headers that say what is left (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import time

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


def _key() -> str:
    """Whoever sends the token; without one, the address."""
    return request.headers.get("Authorization") or get_remote_address()


# Redis away: count in memory rather than refuse or let everything through.
limiter = Limiter(key_func=_key, in_memory_fallback_enabled=True, strategy="fixed-window")


def register(app: Flask, *, limit: str, redis_url: str) -> None:
    """Limit every view to `limit` a caller."""
    app.config["RATELIMIT_DEFAULT"] = limit
    app.config["RATELIMIT_STORAGE_URI"] = redis_url
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "wrap_exceptions": True,
    }
    limiter.init_app(app)
    app.after_request(_say_what_is_left)


def _say_what_is_left(answer: Response) -> Response:
    limit = limiter.current_limit
    if limit is None:
        return answer
    wait_s = max(0, int(limit.reset_at - time.time()))
    answer.headers["RateLimit-Policy"] = f'"caller";q={limit.limit.amount};w={limit.limit.get_expiry()}'
    answer.headers["RateLimit"] = f'"caller";r={max(0, limit.remaining)};t={wait_s}'
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(wait_s)
    return answer
