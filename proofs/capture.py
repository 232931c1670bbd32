"""Capturing evidence: the picture is stored first, the row that names it second.

When the second step never comes, an object without a row stays in the store; the device sends the picture again with
its id, and the same bytes get the same key. Whatever stands under `proofs/` without a row for more than a day may be
deleted. The other way round, a row without its picture, cannot come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict
from kernel.geo import Point
from proofs.facts import ProofCaptured
from proofs.models import Proof, ProofKind
from proofs.pictures import Picture, fingerprint
from proofs.store import EVIDENCE, EvidenceLost


class ProofIdTaken(Conflict):
    """Another picture has this id already."""


class EvidenceTampered(Conflict):
    """What the store holds is not what was captured."""


@dataclass(frozen=True)
class Capture:
    """What the device says of a picture. `captured_at` is by its clock."""

    id: UUID
    delivery_id: UUID
    kind: ProofKind
    captured_at: datetime
    signee_name: str | None
    place: Point | None
    accuracy_m: float | None


def known(session: Session, said: Capture, *, received_sha256: str, by: UUID) -> Proof | None:
    """Return the proof that this upload already is, None when it is new. ProofIdTaken when the id is another's."""
    proof = session.get(Proof, said.id)
    if proof is None:
        return None
    same = (said.delivery_id, said.kind, received_sha256, by)
    if (proof.delivery_id, proof.kind, proof.received_sha256, proof.captured_by) != same:
        raise ProofIdTaken()
    return proof


def key_of(said: Capture, picture: Picture) -> str:
    """Return where the picture is stored. The hash is in it, so that nothing ever overwrites another picture."""
    return f"proofs/{said.delivery_id}/{said.id}-{picture.sha256[:16]}.{picture.suffix}"


def store(said: Capture, picture: Picture) -> None:
    """Put the picture into the store. Outside any unit of work. EvidenceUnavailable."""
    EVIDENCE.get().put(key_of(said, picture), picture.data)


def capture(session: Session, said: Capture, *, picture: Picture, by: UUID, now: datetime) -> Proof:
    """Write down the stored picture as evidence; the same upload again returns what is there. ProofIdTaken."""
    there = known(session, said, received_sha256=picture.received_sha256, by=by)
    if there is not None:
        return there

    proof = _proof(said, picture, by, now)
    try:
        with session.begin_nested():
            session.add(proof)
    except IntegrityError as error:
        if violated(error) not in ("pk_proofs", "uq_proofs_store_key"):
            raise
        # Two uploads of it came at once, and the other was first.
        there = known(session, said, received_sha256=picture.received_sha256, by=by)
        if there is None:
            raise ProofIdTaken() from None
        return there

    facts.record(
        session,
        ProofCaptured(
            delivery_id=said.delivery_id, proof_id=proof.id, proof_kind=proof.kind, sha256=proof.sha256, at=now, by=by
        ),
    )
    return proof


def fetch(proof: Proof) -> bytes:
    """Return the picture, checked against its hash. Outside any unit of work. EvidenceTampered, EvidenceUnavailable."""
    try:
        data = EVIDENCE.get().get(proof.store_key)
    except EvidenceLost:
        raise EvidenceTampered("the picture is gone from the store", proof_id=proof.id) from None
    if fingerprint(data) != proof.sha256:
        raise EvidenceTampered("its SHA-256 is another", proof_id=proof.id)
    return data


def _proof(said: Capture, picture: Picture, by: UUID, now: datetime) -> Proof:
    return Proof(
        id=said.id,
        delivery_id=said.delivery_id,
        kind=said.kind,
        sha256=picture.sha256,
        received_sha256=picture.received_sha256,
        media_type=picture.media_type,
        size_bytes=len(picture.data),
        width_px=picture.width_px,
        height_px=picture.height_px,
        store_key=key_of(said, picture),
        signee_name=said.signee_name,
        captured_at=said.captured_at,
        captured_by=by,
        received_at=now,
        place=said.place,
        accuracy_m=said.accuracy_m,
    )
