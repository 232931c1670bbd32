"""The code with which a recipient collects at a counter: eight digits, from a key, so that it is kept nowhere.

It is the first 27 bits or so of HMAC-SHA256 over the point and the delivery; beside a stay stands only its keyed
digest, by which it is found. Eight digits are enough because wrong ones lock (`counter/code_tries.py`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from uuid import UUID

from kernel.ports import Port

KEY: Port[bytes] = Port("the key of collection codes")
DIGITS = 8


def code_of(*, point_id: UUID, delivery_id: UUID) -> str:
    """Return the code that opens the delivery's parcels at the point."""
    made = _keyed(b"collection code", point_id.bytes + delivery_id.bytes)
    return str(int.from_bytes(made[:8]) % 10**DIGITS).zfill(DIGITS)


def digest_of(code: str) -> str:
    """Return what is kept of a code: without the key it says nothing."""
    return _keyed(b"collection code digest", code.encode()).hex()


def qr_text(*, point_id: UUID, delivery_id: UUID) -> str:
    """Return what stands in the QR code."""
    return qr_of(point_id, code_of(point_id=point_id, delivery_id=delivery_id))


def qr_of(point_id: UUID, code: str) -> str:
    """Return what stands in the QR code of a code: the point too, so that a wrong one is known at once."""
    return f"doorstep:{point_id}:{code}"


def read(text: str) -> tuple[str, UUID | None]:
    """Return the digits of what was typed or scanned, and the point that a QR code names."""
    scanned = re.fullmatch(r"doorstep:([0-9a-f-]{36}):(\d+)", text.strip())
    if scanned:
        try:
            return scanned[2], UUID(scanned[1])
        except ValueError:
            pass
    return re.sub(r"[\s-]", "", text), None


def _keyed(purpose: bytes, content: bytes) -> bytes:
    return hmac.digest(KEY.get(), purpose + b"\0" + content, hashlib.sha256)
