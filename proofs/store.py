"""Where evidence is kept: the port. Keys are paths; what stands under a key is never changed."""

from __future__ import annotations

from typing import Protocol

from kernel.errors import Unavailable
from kernel.ports import Port


class EvidenceUnavailable(Unavailable):
    """The store of evidence does not answer; try again."""


class EvidenceLost(Exception):
    """Nothing stands under the key."""


class EvidenceStore(Protocol):
    """A folder or a bucket. Every call may talk to the network: never inside a unit of work."""

    def put(self, key: str, data: bytes) -> None:
        """Store `data` whole, over whatever stood there. EvidenceUnavailable."""

    def get(self, key: str) -> bytes:
        """Return what was stored. EvidenceLost, EvidenceUnavailable."""

    def delete(self, key: str) -> None:
        """Take away what was stored, if anything was. EvidenceUnavailable."""


# Plugged in by `wiring.py` from the settings.
EVIDENCE: Port[EvidenceStore] = Port("evidence")
