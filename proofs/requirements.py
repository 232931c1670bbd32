"""Which evidence a delivery needs before it may be called delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import Delivery, ProofRequirement
from kernel.errors import Conflict
from proofs.models import Check, Proof


class ProofMissing(Conflict):
    """Evidence that was asked for is not there."""


def missing(session: Session, delivery: Delivery, *, since: datetime) -> list[ProofRequirement]:
    """Return the required kinds of evidence that were not captured since `since`, both by the device's clock.

    What an earlier attempt left behind proves nothing about this one, and neither does a paper that would not do.
    """
    pictures = session.scalars(
        select(Proof.kind).where(Proof.delivery_id == delivery.id, Proof.captured_at >= since)
    ).all()
    papers = session.scalars(
        select(Check.kind).where(Check.delivery_id == delivery.id, Check.passed, Check.checked_at >= since)
    ).all()
    there = {kind.value for kind in [*pictures, *papers]}
    return [needed for needed in map(ProofRequirement, delivery.proof_requirements) if needed.value not in there]
