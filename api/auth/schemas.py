"""What credentials and tokens look like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.fields import Email, Schema, Text, Whole


class CredentialsSchema(Schema):
    """An e-mail address with its password, or an API key."""

    email = Email(metadata={"examples": ["aino@example.com"]})
    password = Text(most=200, metadata={"examples": ["correct horse battery"], "format": "password"})
    api_key = Text(most=200, metadata={"examples": ["dk_3q2-7wEXAMPLE"], "format": "password"})

    @validates_schema
    def _is_one_or_the_other(self, given: dict[str, Any], **_: Any) -> None:
        if set(given) not in ({"email", "password"}, {"api_key"}):
            raise ValidationError("send `email` and `password`, or `api_key` alone")


class RefreshSchema(Schema):
    """The refresh token."""

    refresh_token = Text(most=2000, required=True, metadata={"examples": ["eyJhbGciOiJIUzI1NiIs..."]})


class TokensSchema(Schema):
    """What to send as `Authorization: Bearer ...` from now on. The refresh token is good once; a key has none."""

    access_token = fields.String(required=True)
    token_type = fields.Constant("Bearer", required=True)
    expires_in_s = Whole(required=True, metadata={"description": "Of the access token", "examples": [900]})
    refresh_token = fields.String(required=True, allow_none=True, metadata={"description": "Good once; null for a key"})
