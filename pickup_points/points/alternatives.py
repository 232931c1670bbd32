"""Where else a parcel could go, near a point that is full, shut or too small for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from accounts.principals import Principal
from kernel.errors import FieldError, Invalid
from pickup_points.models import PickupPoint, PointService
from pickup_points.points.hours import Hours
from pickup_points.points.searching import Found, search
from pickup_points.points.suiting import room_of
from pickup_points.points.wanted import Wanted
from pickup_points.room.free import Room
from pickup_points.room.packing import Measures

RADIUS_M = 5_000
_MOST = 3
_EXAMINED = 20


CLOCKS_DIFFER = timedelta(minutes=5)
"""What was now when it was asked counts as now."""


class TimePast(Invalid):
    """The time that is asked about is over."""


@dataclass(frozen=True)
class Availability:
    """Whether a point takes the parcels. `reason` is None when it does, else the word for why not."""

    available: bool
    reason: str | None
    detail: str | None
    alternatives: Sequence[Found]


def check_availability(
    session: Session,
    point: PickupPoint,
    parcels: Sequence[Measures],
    *,
    at: datetime | None,
    caller: Principal,
    now: datetime,
) -> Availability:
    """Say whether one recipient's parcels can come to the point at `at`, and where else near there. Keeps nothing.

    `at` None is now. TimePast.
    """
    at = at or now
    if at < now - CLOCKS_DIFFER:
        raise TimePast(errors=[FieldError("/at", "is over")])
    no = _reason_against(session, point, parcels, at=at)
    if no is None:
        return Availability(True, None, None, ())
    return Availability(False, *no, alternatives=nearby(session, point, parcels, caller=caller, at=at))


def nearby(
    session: Session, point: PickupPoint, parcels: Sequence[Measures], *, caller: Principal, at: datetime
) -> Sequence[Found]:
    """Return the nearest points around this one that take the parcels at `at`."""
    found = _around(session, point, parcels, caller=caller, at=at, limit=_MOST + 1)
    return [each for each in found if each.point.id != point.id][:_MOST]


def emptier(session: Session, point: PickupPoint, *, caller: Principal, at: datetime) -> Sequence[Found]:
    """Return the nearest points around this one of which a greater share is free than of this."""
    found = _around(session, point, (), caller=caller, at=at, limit=_EXAMINED)
    room = room_of(session, [point, *(each.point for each in found)], at=at)
    own = _free_share(room[point.id])
    return [each for each in found if _free_share(room[each.point.id]) > own][:_MOST]


def _around(
    session: Session,
    point: PickupPoint,
    parcels: Sequence[Measures],
    *,
    caller: Principal,
    at: datetime,
    limit: int,
) -> Sequence[Found]:
    near = Wanted(
        near=point.place,
        radius_m=RADIUS_M,
        services=(PointService.COLLECT,),
        takes_new=True,
        parcels=parcels,
        hide_full=True,
    )
    return search(session, near, caller=caller, now=at, limit=limit).items


def _free_share(room: Room) -> float:
    """Return which share is free; a counter that nobody counts is never full."""
    if room.has_doors:
        working = sum(each.working for each in room.sizes)
        return sum(each.free for each in room.sizes) / working if working else 0.0
    if room.most_parcels is None or room.free_places is None:
        return 1.0
    return room.free_places / room.most_parcels if room.most_parcels else 0.0


def _reason_against(
    session: Session, point: PickupPoint, parcels: Sequence[Measures], *, at: datetime
) -> tuple[str, str] | None:
    if (no := _reason_to_stay_away(point, at)) is not None:
        return no
    room = room_of(session, [point], at=at)[point.id]
    if not room.could_take(parcels):
        return "too_big", "none of its compartments is large and strong enough"
    if not room.takes(parcels):
        return "full", "what would be large enough is taken"
    return None


def _reason_to_stay_away(point: PickupPoint, at: datetime) -> tuple[str, str] | None:
    """Return what speaks against the point whatever room it has."""
    if point.retired_at is not None:
        return "retired", "it has been retired"
    if point.suspended_at is not None:
        return "suspended", "it takes no new parcels for now"
    if PointService.COLLECT not in point.services:
        return "nothing_collected", "nothing can be collected there"
    if not Hours.of(point, point.closures).open_spans(at, at + timedelta(days=point.hold_days)):
        return "closed", f"it does not open within the {point.hold_days} days that a parcel may stay"
    return None
