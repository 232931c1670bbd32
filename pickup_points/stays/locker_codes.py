"""Codes that a locker checks without network: HMAC-SHA256 under a key of that locker, valid for a stretch of time.

- A recipient's has 9 digits, `D MMMMMMMM`: D is the last digit of the last day on which it is good, M is
  HMAC(key, "collect" 0 delivery 0 day). It is good to the end of that UTC day.
- A courier's has 10 digits, `NN MMMMMMMM`: N is the pass, M is HMAC(key, "courier" 0 period 0 pass). It is good in
  its four hours, and in those before and after.

*day* counts UTC days and *period* four-hour steps since 1970; both and the pass enter as four bytes, big endian, the
delivery as its 16. M is the first eight bytes of the HMAC as a number, modulo 10^8. The key is HKDF-SHA256 (RFC 5869)
of the installation's secret with the locker and the rotation as info. No code is kept: each is made again.
`docs/lockers.md` has the steps for whoever builds a locker, `sim/locker_codes.py` does them without this file.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pickup_points.stays.collection_codes import KEY

COLLECTION_DIGITS, COURIER_DIGITS = 9, 10
PERIOD = timedelta(hours=4)
MOST_PASSES = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SALT = b"doorstep locker codes"


def key_of(point_id: UUID, *, rotation: int) -> bytes:
    """Return the 32 bytes with which this locker checks codes: of no use for any other, nor after the next rotation."""
    extracted = hmac.digest(_SALT, KEY.get(), hashlib.sha256)
    return hmac.digest(extracted, point_id.bytes + rotation.to_bytes(4) + b"\x01", hashlib.sha256)


def collection_code(key: bytes, *, delivery_id: UUID, until: datetime) -> str:
    """Return the recipient's code, good to the end of the UTC day of `until`."""
    day = (until.astimezone(UTC) - _EPOCH).days
    return f"{day % 10}{_digits(key, b'collect', delivery_id.bytes, day.to_bytes(4))}"


def courier_code(key: bytes, *, period: int, number: int) -> str:
    """Return the code of a courier's pass."""
    return f"{number:02}{_digits(key, b'courier', period.to_bytes(4), number.to_bytes(4))}"


def end_of_day(until: datetime) -> datetime:
    """Return when a code stops to be good that was made for collecting until then."""
    return _EPOCH + timedelta(days=(until.astimezone(UTC) - _EPOCH).days + 1)


def period_of(at: datetime) -> int:
    """Return the four-hour step in which a time lies."""
    return int((at - _EPOCH) / PERIOD)


def hours_of(period: int) -> tuple[datetime, datetime]:
    """Return the half-open time in which a courier's code of the step is listened to: one step more on each side."""
    return _EPOCH + (period - 1) * PERIOD, _EPOCH + (period + 2) * PERIOD


def is_same(code: str, given: str) -> bool:
    """Compare in a time that says nothing of where they differ."""
    return hmac.compare_digest(code.encode(), given.encode("utf-8", "surrogatepass"))


def _digits(key: bytes, *content: bytes) -> str:
    made = hmac.digest(key, b"\0".join(content), hashlib.sha256)
    return f"{int.from_bytes(made[:8]) % 10**8:08}"
