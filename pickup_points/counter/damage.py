"""Who says that a parcel is damaged shows it: a photo, so that the carrier still answers for it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import Invalid
from proofs.models import Proof, ProofKind


class PhotoMissing(Invalid):
    """Damage is shown on a photo: send it first, then name it here."""


def require_photo(session: Session, delivery_id: UUID, proof_ids: Collection[UUID]) -> None:
    """Refuse damage without a photo of this delivery. PhotoMissing names what is none."""
    photos = set(
        session.scalars(
            select(Proof.id).where(
                Proof.id.in_(proof_ids), Proof.delivery_id == delivery_id, Proof.kind == ProofKind.PHOTO
            )
        )
    )
    if not photos or photos != set(proof_ids):
        raise PhotoMissing(delivery_id=delivery_id, unknown_proof_ids=sorted(set(proof_ids) - photos))
