"""A point as people look at it: how far, when open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pickup_points.models import PickupPoint
from pickup_points.opening import Opening, opening


@dataclass(frozen=True)
class ShownPoint:
    """A point with what is said of it at a time."""

    point: PickupPoint
    distance_m: float | None
    opening: Opening


def shown(point: PickupPoint, *, distance_m: float | None, now: datetime) -> ShownPoint:
    """Return the point, which comes with its closures, as it is at `now`."""
    return ShownPoint(point, distance_m, opening(point, now=now))
