"""The slots at pickup points near an address that come into question, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pickup_points.models import PickupPoint, PointKind, PointService
from pickup_points.points.hours import Hours
from pickup_points.points.searching import Found
from pickup_points.room.free import Room
from places.cities import Bounds
from routing.given import Span
from slots.models import Slot
from slots.offered import Asked, Candidate, Ineligible, Kind, Reason
from slots.offering_home import refused
from slots.queries import Left
from slots.room import brought_from, ready_by

type Rooms = Mapping[UUID, Room]


def kind_at(point: PickupPoint) -> Kind:
    """Return what a slot at this point is offered as."""
    return Kind.LOCKER if point.kind is PointKind.LOCKER else Kind.POINT


def at_points(
    asked: Asked,
    points: Sequence[Found],
    slots: Sequence[Slot],
    left: Mapping[UUID, Left],
    rooms: Mapping[UUID, Rooms],
    *,
    inside: Bounds,
    now: datetime,
) -> Iterator[Candidate | Ineligible]:
    """Yield each slot at a point as a candidate, or why it is none; `rooms` by slot. A point may be out as a whole."""
    at: dict[UUID, list[Slot]] = {}
    for slot in slots:
        if slot.point_id is not None:
            at.setdefault(slot.point_id, []).append(slot)
    for found in points:
        point, kind = found.point, kind_at(found.point)
        if not asked.wants(kind):
            continue
        out = _out(point, inside)
        if out is not None:
            yield Ineligible(reason=out, kind=kind, point=point)
            continue
        hours = Hours.of(point, point.closures)
        for slot in at.get(point.id, ()):
            yield _judged(asked, found, slot, hours, left[slot.id], rooms[slot.id].get(point.id), now=now)


def _out(point: PickupPoint, inside: Bounds) -> Reason | None:
    """Why nothing goes there, whatever the slot."""
    if point.suspended_at is not None:
        return Reason.POINT_SUSPENDED
    if PointService.COLLECT not in point.services:
        return Reason.NOTHING_COLLECTED
    return None if inside.covers(point.place) else Reason.POINT_OUTSIDE_CITY


def _judged(
    asked: Asked, found: Found, slot: Slot, hours: Hours, left: Left, room: Room | None, *, now: datetime
) -> Candidate | Ineligible:
    point, kind = found.point, kind_at(found.point)
    out = refused(asked, slot, kind, left, now=now)
    if out is not None:
        return Ineligible(reason=out.reason, kind=kind, slot=slot, point=point, detail=out.detail)
    reason = _no_room(asked, room)
    spans = brought_in(slot, point, hours, now=now)
    if reason is None and is_shut(slot, point, hours, now=now):
        reason = Reason.POINT_CLOSED
    if reason is not None:
        return Ineligible(reason=reason, kind=kind, slot=slot, point=point)
    return Candidate(kind=kind, slot=slot, place=point.place, spans=spans, point=point, distance_m=found.distance_m)


def _no_room(asked: Asked, room: Room | None) -> Reason | None:
    if room is None or room.takes(asked.load.measures):
        return None
    return Reason.POINT_FULL if room.could_take(asked.load.measures) else Reason.PARCEL_DOES_NOT_FIT


def is_shut(slot: Slot, point: PickupPoint, hours: Hours, *, now: datetime) -> bool:
    """Whether the point is closed all the time in which it could be brought, or collected."""
    return not brought_in(slot, point, hours, now=now) or not hours.open_spans(slot.starts_at, slot.ends_at)


def brought_in(slot: Slot, point: PickupPoint, hours: Hours, *, now: datetime) -> list[Span]:
    """Return when the courier could bring it so that it is ready as the slot begins: while the point is open."""
    return hours.open_spans(brought_from(slot, point, now=now), ready_by(slot, point))
