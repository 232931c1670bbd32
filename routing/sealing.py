"""Parts of a plan as letters between solvers on different machines: pickles, signed so that only ours are opened.

Whoever could write to the broker could otherwise have any code run by opening one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import pickle
import zlib
from typing import Any

from kernel.ports import Port

KEY: Port[bytes] = Port("the key that seals letters")


class Forged(Exception):
    """The seal is broken, or another installation's."""


def sealed(content: Any) -> str:
    """Return the letter, for JSON."""
    body = zlib.compress(pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL), level=1)
    return base64.b85encode(_seal(body) + body).decode()


def opened(letter: str) -> Any:
    """Return what was sealed. Forged."""
    try:
        whole = base64.b85decode(letter)
    except ValueError as fault:
        raise Forged("not a letter") from fault
    size = hashlib.sha256().digest_size
    seal, body = whole[:size], whole[size:]
    if not hmac.compare_digest(seal, _seal(body)):
        raise Forged("the seal does not fit")
    return pickle.loads(zlib.decompress(body))


def _seal(body: bytes) -> bytes:
    return hmac.digest(KEY.get(), b"part of a plan" + body, hashlib.sha256)
