"""What a dispatcher asks of a plan as a whole, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.fields import Real, Schema, Text, Whole
from kernel.clock import is_time_zone
from routing.models import Objective, Profile
from routing.solving.problem import Balance, Measure
from routing.traffic import FREE, Spell, minutes
from routing.wishes import (
    DEFAULT_EARLY_COST_PER_H,
    DEFAULT_LATE_COST_PER_H,
    DEFAULT_PREFERENCE_COST,
    Wishes,
)

_WEEK_S = 604_800
_BY_CAR = [Profile.CAR.value]


def _time_of_day(example: str, **kwargs: Any) -> Text:
    clock = validate.Regexp(r"(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z", error="must be a time of day, HH:MM")
    return Text(most=5, validate=clock, metadata={"examples": [example]}, **kwargs)


class BalanceSchema(Schema):
    """Fair shares: a route of `h` hours, or of `n` stops, costs `cost` times the square of that."""

    measure = fields.String(required=True, validate=validate.OneOf([*Measure]))
    cost = Whole(
        required=True,
        most=_WEEK_S,
        metadata={"description": "In seconds of a courier's time", "examples": [300]},
    )

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Balance:
        return Balance(measure=Measure(data["measure"]), cost=data["cost"])


class TrafficSchema(Schema):
    """A time of every day, half-open, in which drives take `factor` times as long. `until` may be 24:00."""

    from_ = _time_of_day("07:00", required=True, data_key="from", attribute="from")
    until = _time_of_day("09:30", required=True)
    factor = Real(
        least=0.25,
        most=5,
        required=True,
        metadata={"description": "To the hundredth", "examples": [1.4]},
    )
    profiles = fields.List(
        fields.String(validate=validate.OneOf([*Profile])),
        load_default=lambda: [*_BY_CAR],
        validate=validate.Length(min=1, max=len(Profile)),
        metadata={"description": "Whose drives; cars unless said otherwise"},
    )

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if minutes(data["until"]) <= minutes(data["from"]):
            raise ValidationError("must be later than `from`; a time over midnight is two", "until")

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Spell:
        profiles = tuple(Profile(name) for name in dict.fromkeys(data["profiles"]))
        percent = round(FREE * data["factor"])
        return Spell(minutes(data["from"]), minutes(data["until"]), percent, profiles)


class AllowedShiftsSchema(Schema):
    """A delivery that only these of the plan's shifts may bring."""

    delivery_id = fields.UUID(required=True)
    shift_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=200))


def _cost(about: str, **kwargs: Any) -> Whole:
    metadata = {"description": f"In seconds of a courier's time: {about}", "examples": [1800]}
    return Whole(most=_WEEK_S, metadata=metadata, **kwargs)


class WishesSchema(Schema):
    """How the routes are to be."""

    objective = fields.Enum(Objective, by_value=fields.String, load_default=Objective.LEAST_TIME)
    balance = fields.Nested(BalanceSchema, load_default=None, allow_none=True)
    traffic = fields.List(fields.Nested(TrafficSchema), load_default=list, validate=validate.Length(max=12))
    zone = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "IANA zone of the hours of `traffic`; by default that of the deliveries",
            "examples": ["Europe/Helsinki"],
        },
    )
    setup_s = Whole(
        most=3600,
        load_default=0,
        metadata={"description": "Parking, where a delivery says nothing of it", "examples": [120]},
    )
    early_cost_per_h = _cost("an hour before a preferred window", load_default=DEFAULT_EARLY_COST_PER_H)
    late_cost_per_h = _cost("an hour after a preferred window", load_default=DEFAULT_LATE_COST_PER_H)
    preference_cost = _cost("a driver who is not the preferred one", load_default=DEFAULT_PREFERENCE_COST)
    familiarity_cost = _cost("a driver who never delivered within 300 m", load_default=0)
    allowed_shifts = fields.List(
        fields.Nested(AllowedShiftsSchema),
        load_default=list,
        validate=validate.Length(max=10_000),
    )

    @validates_schema
    def _sensible(self, data: dict[str, Any], **_: Any) -> None:
        faults: dict[str, Any] = {
            "zone": _zone_faults(data["zone"]),
            "traffic": _overlaps(data["traffic"]),
            "allowed_shifts": _repeated(data["allowed_shifts"]),
        }
        found = {name: fault for name, fault in faults.items() if fault}
        if found:
            raise ValidationError(found)


def made_wishes(data: dict[str, Any]) -> dict[str, Any]:
    """Return the loaded fields with those of WishesSchema as one `wishes`."""
    named = {name: data.pop(name) for name in WishesSchema().fields}
    named["traffic"] = tuple(named["traffic"])
    named["allowed_shifts"] = {each["delivery_id"]: tuple(each["shift_ids"]) for each in named["allowed_shifts"]}
    return data | {"wishes": Wishes(**named)}


def _zone_faults(zone: str | None) -> list[str]:
    return [] if zone is None or is_time_zone(zone) else ["is not an IANA time zone"]


def _overlaps(spells: Sequence[Spell]) -> dict[int, list[str]]:
    return {
        after: [f"overlaps the one at {before}"]
        for (before, one), (after, other) in combinations(enumerate(spells), 2)
        if {*one.profiles} & {*other.profiles} and one.from_min < other.until_min and other.from_min < one.until_min
    }


def _repeated(allowed: Sequence[dict[str, Any]]) -> dict[int, dict[str, list[str]]]:
    seen: set[Any] = set()
    found: dict[int, dict[str, list[str]]] = {}
    for number, each in enumerate(allowed):
        if each["delivery_id"] in seen:
            found[number] = {"delivery_id": ["stands here twice"]}
        seen.add(each["delivery_id"])
    return found
