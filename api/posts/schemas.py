"""What posts and terms look like."""

from __future__ import annotations

from marshmallow import fields, validate

from api.fields import Schema, Time, Truth, Whole

_MOST_STAFF = 200
_LONGEST_REMINDER_S = 14 * 86_400


class NamedSchema(Schema):
    """Somebody to work at the point. A supervisor may override there, with a reason."""

    person_id = fields.UUID(required=True, metadata={"examples": ["01985c1e-0000-7000-8000-000000000007"]})
    supervisor = Truth(load_default=False)


class StaffDraftSchema(Schema):
    """Exactly these work at the point from now on."""

    staff = fields.List(fields.Nested(NamedSchema), required=True, validate=validate.Length(max=_MOST_STAFF))


class PostSchema(Schema):
    """Somebody's post at a point."""

    person_id = fields.UUID(required=True)
    supervisor = fields.Boolean(required=True)
    since = Time(required=True)


class StaffSchema(Schema):
    """Who works at the point, longest first."""

    staff = fields.List(fields.Nested(PostSchema), required=True)


class TermsSchema(Schema):
    """What the point allows its recipients."""

    most_extensions = Whole(most=20, required=True, metadata={"examples": [1]})
    extension_days = Whole(least=1, most=60, required=True, metadata={"examples": [3]})
    remind_before_s = Whole(
        most=_LONGEST_REMINDER_S,
        required=True,
        metadata={"description": "How long before its time is over the recipient is reminded", "examples": [86_400]},
    )
    order_cut_off = fields.Time(
        "%H:%M",
        required=True,
        allow_none=True,
        metadata={
            "description": "By its own clock; later orders are prepared on its next open day. null: until it closes",
            "examples": ["16:00"],
        },
    )
