"""What the compartments of a point look like."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.fields import NOT_BLANK, ChangeSchema, Schema, Text, Time, Whole
from pickup_points.lockers.compartments import MOST_DOORS
from pickup_points.models import Compartment, RentState

_LONGEST_MM = 5000


def _name(**kwargs: Any) -> Text:
    about = {"description": "What is written on the door", "examples": ["12"]}
    return Text(most=20, validate=NOT_BLANK, metadata=about, **kwargs)


def _size(**kwargs: Any) -> Text:
    about = {"description": "What people call it", "examples": ["M"]}
    return Text(most=20, validate=NOT_BLANK, metadata=about, **kwargs)


def _inside(example: int, **kwargs: Any) -> Whole:
    return Whole(least=1, most=_LONGEST_MM, metadata={"description": "Inside", "examples": [example]}, **kwargs)


def _most_weight(**kwargs: Any) -> Whole:
    about = {"description": "What it carries; null: nobody said", "examples": [25_000]}
    return Whole(least=1, most=1_000_000, allow_none=True, metadata=about, **kwargs)


class NewDoorsSchema(Schema):
    """Compartments of one size: `names`, or so many that are numbered on."""

    size = _size(required=True)
    length_mm = _inside(640, required=True)
    width_mm = _inside(380, required=True)
    height_mm = _inside(190, required=True)
    most_weight_g = _most_weight(load_default=None)
    count = Whole(least=1, most=MOST_DOORS, metadata={"examples": [12]})
    names = fields.List(_name(), validate=validate.Length(min=1, max=MOST_DOORS), metadata={"examples": [["A1", "A2"]]})

    @ma.validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if ("count" in data) == ("names" in data):
            raise ma.ValidationError("give either `count` or `names`")

    @ma.post_load
    def _counted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        names = data.get("names", [])
        return data | {"names": names, "count": data.get("count", len(names))}


class BankSchema(Schema):
    """A bank of compartments at once."""

    sizes = fields.List(fields.Nested(NewDoorsSchema), required=True, validate=validate.Length(min=1, max=50))


class DoorChangeSchema(ChangeSchema):
    """What to change; the rest stays."""

    name = _name()
    size = _size()
    length_mm = _inside(640)
    width_mm = _inside(380)
    height_mm = _inside(190)
    most_weight_g = _most_weight()
    out_of_order = Text(
        allow_none=True,
        validate=NOT_BLANK,
        metadata={"description": "Why nothing may be put there; null: it works again", "examples": ["The lock jams"]},
    )


class CompartmentSchema(Schema):
    """One locker door, and the room behind it. Its ETag is its `version`."""

    id = fields.UUID(required=True)
    name = _name(required=True)
    size = _size(required=True)
    length_mm = _inside(640, required=True)
    width_mm = _inside(380, required=True)
    height_mm = _inside(190, required=True)
    most_weight_g = _most_weight(required=True)
    out_of_order_at = Time(required=True, allow_none=True)
    out_of_order_reason = fields.String(required=True, allow_none=True)
    version = Whole(required=True, metadata={"examples": [1]})


class BankAddedSchema(Schema):
    """The new compartments, in the order in which they were asked for."""

    items = fields.List(fields.Nested(CompartmentSchema), required=True)


class DoorSchema(CompartmentSchema):
    """A compartment as it is now. `state` null: nobody has it."""

    state = fields.Enum(RentState, by_value=fields.String, required=True, allow_none=True)
    free_from = Time(
        required=True, allow_none=True, metadata={"description": "When it is expected to be free; null: it is"}
    )

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Read what a compartment has of it, and the rest of the door around it."""
        return super().get_attribute(obj.compartment if hasattr(Compartment, attr) else obj, attr, default)


class DoorsSchema(Schema):
    """All compartments of a point, by name."""

    items = fields.List(fields.Nested(DoorSchema), required=True)
