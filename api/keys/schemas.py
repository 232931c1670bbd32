"""What an API key looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from accounts.keys import Scope
from accounts.models import Role
from api.fields import Name, Schema, Time

NAME: dict[str, Any] = {"examples": ["web shop"]}
SCOPES: dict[str, Any] = {"examples": [["deliveries:read", "deliveries:write"]]}


class KeyDraftSchema(Schema):
    """A key for a program: what it may do is its role's, narrowed to scopes."""

    name = Name(required=True, metadata=NAME)
    role = fields.Enum(Role, by_value=fields.String, required=True, metadata={"examples": ["merchant"]})
    scopes = fields.List(
        fields.Enum(Scope, by_value=fields.String),
        required=True,
        validate=validate.Length(min=1, max=len(Scope)),
        metadata=SCOPES,
    )
    organisation_id = fields.UUID(load_default=None, allow_none=True)


class KeySchema(Schema):
    """A key, without its secret."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=NAME)
    role = fields.Enum(Role, by_value=fields.String, required=True)
    scopes = fields.List(fields.String(), required=True, metadata=SCOPES)
    created_at = Time(required=True)
    created_by = fields.UUID(required=True, allow_none=True)
    last_used_at = Time(required=True, allow_none=True)
    revoked_at = Time(required=True, allow_none=True)


class MadeKeySchema(KeySchema):
    """A new key. `api_key` is its secret: it is shown this once."""

    api_key = fields.String(required=True, metadata={"examples": ["dk_3q2-7wEXAMPLE"]})
