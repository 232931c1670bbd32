"""What a locker does with a code when there is no network: written from `docs/lockers.md`, not from the server."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

DAY_S, PERIOD_S = 86_400, 4 * 3600
_QR = re.compile(r"doorstep:([0-9a-f-]{36}):(\d+)")


@dataclass(frozen=True)
class Read:
    """The digits that were typed or scanned, and the point that a QR code names."""

    digits: str
    point_id: str | None


def read(text: str) -> Read:
    """Return what was typed or scanned."""
    scanned = _QR.fullmatch(text.strip())
    return Read(scanned[2], scanned[1]) if scanned else Read(re.sub(r"[\s-]", "", text), None)


def opens_for_recipient(
    key: bytes, digits: str, delivery_ids: Iterable[str], *, now: datetime, days: int
) -> str | None:
    """Return which delivery the code is for, None for none: good to the end of a UTC day within the next `days`."""
    if not re.fullmatch(r"[0-9]{9}", digits):
        return None
    today = int(now.astimezone(UTC).timestamp()) // DAY_S
    candidates = [day for day in range(today, today + days + 1) if day % 10 == int(digits[0])]
    found = None
    for delivery_id in delivery_ids:
        for day in candidates:
            made = _mac(key, b"collect\0" + UUID(delivery_id).bytes + b"\0" + day.to_bytes(4, "big"))
            # Every one is compared, so that the time it takes tells nothing.
            if hmac.compare_digest(made, digits[1:]):
                found = delivery_id
    return found


def pass_of_courier(key: bytes, digits: str, *, now: datetime) -> int | None:
    """Return the number of the courier's pass, None when it is none of these hours."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return None
    number, period = int(digits[:2]), int(now.timestamp()) // PERIOD_S
    good = False
    for each in (period - 1, period, period + 1):
        made = _mac(key, b"courier\0" + each.to_bytes(4, "big") + b"\0" + number.to_bytes(4, "big"))
        good |= hmac.compare_digest(made, digits[2:])
    return number if good else None


def _mac(key: bytes, content: bytes) -> str:
    first = int.from_bytes(hmac.new(key, content, hashlib.sha256).digest()[:8], "big")
    return f"{first % 100_000_000:08d}"
