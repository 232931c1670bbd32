"""A point as people look at it: how far, when open, how much room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pickup_points.models import PickupPoint
from pickup_points.points.opening import Opening, opening
from pickup_points.points.searching import Found
from pickup_points.points.suiting import room_of
from pickup_points.room.free import Room


@dataclass(frozen=True)
class ShownPoint:
    """A point with what is said of it at a time. `room` is what it has for as long as a parcel may stay."""

    point: PickupPoint
    distance_m: float | None
    opening: Opening
    room: Room


@dataclass(frozen=True)
class ReadPoint(ShownPoint):
    """A point with those near it of which a greater share is free."""

    alternatives: Sequence[ShownPoint]


def read(session: Session, point: PickupPoint, *, alternatives: Sequence[Found], now: datetime) -> ReadPoint:
    """Return the point and its alternatives as they are at `now`."""
    own, *near = shown(session, [Found(point, None), *alternatives], now=now)
    return ReadPoint(own.point, own.distance_m, own.opening, own.room, near)


def shown(session: Session, found: Sequence[Found], *, now: datetime) -> list[ShownPoint]:
    """Return the points as they are at `now`."""
    room = room_of(session, [each.point for each in found], at=now)
    return [
        ShownPoint(each.point, each.distance_m, opening(each.point, now=now), room[each.point.id]) for each in found
    ]
