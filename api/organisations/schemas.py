"""What an organisation looks like."""

from __future__ import annotations

from marshmallow import fields

from accounts.models import OrganisationKind
from api.fields import Name, Schema, Time

NAME = {"examples": ["Kirjakauppa Oy"]}


class OrganisationDraftSchema(Schema):
    """A merchant to serve."""

    name = Name(required=True, metadata=NAME)


class OrganisationSchema(Schema):
    """A carrier, or a merchant that the carrier `carrier_id` serves."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, metadata=NAME)
    kind = fields.Enum(OrganisationKind, by_value=fields.String, required=True)
    carrier_id = fields.UUID(required=True, allow_none=True)
    created_at = Time(required=True)
