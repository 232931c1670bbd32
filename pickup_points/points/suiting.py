"""What no index knows of points: whether they are open at a time, and have room for a stay from then on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pickup_points.models import PickupPoint
from pickup_points.points.hours import Hours
from pickup_points.points.wanted import Wanted
from pickup_points.room.free import Room, free_room


def suitable(session: Session, points: Sequence[PickupPoint], wanted: Wanted, *, now: datetime) -> Collection[UUID]:
    """Return which of the points, which come with their closures, are open then and have room."""
    open_ = [point for point in points if _is_open(point, wanted.open_at)]
    if not (wanted.hide_full or wanted.parcels):
        return {point.id for point in open_}
    room = room_of(session, open_, at=wanted.open_at or now)
    return {point.id for point in open_ if _has_room(room[point.id], wanted)}


def room_of(session: Session, points: Sequence[PickupPoint], *, at: datetime) -> Mapping[UUID, Room]:
    """Return the room that each point has for as long as a parcel may stay there, from `at` on."""
    by_days: dict[int, list[UUID]] = {}
    for point in points:
        by_days.setdefault(point.hold_days, []).append(point.id)
    room: dict[UUID, Room] = {}
    for days, ids in by_days.items():
        room |= free_room(session, ids, at=at, until=at + timedelta(days=days))
    return room


def _is_open(point: PickupPoint, at: datetime | None) -> bool:
    """Whether the point says that it is open at `at`, if anybody asked."""
    if at is None:
        return True
    hours = Hours.of(point, point.closures)
    return hours.known and hours.is_open(at)


def _has_room(room: Room, wanted: Wanted) -> bool:
    if not wanted.hide_full:
        return room.could_take(wanted.parcels)
    return room.takes(wanted.parcels) if wanted.parcels else not room.is_full
