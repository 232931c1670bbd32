"""Guessing passwords is slow: so many tries a minute for one account from one address. Success forgets them."""

from __future__ import annotations

import time
from hashlib import sha256

from flask import current_app
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse
from limits.errors import StorageError
from werkzeug.exceptions import TooManyRequests

from api.limits import counters
from kernel.errors import Unavailable


class TriesUnknown(Unavailable):
    """Tries to sign in cannot be counted at the moment; try again."""


def count(email: str) -> None:
    """Count a try before it is made, so that a thousand at once are a thousand. TooManyRequests, TriesUnknown."""
    limit, names = _limit(), _names(email)
    try:
        allowed = counters().hit(limit, *names)
        reset_at = counters().get_window_stats(limit, *names).reset_time
    except StorageError:
        raise TriesUnknown() from None
    if not allowed:
        wait_s = max(1, int(reset_at - time.time()))
        raise TooManyRequests("too many tries to sign in to this account", retry_after=wait_s)


def forget(email: str) -> None:
    """Forget the tries of somebody who knew the password."""
    try:
        counters().clear(_limit(), *_names(email))
    except StorageError:
        return


def _limit() -> RateLimitItem:
    return parse(current_app.config["SETTINGS"].sign_in_limit)


def _names(email: str) -> tuple[str, str, str]:
    # Hashed: an address may hold what a Redis key should not.
    return "sign-in", get_remote_address(), sha256(email.lower().encode()).hexdigest()
