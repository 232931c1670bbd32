"""Which evidence a delivery needs before it may be called delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery, ProofRequirement
from proofs.models import Proof


def missing(session: Session, delivery: Delivery, *, since: datetime) -> list[ProofRequirement]:
    """Return the required kinds of evidence that were not captured since `since`, both by the device's clock.

    What an earlier attempt left behind proves nothing about this one.
    """
    captured = session.scalars(
        select(Proof.kind).where(Proof.delivery_id == delivery.id, Proof.captured_at >= since)
    ).all()
    there = {kind.value for kind in captured}
    return [needed for needed in map(ProofRequirement, delivery.proof_requirements) if needed.value not in there]
