"""What evidence looks like."""

from __future__ import annotations

from marshmallow import fields

from api.fields import Place, Real, Schema, Time, Whole
from proofs.models import ProofKind


class ProofSchema(Schema):
    """One photo or signature. `sha256` is of the bytes that `/content` serves, `received_sha256` of the upload."""

    id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True)
    kind = fields.Enum(ProofKind, by_value=fields.String, required=True)
    sha256 = fields.String(required=True)
    received_sha256 = fields.String(required=True)
    media_type = fields.String(required=True, metadata={"examples": ["image/jpeg"]})
    size_bytes = Whole(required=True)
    width_px = Whole(required=True)
    height_px = Whole(required=True)
    signee_name = fields.String(required=True, allow_none=True)
    captured_at = Time(required=True)
    received_at = Time(required=True)
    place = Place(required=True, allow_none=True)
    accuracy_m = Real(least=0, most=100_000, required=True, allow_none=True)


class ProofsSchema(Schema):
    """All evidence for one delivery, oldest first."""

    items = fields.List(fields.Nested(ProofSchema), required=True)
