"""What a pickup point looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.fields import NOT_BLANK, ChangeSchema, Name, Place, Schema, Text, Time, Truth, Whole
from pickup_points.models import PointKind, PointService, StepFree
from pickup_points.points.changing import HOLD_DAYS
from pickup_points.points.hours import LONGEST_TEXT

LONGEST_HOLD_DAYS = 90
LONGEST_PREPARATION_S = 14 * 86_400
_NAME: dict[str, Any] = {"examples": ["R-kioski Kamppi"]}
_ID: dict[str, Any] = {
    "description": "Whoever runs it calls it so: unique with the carrier",
    "examples": ["node/1377211666"],
}


def _told(about: str, example: str, *, most: int = 200, **kwargs: Any) -> Text:
    metadata = {"description": about, "examples": [example]}
    return Text(most=most, allow_none=True, validate=NOT_BLANK, metadata=metadata, **kwargs)


def _country(**kwargs: Any) -> Text:
    code = validate.Regexp(r"[A-Z]{2}\Z", error="must be two capitals")
    about = {"description": "ISO 3166-1: its public holidays; null: that of the zone", "examples": ["FI"]}
    return Text(allow_none=True, validate=code, metadata=about, **kwargs)


def _opening_hours(**kwargs: Any) -> Text:
    about = "As OSM writes them, in the zone of the point; null: nobody knows, and it counts as open for plans"
    metadata = {"description": about, "examples": ["Mo-Fr 08:00-20:00; Sa 10:00-18:00; PH off"]}
    return Text(most=LONGEST_TEXT, allow_none=True, metadata=metadata, **kwargs)


def _step_free(**kwargs: Any) -> fields.Enum[Any]:
    about = {"description": "Whether a wheelchair gets to it; null: nobody knows"}
    return fields.Enum(StepFree, by_value=fields.String, allow_none=True, metadata=about, **kwargs)


def _services(**kwargs: Any) -> fields.List[Any]:
    each = fields.Enum(PointService, by_value=fields.String)
    return fields.List(each, validate=validate.Length(max=10), metadata={"examples": [["collect", "return"]]}, **kwargs)


def _most_parcels(**kwargs: Any) -> Whole:
    about = "What a counter holds at once; null: nobody counts, or it has compartments"
    return Whole(most=100_000, allow_none=True, metadata={"description": about, "examples": [60]}, **kwargs)


def _hold_days(**kwargs: Any) -> Whole:
    about = {"description": "How long a parcel waits for its recipient", "examples": [HOLD_DAYS]}
    return Whole(least=1, most=LONGEST_HOLD_DAYS, metadata=about, **kwargs)


def _preparation_s(**kwargs: Any) -> Whole:
    about = {"description": "Seconds between the check-in, or an order, and the collection", "examples": [900]}
    return Whole(most=LONGEST_PREPARATION_S, metadata=about, **kwargs)


def _suspended(**kwargs: Any) -> Truth:
    about = {"description": "It takes no new parcels; those inside can be collected"}
    return Truth(metadata=about, **kwargs)


class PointDraftSchema(Schema):
    """A point to have."""

    external_id = Text(most=100, allow_none=True, validate=NOT_BLANK, metadata=_ID)
    kind = fields.Enum(PointKind, by_value=fields.String, required=True)
    name = Name(required=True, metadata=_NAME)
    brand = _told("Under whose sign", "R-kioski")
    operator = _told("Who runs it", "Reitan Convenience Finland Oy")
    ref = _told("The number on its wall", "4711", most=50)
    address_text = _told("As people write it", "Urho Kekkosen katu 1, 00100 Helsinki", most=300)
    place = Place(required=True, metadata={"description": "Where the courier and the recipients go"})
    zone = Text(most=60, allow_none=True, metadata={"description": "IANA; null: that of its place"})
    country = _country()
    directions = _told("For those who look for it", "In the hall, left of the escalator", most=1000)
    opening_hours = _opening_hours()
    step_free = _step_free()
    services = _services()
    most_parcels = _most_parcels()
    shelf_required = Truth(metadata={"description": "Whoever checks a parcel in says on which shelf it is"})
    hold_days = _hold_days()
    preparation_s = _preparation_s()
    suspended = _suspended()


class PointChangeSchema(ChangeSchema):
    """What to change; the rest stays. It moves only while nothing is there or on its way."""

    external_id = Text(most=100, allow_none=True, validate=NOT_BLANK, metadata=_ID)
    kind = fields.Enum(PointKind, by_value=fields.String)
    name = Name(metadata=_NAME)
    brand = _told("Under whose sign", "R-kioski")
    operator = _told("Who runs it", "Reitan Convenience Finland Oy")
    ref = _told("The number on its wall", "4711", most=50)
    address_text = _told("As people write it", "Urho Kekkosen katu 1, 00100 Helsinki", most=300)
    place = Place(metadata={"description": "Where the courier and the recipients go"})
    zone = Text(most=60, metadata={"examples": ["Europe/Helsinki"]})
    country = _country()
    directions = _told("For those who look for it", "In the hall, left of the escalator", most=1000)
    opening_hours = _opening_hours()
    step_free = _step_free()
    services = _services()
    most_parcels = _most_parcels()
    shelf_required = Truth()
    hold_days = _hold_days()
    preparation_s = _preparation_s()
    suspended = _suspended()


class PointSchema(Schema):
    """Where recipients collect. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    external_id = fields.String(required=True, allow_none=True, metadata=_ID)
    kind = fields.Enum(PointKind, by_value=fields.String, required=True)
    name = fields.String(required=True, metadata=_NAME)
    brand = fields.String(required=True, allow_none=True)
    operator = fields.String(required=True, allow_none=True)
    ref = fields.String(required=True, allow_none=True)
    address_text = fields.String(required=True, allow_none=True)
    place = Place(required=True)
    zone = fields.String(required=True, metadata={"examples": ["Europe/Helsinki"]})
    country = fields.String(required=True, allow_none=True, metadata={"examples": ["FI"]})
    directions = fields.String(required=True, allow_none=True)
    opening_hours = fields.String(required=True, allow_none=True, metadata={"examples": ["Mo-Fr 08:00-20:00"]})
    step_free = _step_free(required=True)
    services = fields.List(fields.String(validate=validate.OneOf([*PointService])), required=True)
    most_parcels = Whole(required=True, allow_none=True)
    shelf_required = Truth(required=True)
    hold_days = Whole(required=True, metadata={"examples": [HOLD_DAYS]})
    preparation_s = Whole(required=True, metadata={"examples": [0]})
    suspended_at = Time(required=True, allow_none=True)
    retired_at = Time(required=True, allow_none=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class ClosureDraftSchema(Schema):
    """A half-open time in which the point is closed, whatever its hours say."""

    starts_at = Time(required=True, metadata={"examples": ["2027-07-05T00:00:00+03:00"]})
    ends_at = Time(required=True, metadata={"examples": ["2027-07-19T00:00:00+03:00"]})
    reason = _told("For whoever asks", "Summer holidays", load_default=None)


class ClosureSchema(Schema):
    """A half-open time in which the point is closed."""

    id = fields.UUID(required=True)
    starts_at = Time(required=True)
    ends_at = Time(required=True)
    reason = fields.String(required=True, allow_none=True)


class ClosuresSchema(Schema):
    """The closures of a point, earliest first."""

    items = fields.List(fields.Nested(ClosureSchema), required=True)
