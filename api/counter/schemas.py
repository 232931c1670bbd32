"""What receiving and finding at a counter look like."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.fields import NOT_BLANK, Query, Schema, Text, Time, Whole
from api.proofs.evidence import EvidenceSchema
from pickup_points.counter.rejecting import Rejection
from pickup_points.models import PointKind, StayKind, StayState

MOST_SCANS = 500


def point_id() -> fields.UUID:
    """Return the field that names the point."""
    return fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Needed only of those who work at several points"}
    )


def code(**kwargs: Any) -> Text:
    """Return the field of a label's number."""
    about = "The label's SSCC or S10 number as it was scanned, or the parcel's id"
    return Text(most=80, metadata={"description": about, "examples": ["340123450000000000"]}, **kwargs)


def proof_ids() -> fields.List[Any]:
    """Return the field of the photos that show damage."""
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "Photos of this delivery, sent to `/v1/counter/evidence` before"},
    )


class AtPointQuery(Query):
    """At which point."""

    point_id = point_id()


class DeskSchema(Schema):
    """A point where you work."""

    point_id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(PointKind, by_value=fields.String, required=True)
    address = fields.String(required=True, allow_none=True)
    zone = fields.String(required=True)
    shelf_required = fields.Boolean(required=True)
    supervisor = fields.Boolean(required=True)


class DesksSchema(Schema):
    """The points where you work, by name."""

    items = fields.List(fields.Nested(DeskSchema), required=True)


class StaySchema(Schema):
    """One parcel's time at the point."""

    id = fields.UUID(required=True)
    kind = fields.Enum(StayKind, by_value=fields.String, required=True)
    state = fields.Enum(StayState, by_value=fields.String, required=True)
    delivery_id = fields.UUID(required=True)
    parcel_id = fields.UUID(required=True)
    shelf = fields.String(required=True, allow_none=True)
    damage = fields.String(required=True, allow_none=True)
    checked_in_at = Time(required=True, allow_none=True)
    ready_at = Time(required=True, allow_none=True)
    expires_at = Time(required=True, allow_none=True)
    missing_at = Time(required=True, allow_none=True, metadata={"description": "A count did not find it"})
    extensions = Whole(required=True)


class KeptSchema(Schema):
    """A parcel with what a clerk needs to find it and to know the person. No address, and no whole phone number."""

    stay = fields.Nested(StaySchema, required=True)
    code = fields.String(required=True, allow_none=True, attribute="parcel.code")
    description = fields.String(required=True, allow_none=True, attribute="parcel.description")
    weight_g = Whole(required=True, attribute="parcel.weight_g")
    recipient_name = fields.String(required=True)
    phone_tail = fields.String(required=True, allow_none=True, metadata={"examples": ["4567"]})
    proof_requirements = fields.List(fields.String(), required=True, attribute="delivery.proof_requirements")


class KeptListSchema(Schema):
    """Parcels at the point."""

    items = fields.List(fields.Nested(KeptSchema), required=True)


class InboundSchema(Schema):
    """A parcel that is coming."""

    stay_id = fields.UUID(required=True, attribute="stay.id")
    delivery_id = fields.UUID(required=True, attribute="delivery.id")
    parcel_id = fields.UUID(required=True, attribute="parcel.id")
    code = fields.String(required=True, allow_none=True, attribute="parcel.code")
    description = fields.String(required=True, allow_none=True, attribute="parcel.description")
    weight_g = Whole(required=True, attribute="parcel.weight_g")
    recipient_name = fields.String(required=True)
    courier_expected_at = Time(
        required=True, allow_none=True, metadata={"description": "null while no published route brings it"}
    )


class InboundListSchema(Schema):
    """What is coming, soonest first."""

    items = fields.List(fields.Nested(InboundSchema), required=True)


class ExpectedQuery(AtPointQuery):
    """What is coming, and by when."""

    before = Time(load_default=None, metadata={"description": "Only what a courier is thought to bring by then"})


class ScanSchema(Schema):
    """What was scanned, and where it was put."""

    code = code(required=True)
    shelf = Text(most=40, validate=NOT_BLANK, load_default=None, allow_none=True, metadata={"examples": ["B3"]})
    damage = Text(
        most=1000,
        validate=NOT_BLANK,
        load_default=None,
        allow_none=True,
        metadata={"description": "What is wrong with it; needs a photo", "examples": ["corner crushed"]},
    )
    proof_ids = proof_ids()


class CheckInSchema(Schema):
    """What the courier left."""

    point_id = point_id()
    scans = fields.List(fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=MOST_SCANS))
    told = Whole(
        most=10_000,
        load_default=None,
        allow_none=True,
        metadata={"description": "How many parcels the courier says there are", "examples": [3]},
    )


class ReceivedSchema(Schema):
    """What became of one scan: its stay, or the problem."""

    index = Whole(required=True)
    status = Whole(required=True, metadata={"examples": [201]})
    stay = fields.Nested(StaySchema)
    problem = fields.Dict()


class ReceiptSchema(Schema):
    """What became of each scan, in the order in which they were sent, and what is lacking."""

    items = fields.List(fields.Nested(ReceivedSchema), required=True)
    scanned = Whole(required=True)
    told = Whole(required=True, allow_none=True)
    matches = fields.Boolean(required=True, metadata={"description": "As many came as were told, of each delivery all"})
    missing = fields.List(
        fields.Nested(StaySchema), required=True, metadata={"description": "Of the same deliveries, and not scanned"}
    )


class RejectionSchema(Schema):
    """What you do not take in."""

    point_id = point_id()
    code = code(required=True)
    reason = fields.Enum(Rejection, by_value=fields.String, required=True, metadata={"examples": ["damaged"]})
    proof_ids = proof_ids()


class CounterEvidenceSchema(EvidenceSchema):
    """A picture and what it is of. The id is the device's own; the same picture with the same id again is no fault."""

    point_id = point_id()


class ParcelsQuery(AtPointQuery):
    """What to look for."""

    q = Text(
        most=100,
        load_default=None,
        metadata={"description": "A label's code, a name, or the last digits of a telephone number"},
    )
    shelf = Text(most=40, load_default=None, metadata={"description": "Only what lies on this shelf"})
    limit = Whole(least=1, most=500, load_default=50)

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_: Any) -> None:
        if data["q"] is not None and not data["q"].strip():
            raise ValidationError("must not be blank", "q")
