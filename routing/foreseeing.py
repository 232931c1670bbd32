"""Planning in the background what is booked so far, day by day: which days are due, from what, and the outcome kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, delete, exists, func, select
from sqlalchemy.orm import Session

from deliveries.models import PLANNABLE, Delivery, DeliveryWindow, Pickup
from deliveries.queries import by_ids
from places.models import City
from routing.fleet import shifts_by_ids
from routing.foreseen import ForeseenDay, ForeseenRoute
from routing.foreseen_rounds import as_promised
from routing.given import GivenDelivery, GivenShift, given_shift
from routing.models import Plan, PlanState, Route, Shift, Vehicle
from routing.point_hours import opened

DAYS_AHEAD = 15
"""From today on: a day more than may be asked for, for the shifts that reach into it."""
LEAST_AGE = timedelta(seconds=60)
"""A day that was foreseen so short a time ago waits: bookings come in flocks, and a fault may not be over."""


@dataclass(frozen=True)
class Due:
    """A day to foresee, and what tells it from what it was made from before."""

    carrier_id: UUID
    day: date
    shift_ids: tuple[UUID, ...]
    delivery_ids: tuple[UUID, ...]
    made_from: str


@dataclass(frozen=True)
class Foresight:
    """What to plan. `deliveries` stay at their own address, within what was promised."""

    due: Due
    shifts: tuple[GivenShift, ...]
    deliveries: tuple[GivenDelivery, ...]


@dataclass(frozen=True)
class Foreseen:
    """What came of it; `routes` are not in a session yet."""

    due: Due
    routes: Sequence[ForeseenRoute]
    left_out: Sequence[UUID]
    failure: str | None = None


def zone_of_days(session: Session) -> str:
    """Return the IANA zone in which a carrier's days begin and end: the city's, UTC without one."""
    return session.scalar(select(City.zone)) or "UTC"


def due(session: Session, *, zone: str, now: datetime) -> list[Due]:
    """Return the days that are not foreseen as they stand, of all carriers, soonest first."""
    known = {(each.carrier_id, each.day): each for each in session.scalars(select(ForeseenDay))}
    wanted = {(each.carrier_id, each.day): each for each in _wanted(session, zone=zone, now=now)}
    gone = [Due(carrier_id, day, (), (), "") for carrier_id, day in known.keys() - wanted.keys()]
    stale = [each for key, each in wanted.items() if _is_stale(known.get(key), each, now)]
    return sorted([*gone, *stale], key=lambda each: (each.day, each.carrier_id))


def one_due(session: Session, *, carrier_id: UUID, day: date, zone: str, now: datetime) -> Due:
    """Return what one day is to be foreseen from now; without shifts and deliveries: nothing."""
    found = _wanted(session, zone=zone, now=now, carrier_id=carrier_id)
    return next((each for each in found if each.day == day), Due(carrier_id, day, (), (), ""))


def foresight(session: Session, due: Due) -> Foresight:
    """Read what the day is planned from."""
    shifts = shifts_by_ids(session, due.shift_ids, carrier_id=due.carrier_id)
    given = [replace(given_shift(shift), reloads=None) for shift in shifts]  # no day can price ways back to load
    deliveries = [as_promised(each) for each in by_ids(session, due.delivery_ids) if each.state in PLANNABLE]
    return Foresight(due, tuple(given), opened(session, deliveries, shifts=given))


def keep(session: Session, foreseen: Foreseen, *, now: datetime) -> None:
    """Put it in the place of what was foreseen before. Shifts that were cancelled meanwhile are left out."""
    due = foreseen.due
    session.execute(delete(ForeseenDay).where(ForeseenDay.carrier_id == due.carrier_id, ForeseenDay.day == due.day))
    if not due.shift_ids:
        return
    there = {shift.id for shift in shifts_by_ids(session, due.shift_ids, carrier_id=due.carrier_id)}
    session.add(
        ForeseenDay(
            carrier_id=due.carrier_id,
            day=due.day,
            made_from=due.made_from,
            made_at=now,
            left_out=[str(each) for each in foreseen.left_out],
            failure=foreseen.failure,
        )
    )
    session.flush()
    session.add_all(route for route in foreseen.routes if route.shift_id in there)
    session.flush()


def _is_stale(known: ForeseenDay | None, wanted: Due, now: datetime) -> bool:
    if known is None:
        return bool(wanted.delivery_ids)
    other = known.made_from != wanted.made_from or known.failure is not None
    return other and now - known.made_at >= LEAST_AGE


@dataclass(frozen=True)
class _Booked:
    """A delivery that waits for a plan: the span of its windows, and its version."""

    id: UUID
    carrier_id: UUID
    version: int
    from_: datetime | None
    until: datetime | None

    def could_be(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether one of its times may lie in this span. Without windows: always."""
        return self.from_ is None or self.until is None or (self.from_ < ends_at and starts_at < self.until)


def _wanted(session: Session, *, zone: str, now: datetime, carrier_id: UUID | None = None) -> Iterator[Due]:
    """Yield every day that has shifts without a route: with its shifts, and the bookings that belong to it."""
    days: defaultdict[tuple[UUID, date], list[tuple[UUID, datetime, datetime, int, int]]] = defaultdict(list)
    for row in session.execute(_open_shifts(now=now, carrier_id=carrier_id)):
        days[row[0], row[2].astimezone(ZoneInfo(zone)).date()].append(row[1:])
    booked = _by_day(days, _booked(session, carrier_id=carrier_id))
    for (carrier, day), shifts in days.items():
        mine = sorted(booked.get((carrier, day), ()), key=lambda each: each.id)
        told = repr(([(each[0], *each[3:]) for each in shifts], [(each.id, each.version) for each in mine]))
        yield Due(
            carrier,
            day,
            tuple(each[0] for each in shifts),
            tuple(each.id for each in mine),
            sha256(told.encode()).hexdigest(),
        )


def _open_shifts(*, now: datetime, carrier_id: UUID | None) -> Select[UUID, UUID, datetime, datetime, int, int]:
    routed = exists().where(
        Route.shift_id == Shift.id,
        Route.plan_id == Plan.id,
        Route.published_at.is_not(None) | (Plan.state == PlanState.SOLVED),
    )
    asked = (
        select(Shift.carrier_id, Shift.id, Shift.starts_at, Shift.ends_at, Shift.version, Vehicle.version)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .where(Shift.cancelled_at.is_(None), Shift.ends_at > now, Shift.starts_at < now + timedelta(days=DAYS_AHEAD))
        .where(~routed)
        .order_by(Shift.starts_at, Shift.id)
    )
    return asked if carrier_id is None else asked.where(Shift.carrier_id == carrier_id)


def _booked(session: Session, *, carrier_id: UUID | None) -> list[_Booked]:
    """What waits for a plan, but for what is fetched elsewhere first: a day cannot price that."""
    first, last = func.min(DeliveryWindow.starts_at), func.max(DeliveryWindow.ends_at)
    collected = and_(Delivery.promise_booked, Delivery.pickup_point_id.is_not(None))  # as `Delivery.bound_to` says
    asked = (
        select(
            Delivery.id,
            Delivery.carrier_id,
            Delivery.version,
            func.coalesce(case((collected, None), else_=Delivery.promised_from), first),
            func.coalesce(case((collected, None), else_=Delivery.promised_until), last),
        )
        .outerjoin(DeliveryWindow, DeliveryWindow.delivery_id == Delivery.id)
        .where(Delivery.state.in_(PLANNABLE), ~exists().where(Pickup.delivery_id == Delivery.id))
        .group_by(Delivery.id)
    )
    if carrier_id is not None:
        asked = asked.where(Delivery.carrier_id == carrier_id)
    return [_Booked(*row) for row in session.execute(asked)]


def _by_day(
    days: Mapping[tuple[UUID, date], Sequence[tuple[UUID, datetime, datetime, int, int]]], booked: Iterable[_Booked]
) -> Mapping[tuple[UUID, date], list[_Booked]]:
    """Each booking on the first of its carrier's days that has a shift within its windows; any day is as good."""
    spans: defaultdict[UUID, list[tuple[date, datetime, datetime]]] = defaultdict(list)
    for (carrier_id, day), shifts in sorted(days.items(), key=lambda each: each[0][1]):
        spans[carrier_id].append((day, min(each[1] for each in shifts), max(each[2] for each in shifts)))
    found: defaultdict[tuple[UUID, date], list[_Booked]] = defaultdict(list)
    for each in booked:
        for day, starts_at, ends_at in spans[each.carrier_id]:
            if each.could_be(starts_at, ends_at):
                found[each.carrier_id, day].append(each)
                break
    return found
