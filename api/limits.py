"""Rate limits by caller, and the headers that say what is left (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.strategies import RateLimiter

from api import access

_UNLIMITED = "_unlimited"
_COUNTERS = "counters"


def _key() -> str:
    """Whoever sends the token; the address where anyone may call, for there a made-up token costs nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not access.is_declared(view) or access.declared(view).public:
        return get_remote_address()
    return request.headers.get("Authorization") or get_remote_address()


def unlimited[F: Callable[..., Any]](view: F) -> F:
    """Mark a view that is not limited: probes and static files."""
    setattr(view, _UNLIMITED, True)
    return view


def _is_unlimited() -> bool:
    return hasattr(current_app.view_functions.get(request.endpoint or ""), _UNLIMITED)


def register(app: Flask, *, limit: str, redis_url: str) -> None:
    """Limit every view to `limit` a caller."""
    limiter = Limiter(
        key_func=_key,
        app=app,
        default_limits=[limit],
        storage_uri=redis_url,
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1, "wrap_exceptions": True},
        # Redis away: count in memory rather than refuse or let everything through.
        in_memory_fallback_enabled=True,
    )
    limiter.request_filter(_is_unlimited)
    app.extensions[_COUNTERS] = limiter
    app.after_request(partial(_say_what_is_left, limiter))


def counters() -> RateLimiter:
    """Return what counts, in Redis or without it in memory. Raises StorageError when Redis has just gone away."""
    limiter: Limiter = current_app.extensions[_COUNTERS]
    return limiter.limiter


def _say_what_is_left(limiter: Limiter, answer: Response) -> Response:
    limit = limiter.current_limit
    if limit is None:
        return answer
    wait_s = max(0, int(limit.reset_at - time.time()))
    answer.headers["RateLimit-Policy"] = f'"caller";q={limit.limit.amount};w={limit.limit.get_expiry()}'
    answer.headers["RateLimit"] = f'"caller";r={max(0, limit.remaining)};t={wait_s}'
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(wait_s)
    return answer
