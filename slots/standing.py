"""A carrier's days with what is held in them: read in one short unit of work, made ready while none is open."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from deliveries.models import PLANNABLE, Delivery
from places.streets import Streets
from routing.foreseeing import zone_of_days
from routing.foreseen_rounds import rounds_ahead
from routing.given import Span
from routing.guests import Guest, Hosting, hosting
from routing.insertion import Seat, Wanted
from routing.kept_days import KEPT_DAYS
from routing.resting import Resting, cancelled, resting
from routing.rounds import Round
from slots.models import Hold, HoldState
from slots.room_models import RouteRoom

type Unit = Callable[[], AbstractContextManager[Session]]
"""Opens a short unit of work."""

type Room = Row[RouteRoom, Hold, bool]
"""A room with its hold, and whether that still counts."""

_MOST_KEPT = 256
_HOSTINGS: OrderedDict[tuple[UUID, date], Hosting] = OrderedDict()


@dataclass(frozen=True)
class Standing:
    """What the days rest on at one moment. `deliveries` are those that some of the holds were confirmed for."""

    carrier_id: UUID
    shifts: Sequence[Resting]
    guests: Mapping[date, Sequence[Guest]]
    deliveries: Mapping[UUID, UUID]

    @cached_property
    def worked(self) -> Mapping[date, Sequence[Span]]:
        """When somebody works, by day: spans in order and apart."""
        found: defaultdict[date, list[Span]] = defaultdict(list)
        for each in sorted(self.shifts, key=lambda each: each.starts_at):
            spans = found[each.day]
            if spans and each.starts_at <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], each.ends_at))
            else:
                spans.append((each.starts_at, each.ends_at))
        return found

    def works_within(self, span: Span, *, on: date | None = None) -> bool:
        """Whether somebody works at some time of the span, in a shift of that day or of any."""
        days = self.worked.values() if on is None else [self.worked.get(on, ())]
        return any(starts_at < span[1] and span[0] < ends_at for spans in days for starts_at, ends_at in spans)


def standing(session: Session, *, carrier_id: UUID, first: date, days: int, now: datetime) -> Standing:
    """Read what the carrier's days rest on, and what is held in them."""
    zone = zone_of_days(session)
    shifts = resting(session, carrier_id=carrier_id, first=first, days=days, zone=zone)
    # Who was seated in a shift that was cancelled since looks for room in the day's others.
    on = {each.shift_id: each.day for each in shifts} | cancelled(
        session, carrier_id=carrier_id, first=first, days=days, zone=zone
    )
    guests: defaultdict[date, list[Guest]] = defaultdict(list)
    deliveries: dict[UUID, UUID] = {}
    for room, hold, live in _rooms(session, on.keys(), now=now):
        guests[on[room.shift_id]].append(_guest(room, hold, live=bool(live)))
        if live and hold.delivery_id is not None:
            deliveries[hold.id] = hold.delivery_id
    return Standing(carrier_id, shifts, guests, deliveries)


def ready(standing: Standing, *, unit: Unit, streets: Streets) -> dict[date, Hosting]:
    """Make the days, or take those that are kept; let no unit be open. Days that nobody can drive are left out."""

    def read(shift_ids: Collection[UUID]) -> list[Round]:
        with unit() as session:
            return rounds_ahead(session, shift_ids)

    found: dict[date, Hosting] = {}
    bases = KEPT_DAYS.days(standing.carrier_id, standing.shifts, read=read)
    brought = frozenset[UUID]().union(*(base.brings for base in bases.values()))
    for at, base in bases.items():
        key = (standing.carrier_id, at)
        guests = [each for each in standing.guests.get(at, ()) if standing.deliveries.get(each.id) not in brought]
        found[at] = hosting(base, guests, streets=streets, before=_HOSTINGS.get(key))
        _HOSTINGS[key] = found[at]
        _HOSTINGS.move_to_end(key)
    while len(_HOSTINGS) > _MOST_KEPT:
        _HOSTINGS.popitem(last=False)
    return found


def _rooms(session: Session, shift_ids: Collection[UUID], *, now: datetime) -> list[Room]:
    """The rooms of live holds whose deliveries wait for a plan, and the ended ones beside which they were made."""
    held = and_(Hold.state == HoldState.HELD, Hold.expires_at > now)
    booked = and_(Hold.state == HoldState.CONFIRMED, Delivery.state.in_(PLANNABLE))
    live = or_(held, booked)
    asked = (
        select(RouteRoom, Hold, live)
        .join(Hold, Hold.id == RouteRoom.hold_id)
        .outerjoin(Delivery, Delivery.id == Hold.delivery_id)
        .where(RouteRoom.shift_id.in_(shift_ids))
    )
    rows = list(session.execute(asked.where(live))) if shift_ids else []
    known = {row[0].hold_id for row in rows}
    while beside := _beside(rows) - known:
        known |= beside
        rows += session.execute(asked.where(RouteRoom.hold_id.in_(beside)))
    return rows


def _beside(rows: Sequence[Room]) -> set[UUID]:
    named = (each for row in rows for each in (row[0].behind_id, row[0].before_id))
    return {each for each in named if each is not None}


def _guest(room: RouteRoom, hold: Hold, *, live: bool) -> Guest:
    return Guest(
        id=hold.id,
        wanted=Wanted(
            place=room.place, service_s=hold.service_s, demands=(hold.parcels, hold.weight_g, hold.volume_cm3)
        ),
        window=(room.starts_at, room.ends_at),
        turn=room.turn,
        seat=Seat(
            shift_id=room.shift_id,
            behind_id=room.behind_id,
            before_id=room.before_id,
            way_in=(room.way_in_s, room.way_in_m),
            way_out=(room.way_out_s, room.way_out_m),
        ),
        live=live,
    )
