"""Password hashes: argon2id. Slow on purpose, so never call these inside a unit of work or on the event loop."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's profile for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Return the hash to keep."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether `password` made `password_hash`; False for a hash that is none."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@cache
def of_nobody() -> str:
    """Return a hash that no password matches, for e-mail addresses that nobody has: a try takes as long as any."""
    return _HASHER.hash("nobody", salt=bytes(16)).rpartition("$")[0] + "$" + "A" * 43
