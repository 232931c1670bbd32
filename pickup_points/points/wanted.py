"""Which points somebody looks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.errors import FieldError, Invalid
from kernel.geo import Point
from pickup_points.models import PointKind, PointService
from pickup_points.room.packing import Measures


class BoxInvalid(Invalid):
    """A box is west,south,east,north in degrees, south below north; one across the antimeridian has west above east."""


@dataclass(frozen=True)
class Box:
    """A part of the map in degrees. `west` above `east`: it crosses the antimeridian (RFC 7946, 5.2)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        on_earth = all(-180 <= x <= 180 for x in (self.west, self.east)) and self.south >= -90 and self.north <= 90
        if not (on_earth and self.south < self.north and self.west != self.east):
            raise BoxInvalid(errors=[FieldError("query:box", "is no box on Earth")])

    @property
    def parts(self) -> Sequence[tuple[float, float, float, float]]:
        """The box, or its two parts on either side of the antimeridian."""
        if self.west < self.east:
            return ((self.west, self.south, self.east, self.north),)
        return ((self.west, self.south, 180.0, self.north), (-180.0, self.south, self.east, self.north))


@dataclass(frozen=True)
class Wanted:
    """Which points. With `near` the nearest first, else the newest.

    `parcels` are one recipient's: points with doors have some that they go through, with `hide_full` free ones.
    """

    near: Point | None = None
    radius_m: int | None = None
    box: Box | None = None
    kinds: Collection[PointKind] = ()
    services: Collection[PointService] = ()
    step_free: bool = False
    open_at: datetime | None = None
    external_id: str | None = None
    takes_new: bool = False
    parcels: Sequence[Measures] = ()
    hide_full: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether it takes more than the database's question to say which these are."""
        return self.open_at is not None or self.hide_full or bool(self.parcels)
