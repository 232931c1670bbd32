"""What leave to return looks like."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import NOT_BLANK, Schema, Text, Time


class ReturnDraftSchema(Schema):
    """Which parcels come back: all, unless named."""

    parcel_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=100))
    reason = Text(most=500, validate=NOT_BLANK, load_default=None, allow_none=True)


class ReturnSchema(Schema):
    """Leave to bring parcels back. The code cannot be read again."""

    id = fields.UUID(required=True)
    delivery_id = fields.UUID(required=True)
    parcel_ids = fields.List(fields.UUID(), required=True)
    code = fields.String(required=True, metadata={"examples": ["7KQ4XW2M9RTB"]})
    expires_at = Time(required=True)
