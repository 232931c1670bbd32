"""What may be offered for a basket and an address, read in one short unit: slots, points, room, routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries.locating import Located, locate
from kernel.errors import FieldError, Invalid
from kernel.geo import Point
from pickup_points.points import searching
from pickup_points.points.searching import Found
from pickup_points.points.wanted import Wanted
from pickup_points.room.free import Room, free_room
from places.cities import bounds
from places.coverage import zones_around
from slots import room as slot_room
from slots.models import Slot, SlotTemplate
from slots.offered import Asked, Candidate, Ineligible, Kind, Reason
from slots.offering_home import at_home, blacked_out
from slots.offering_points import at_points
from slots.queries import left, slots_between
from slots.standing import Standing, standing

RADIUS_M = 20_000


class DayPast(Invalid):
    """The first day that is asked for is over."""


@dataclass(frozen=True)
class Question:
    """What is to be priced, and what cannot be had whatever the routes say."""

    located: Located
    candidates: Sequence[Candidate]
    ineligible: Sequence[Ineligible]
    stands: Standing


def read(session: Session, asked: Asked, *, caller: Principal, now: datetime) -> Question:
    """Return what may be offered. DayPast; all that `deliveries.locating.locate` refuses."""
    located = locate(session, asked.address)
    local = ZoneInfo(located.zone)
    if asked.from_date < now.astimezone(local).date():
        raise DayPast(errors=[FieldError("/from_date", "is over")])
    from_ = max(now, datetime.combine(asked.from_date, time(), tzinfo=local))
    until = datetime.combine(asked.from_date + timedelta(days=asked.days), time(), tzinfo=local)
    zone_ids = [each.id for each in zones_around(session, located.place, carrier_id=caller.carrier_id)]
    points = _points(session, asked, located.place, caller=caller, now=now)
    point_ids = [each.point.id for each in points]
    slots = slots_between(session, from_=from_, until=until, zone_ids=zone_ids, point_ids=point_ids)
    free = left(session, slots, now=now)
    rooms, inside = _rooms(session, asked, points, slots, now=now), bounds(session)
    judged = [
        *at_home(asked, slots, free, place=located.place, now=now),
        *at_points(asked, points, slots, free, rooms, inside=inside, now=now),
        *blacked_out(asked, _templates(session, zone_ids), from_=from_, until=until),
    ]
    if not zone_ids and asked.wants(Kind.HOME):
        judged.append(Ineligible(reason=Reason.OUTSIDE_ZONES, kind=Kind.HOME))
    # A shift of the night before, and what a point is brought ahead.
    brought = [span[0] for each in judged if isinstance(each, Candidate) and each.point for span in each.spans]
    first = min([from_, *brought]).astimezone(local).date() - timedelta(days=1)
    days = (asked.from_date - first).days + asked.days + 1
    stands = standing(session, carrier_id=caller.carrier_id, first=first, days=days, now=now)
    return Question(
        located,
        [each for each in judged if isinstance(each, Candidate)],
        [each for each in judged if isinstance(each, Ineligible)],
        stands,
    )


def _points(session: Session, asked: Asked, place: Point, *, caller: Principal, now: datetime) -> Sequence[Found]:
    if not (asked.wants(Kind.LOCKER) or asked.wants(Kind.POINT)) or not asked.most_points:
        return []
    wanted = Wanted(near=place, radius_m=RADIUS_M)
    return searching.search(session, wanted, caller=caller, now=now, limit=asked.most_points).items


def _templates(session: Session, zone_ids: Sequence[UUID]) -> Sequence[SlotTemplate]:
    asked = select(SlotTemplate).where(SlotTemplate.zone_id.in_(zone_ids), SlotTemplate.disabled_at.is_(None))
    return session.scalars(asked).all() if zone_ids else []


def _rooms(
    session: Session, asked: Asked, points: Sequence[Found], slots: Sequence[Slot], *, now: datetime
) -> Mapping[UUID, Mapping[UUID, Room]]:
    """By slot the room of its point while parcels would lie there. Where it is ample all along, one question does."""
    by_id = {each.point.id: each.point for each in points}
    stays = {
        slot.id: (slot.point_id, *slot_room.stay(slot, by_id[slot.point_id], now=now))
        for slot in slots
        if slot.point_id is not None
    }
    if not stays:
        return {}
    at, until = min(each[1] for each in stays.values()), max(each[2] for each in stays.values())
    ample = free_room(session, by_id.keys(), at=at, until=until)
    found: dict[UUID, Mapping[UUID, Room]] = dict.fromkeys(stays, ample)
    tight: defaultdict[tuple[datetime, datetime], list[UUID]] = defaultdict(list)
    for slot_id, (point_id, *span) in stays.items():
        if not ample[point_id].takes(asked.load.measures):
            tight[span[0], span[1]].append(slot_id)
    for (starts_at, ends_at), slot_ids in tight.items():
        ids = {stays[slot_id][0] for slot_id in slot_ids}
        then = free_room(session, ids, at=starts_at, until=ends_at)
        found |= dict.fromkeys(slot_ids, then)
    return found
