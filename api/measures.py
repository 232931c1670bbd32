"""A parcel's measures, wherever they are asked for."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from api.fields import Schema, Whole
from pickup_points.room.packing import Measures


def _side() -> Whole:
    return Whole(least=1, most=10_000, allow_none=True, load_default=None, metadata={"examples": [300]})


class MeasuresSchema(Schema):
    """A parcel's weight in grams and sides in millimetres. A side that is not known is not judged."""

    weight_g = Whole(least=1, most=1_000_000, required=True, metadata={"examples": [1200]})
    length_mm = _side()
    width_mm = _side()
    height_mm = _side()

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Measures:
        return Measures(**data)
