"""What the caller looks like to itself."""

from __future__ import annotations

from marshmallow import fields, validate

from accounts.models import Role
from api.fields import Password, Schema, Text
from api.organisations.schemas import OrganisationSchema


class MeSchema(Schema):
    """The person or the key that calls. A key has scopes, a person has an e-mail address and none."""

    id = fields.UUID(required=True)
    bearer = fields.String(required=True, validate=validate.OneOf(["person", "key"]))
    name = fields.String(required=True, metadata={"examples": ["Aino Virtanen"]})
    role = fields.Enum(Role, by_value=fields.String, required=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    scopes = fields.List(fields.String(), required=True, allow_none=True)
    organisation = fields.Nested(OrganisationSchema, required=True)


class PasswordChangeSchema(Schema):
    """The old password and the new."""

    current_password = Text(
        most=200, required=True, metadata={"examples": ["correct horse battery"], "format": "password"}
    )
    password = Password(required=True)
