"""What a person looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from accounts.models import Role
from api.fields import Email, Name, PageQuery, Password, Phone, Schema, Time, Truth, Whole

NAME: dict[str, Any] = {"examples": ["Aino Virtanen"]}
EMAIL: dict[str, Any] = {"examples": ["aino@example.com"]}


class PersonDraftSchema(Schema):
    """Somebody who shall sign in; in your own organisation unless a merchant of it is named."""

    name = Name(required=True, metadata=NAME)
    email = Email(required=True, metadata=EMAIL)
    phone = Phone(allow_none=True, load_default=None)
    role = fields.Enum(Role, by_value=fields.String, required=True, metadata={"examples": ["driver"]})
    password = Password(required=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)


class PersonChangeSchema(Schema):
    """What shall be different. Somebody made inactive, or given a new password, is signed out everywhere."""

    name = Name(metadata=NAME)
    email = Email(metadata=EMAIL)
    phone = Phone(allow_none=True)
    role = fields.Enum(Role, by_value=fields.String, metadata={"examples": ["dispatcher"]})
    active = Truth()
    password = Password()


class PersonSchema(Schema):
    """Somebody who signs in."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=NAME)
    email = fields.String(required=True, metadata=EMAIL)
    phone = fields.String(required=True, allow_none=True, metadata={"examples": ["+358401234567"]})
    role = fields.Enum(Role, by_value=fields.String, required=True)
    active = fields.Boolean(required=True)
    created_at = Time(required=True)
    version = Whole(required=True)


class PeopleQuery(PageQuery):
    """Which people."""

    role = fields.Enum(Role, by_value=fields.String, metadata={"description": "Only those with this role"})
    organisation_id = fields.UUID(metadata={"description": "Only those of this organisation"})
    active = Truth(metadata={"description": "`true`: only those who may sign in; `false`: only those who may not"})
