"""What a shift looks like."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from api.fields import ChangeSchema, PageQuery, Place, Schema, Time, Whole, skills
from routing.models import Pause, Reloads


class BreakSchema(Schema):
    """A pause of `duration_s` that begins between the two times, both allowed."""

    earliest_at = Time(required=True, metadata={"examples": ["2026-06-15T11:00:00+03:00"]})
    latest_at = Time(required=True, metadata={"examples": ["2026-06-15T13:00:00+03:00"]})
    duration_s = Whole(required=True, least=60, most=4 * 3600, metadata={"examples": [1800]})

    @post_load
    def _pause(self, data: dict[str, Any], **_: Any) -> Pause:
        return Pause(**data)


class ReloadsSchema(Schema):
    """Trips back to load in the middle of the shift. Without a place: where the shift starts."""

    most = Whole(least=1, most=10, load_default=1, metadata={"description": "How often at most", "examples": [1]})
    duration_s = Whole(required=True, most=4 * 3600, metadata={"description": "Seconds there", "examples": [900]})
    place = Place(load_default=None, allow_none=True)

    @post_load
    def _reloads(self, data: dict[str, Any], **_: Any) -> Reloads:
        return Reloads(**data)


def _reloads(**kwargs: Any) -> fields.Nested:
    about = {"description": "Coming back to load, when all does not go along at once; null: never"}
    return fields.Nested(ReloadsSchema, allow_none=True, metadata=about, **kwargs)


_SKILLS = "What the driver can do; the vehicle's count as well"
_DAY_S = 86_400


def _breaks(**kwargs: Any) -> fields.List[Any]:
    about = {"description": "In the order in which they are taken"}
    return fields.List(fields.Nested(BreakSchema), validate=validate.Length(max=6), metadata=about, **kwargs)


def _max_duration_s(**kwargs: Any) -> Whole:
    about = {"description": "From leaving to the end, waiting and breaks included", "examples": [28_800]}
    return Whole(least=1, most=_DAY_S, allow_none=True, metadata=about, **kwargs)


def _max_distance_m(**kwargs: Any) -> Whole:
    about = {"description": "What the battery holds", "examples": [60_000]}
    return Whole(least=1, most=10_000_000, allow_none=True, metadata=about, **kwargs)


def _max_stops(**kwargs: Any) -> Whole:
    return Whole(least=1, most=10_000, allow_none=True, metadata={"examples": [40]}, **kwargs)


class ShiftDraftSchema(Schema):
    """A shift to plan with. Without an end place the route ends at its last stop."""

    driver_id = fields.UUID(required=True)
    vehicle_id = fields.UUID(required=True)
    starts_at = Time(required=True, metadata={"examples": ["2026-06-15T08:00:00+03:00"]})
    ends_at = Time(required=True, metadata={"examples": ["2026-06-15T16:00:00+03:00"]})
    start_place = Place(required=True)
    end_place = Place(load_default=None, allow_none=True)
    breaks = _breaks(load_default=list)
    reloads = _reloads(load_default=None)
    skills = skills(_SKILLS, load_default=list)
    max_duration_s = _max_duration_s(load_default=None)
    max_distance_m = _max_distance_m(load_default=None)
    max_stops = _max_stops(load_default=None)


class ShiftChangeSchema(ChangeSchema):
    """What to change; the rest stays. `breaks` and `skills` are replaced as a whole."""

    driver_id = fields.UUID()
    vehicle_id = fields.UUID()
    starts_at = Time(metadata={"examples": ["2026-06-15T08:00:00+03:00"]})
    ends_at = Time(metadata={"examples": ["2026-06-15T16:00:00+03:00"]})
    start_place = Place()
    end_place = Place(allow_none=True)
    breaks = _breaks()
    reloads = _reloads()
    skills = skills(_SKILLS)
    max_duration_s = _max_duration_s()
    max_distance_m = _max_distance_m()
    max_stops = _max_stops()


class ShiftSchema(Schema):
    """One driver with one vehicle from a start to an end. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    driver_id = fields.UUID(required=True)
    vehicle_id = fields.UUID(required=True)
    starts_at = Time(required=True)
    ends_at = Time(required=True)
    start_place = Place(required=True)
    end_place = Place(required=True, allow_none=True)
    breaks = _breaks(required=True)
    reloads = _reloads(required=True)
    skills = skills(_SKILLS, required=True)
    max_duration_s = _max_duration_s(required=True)
    max_distance_m = _max_distance_m(required=True)
    max_stops = _max_stops(required=True)
    created_at = Time(required=True)
    version = Whole(required=True, metadata={"examples": [1]})


class ShiftQuery(PageQuery):
    """Which shifts: those that touch the half-open time from `from` until `until`."""

    from_ = Time(data_key="from", attribute="after", load_default=None, metadata={"description": "That end after this"})
    until = Time(attribute="before", load_default=None, metadata={"description": "That begin before this"})
    driver_id = fields.UUID(load_default=None, metadata={"description": "Only this driver's"})
