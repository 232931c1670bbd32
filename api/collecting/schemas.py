"""What a recipient sends over the tracking link."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import NOT_BLANK, Name, Schema, Text, Time
from pickup_points.counter.models import AnnouncementState


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


class ComingSchema(Schema):
    """That you come: on the way, here, or after all not. What was said before and not again stays."""

    state = fields.Enum(
        AnnouncementState,
        by_value=fields.String,
        required=True,
        validate=validate.NoneOf([AnnouncementState.SERVED]),
        metadata={"examples": ["on_the_way"]},
    )
    expected_at = Time(load_default=None, allow_none=True, metadata={"description": "When you think to be there"})
    bay = Text(most=40, validate=NOT_BLANK, load_default=None, allow_none=True, metadata={"examples": ["2"]})
    car = Text(
        most=100, validate=NOT_BLANK, load_default=None, allow_none=True, metadata={"examples": ["blue Fiat, ABC-123"]}
    )


class WaitingParcelSchema(Schema):
    """A parcel of yours that waits."""

    parcel_id = fields.UUID(required=True)
    expires_at = Time(required=True)


class WaitingParcelsSchema(Schema):
    """Until when your parcels wait."""

    items = fields.List(fields.Nested(WaitingParcelSchema), required=True)
