"""Room in the routes for a hold: found while no unit of work is open, taken in the hold's own, then looked at again.

Two who find the same room at once both write the shift's next turn: the database lets one of them, the other looks
again. So no lock is held while routes are priced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import Conflict
from places.streets import Streets
from routing.constraints import refused_as
from routing.foreseeing import zone_of_days
from routing.given import Span
from routing.guests import Hosting
from routing.insertion import Offer, Question, Wanted, offers_on_days
from routing.models import Shift
from routing.resting import edition_of
from slots.models import Hold, HoldState
from slots.room_models import RouteRoom
from slots.standing import Standing, Unit, ready, standing

_LONGEST_SHIFT = timedelta(hours=24)


class NoRouteRoom(Conflict):
    """No courier's route has room for this in that time."""


class RouteRoomTaken(Conflict):
    """Somebody else took the room in the route just now: try again."""


@dataclass(frozen=True)
class FoundRoom:
    """The cheapest room in the routes of the moment. `turn` is the next of its shift, `edition` the shift's."""

    wanted: Wanted
    offer: Offer
    turn: int
    edition: tuple[object, ...]


def find(
    wanted: Wanted, windows: Sequence[Span], *, carrier_id: UUID, unit: Unit, streets: Streets, now: datetime
) -> FoundRoom | None:
    """Return the cheapest room for the stop, None when nobody works in any window: then the slot's count decides.

    Opens short units of its own. NoRouteRoom.
    """
    windows = [(max(starts_at, now), ends_at) for starts_at, ends_at in windows if ends_at > now]
    with unit() as session:
        # Before the rooms are read: of one that is made in between, the turn must not count as seen.
        turns = next_turns(session, carrier_id=carrier_id, now=now)
        stands = _around(session, windows, carrier_id=carrier_id, now=now)
    if not any(stands.works_within(window) for window in windows):
        return None
    offer = cheapest(wanted, windows, ready(stands, unit=unit, streets=streets), streets=streets)
    if offer is None:
        raise NoRouteRoom("no courier who works then has room for it")
    editions = {each.shift_id: each.edition for each in stands.shifts}
    return FoundRoom(wanted, offer, turns.get(offer.shift_id, 1), editions[offer.shift_id])


def _around(session: Session, windows: Sequence[Span], *, carrier_id: UUID, now: datetime) -> Standing:
    """Read the days whose shifts may reach into the windows."""
    zone = ZoneInfo(zone_of_days(session))
    starts_at = min((window[0] for window in windows), default=now)
    ends_at = max((window[1] for window in windows), default=now)
    first = (starts_at - _LONGEST_SHIFT).astimezone(zone).date()
    days = (ends_at.astimezone(zone).date() - first).days + 1
    return standing(session, carrier_id=carrier_id, first=first, days=days, now=now)


def cheapest(
    wanted: Wanted, windows: Sequence[Span], days: Mapping[date, Hosting], *, streets: Streets
) -> Offer | None:
    """Return the cheapest of what the days offer within the windows."""
    question = Question(wanted=wanted, days={at: (each.day, windows) for at, each in days.items()})
    (found,) = offers_on_days([question], streets=streets)
    offers = [offer for of_day in found.values() for offer in of_day]
    return min(offers, key=lambda offer: (offer.added_cost, str(offer.shift_id)), default=None)


def next_turns(session: Session, *, carrier_id: UUID, now: datetime) -> Mapping[UUID, int]:
    """Return the next turn of each shift to come in which there has been a room."""
    asked = select(RouteRoom.shift_id, func.max(RouteRoom.turn) + 1).join(Shift, Shift.id == RouteRoom.shift_id)
    asked = asked.where(Shift.carrier_id == carrier_id, Shift.ends_at > now).group_by(RouteRoom.shift_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def take(session: Session, hold: Hold, found: FoundRoom, *, now: datetime) -> RouteRoom:
    """Keep the room for the hold. RouteRoomTaken when the shift's route, or who is in it, is another by now."""
    offer, seat = found.offer, found.offer.seat
    if edition_of(session, offer.shift_id) != found.edition:
        raise RouteRoomTaken(shift_id=offer.shift_id)
    room = RouteRoom(
        hold_id=hold.id,
        shift_id=offer.shift_id,
        turn=found.turn,
        place=found.wanted.place,
        starts_at=offer.window[0],
        ends_at=offer.window[1],
        behind_id=seat.behind_id,
        before_id=seat.before_id,
        way_in_s=seat.way_in[0],
        way_in_m=seat.way_in[1],
        way_out_s=seat.way_out[0],
        way_out_m=seat.way_out[1],
        created_at=now,
    )
    with refused_as({"uq_route_rooms_shift_id_turn": RouteRoomTaken}, session):
        session.add(room)
    return room


def is_kept(session: Session, hold_id: UUID) -> bool:
    """Whether a room is kept for the hold."""
    return session.get(RouteRoom, hold_id) is not None


def check(hold_id: UUID, *, carrier_id: UUID, unit: Unit, streets: Streets, now: datetime) -> None:
    """Refuse a hold for which the routes have no room any more: a plan was published meanwhile. NoRouteRoom."""
    kept = select(RouteRoom).join(Hold, Hold.id == RouteRoom.hold_id)
    with unit() as session:
        room = session.scalar(
            kept.where(Hold.id == hold_id, Hold.carrier_id == carrier_id, Hold.state == HoldState.HELD)
        )
        if room is None:
            return
        stands = _around(session, [(room.starts_at, room.ends_at)], carrier_id=carrier_id, now=now)
    days = ready(stands, unit=unit, streets=streets)
    if hold_id in (guest.id for each in days.values() for guest in each.homeless):
        raise NoRouteRoom("the routes were planned anew, and none has room for it any more")
