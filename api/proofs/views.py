"""Evidence, for those who sent and planned the delivery."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response

from accounts.principals import Role
from api import native
from api.access import caller, open_to
from api.blueprint import Blueprint
from api.etags import etag, not_modified
from api.proofs.schemas import ProofsSchema
from api.unit import own_units, session, unit
from deliveries.queries import DeliveryNotFound
from proofs import capture, queries
from proofs.capture import EvidenceTampered
from proofs.models import Proof
from proofs.queries import ProofNotFound
from proofs.store import EvidenceUnavailable

blueprint = Blueprint("proofs", __name__, url_prefix="/v1", description="Evidence that a parcel changed hands.")

_CONTENT = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}


@blueprint.route("/deliveries/<uuid:delivery_id>/proofs")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:read")
@blueprint.response(200, ProofsSchema)
@blueprint.refuses(DeliveryNotFound)
def list_proofs(delivery_id: UUID) -> dict[str, Sequence[Proof]]:
    """List the evidence for a delivery, oldest first."""
    return {"items": queries.proofs_of(session(), delivery_id, caller=caller())}


@blueprint.route("/proofs/<uuid:proof_id>/content")
@open_to(Role.MERCHANT, Role.DISPATCHER, Role.ADMIN, scope="deliveries:read")
@own_units
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
@blueprint.alt_response(304, description="You have it already.")
@blueprint.refuses(ProofNotFound, EvidenceTampered, EvidenceUnavailable)
def read_proof(proof_id: UUID) -> Response:
    """Return the picture, checked against its SHA-256, which is its ETag. What was tampered with is never served."""
    with unit() as short:
        proof = queries.proof(short, proof_id, caller=caller())
    unchanged = not_modified(proof.sha256)
    if unchanged is not None:
        return unchanged
    data = native.run(capture.fetch, proof)
    return Response(data, content_type=proof.media_type, headers=etag(proof.sha256) | _CONTENT)
