"""What happened to evidence."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProofCaptured(Fact, kind="proof.captured", about="delivery_id"):
    """A photo or a signature for a delivery is stored. `sha256` is of the stored bytes."""

    delivery_id: UUID
    proof_id: UUID
    proof_kind: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PaperChecked(Fact, kind="proof.paper_checked", about="delivery_id"):
    """Somebody showed a paper before a parcel was given out. What stands on it is kept nowhere."""

    delivery_id: UUID
    check_kind: str
    paper: str
    passed: bool
