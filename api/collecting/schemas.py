"""What a recipient sends over the tracking link."""

from __future__ import annotations

from marshmallow import fields

from api.fields import Name, Schema, Time


class DelegateSchema(Schema):
    """Whom you send."""

    delegate_name = Name(required=True, metadata={"examples": ["Eeva Virtanen"]})


class AuthorisationSchema(Schema):
    """Somebody who may collect for you."""

    id = fields.UUID(required=True)
    delegate_name = fields.String(required=True)
    created_at = Time(required=True)
    expires_at = Time(required=True)


class AuthorisationsSchema(Schema):
    """Who may collect for you, oldest first."""

    items = fields.List(fields.Nested(AuthorisationSchema), required=True)
