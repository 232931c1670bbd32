"""What a device sends with a picture, at a door or at a counter."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.fields import File, Query, Real, Text, Time
from proofs.models import ProofKind

_FARTHEST_M = 100_000.0


class EvidenceSchema(Query):
    """A picture and what it is of. The id is the device's own; the same picture with the same id again is no fault."""

    file = File(required=True, metadata={"description": "JPEG, PNG or WebP, at most 15 MB"})
    id = fields.UUID(required=True, metadata={"examples": ["01985c1e-3b1c-7d3e-9f63-0a4f5a1f7c12"]})
    delivery_id = fields.UUID(required=True)
    kind = fields.Enum(ProofKind, by_value=fields.String, required=True)
    captured_at = Time(required=True, metadata={"description": "By the device's clock"})
    signee_name = Text(most=200, load_default=None, metadata={"description": "Who signed"})
    longitude = Real(least=-180, most=180, load_default=None)
    latitude = Real(least=-90, most=90, load_default=None)
    accuracy_m = Real(least=0, most=_FARTHEST_M, load_default=None)

    @validates_schema
    def _whole_place(self, data: dict[str, Any], **_: Any) -> None:
        for one, other in (("longitude", "latitude"), ("latitude", "longitude")):
            if data[one] is not None and data[other] is None:
                raise ValidationError(f"needed with {one}", other)
