"""What is asked about evidence."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries import queries as deliveries
from deliveries.queries import DeliveryNotFound
from kernel.errors import NotFound
from proofs.models import Proof


class ProofNotFound(NotFound):
    """There is no such proof."""


def proof(session: Session, proof_id: UUID, *, caller: Principal) -> Proof:
    """Return a proof of a delivery that the caller may see. ProofNotFound."""
    found = session.get(Proof, proof_id)
    if found is None:
        raise ProofNotFound()
    try:
        deliveries.delivery(session, found.delivery_id, caller=caller)
    except DeliveryNotFound:
        raise ProofNotFound() from None
    return found


def proofs_of(session: Session, delivery_id: UUID, *, caller: Principal) -> Sequence[Proof]:
    """Return the evidence for a delivery that the caller may see, oldest first. DeliveryNotFound."""
    deliveries.delivery(session, delivery_id, caller=caller)
    return session.scalars(
        select(Proof).where(Proof.delivery_id == delivery_id).order_by(Proof.captured_at, Proof.id)
    ).all()
