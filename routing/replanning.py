"""Asking for a replan: what happened on the road is checked and queued; the search itself is a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.principals import Principal
from deliveries.queries import by_ids
from kernel import facts
from kernel.errors import Conflict, FieldError, Invalid
from routing.facts import PlanRequested
from routing.fleet import lacks_driver, shifts_by_ids
from routing.models import Plan, PlanState, Route, Shift, Stop, StopState
from routing.refusing import refuse
from routing.replan_job import live_routes
from routing.replan_levels import RoundHasTrips, ahead_of, check_no_trips
from routing.replan_terms import DRIVER_CHANGE_COST, PROMISE_MOVE_COST_PER_H, Seen, Terms
from routing.requesting import check_deliveries, check_shifts
from routing.wishes import read_wishes, written


class PlanNotPublished(Conflict):
    """Only a published plan can be made anew; one that is not is simply planned again."""


class NothingToReplan(Conflict):
    """Nothing of this plan is on the road or still to come."""


class NobodyDrives(Conflict):
    """No shift would be left that could drive."""


class NotInThisPlan(Invalid):
    """A shift or a stop that is named is not one that this plan still has before it."""


class TooLate(Invalid):
    """A shift would go on only after its end."""


class StopUnderWay(Conflict):
    """Its driver is on the way there, or at the door: what does not succeed there is reported as an attempt."""


class WishesContradict(Invalid):
    """What is asked of one shift contradicts itself."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is asked of a replan.

    `broken` shifts drive no more, those in `available_at` go on no earlier, `helping` ones come in. `delivery_ids` wait
    for a plan and are to be brought today. The driver of a stop in `refused` will not bring it, now or ever. The rest
    as in `Terms`.
    """

    delivery_ids: Sequence[UUID] = ()
    helping: Sequence[UUID] = ()
    broken: Sequence[UUID] = ()
    available_at: Sequence[tuple[UUID, datetime]] = ()
    refused: Sequence[UUID] = ()
    fixed_stops: int = 0
    fixed_until: datetime | None = None
    promise_move_cost_per_h: int = PROMISE_MOVE_COST_PER_H
    driver_change_cost: int = DRIVER_CHANGE_COST
    limit_s: int | None = None
    seed: int = 1
    seen: Mapping[UUID, Seen] = field(default_factory=dict)


def drivers_of(session: Session, plan: Plan) -> list[UUID]:
    """Return the drivers of the routes that a replan of this plan would begin from."""
    return [route.driver_id for route in live_routes(session, [UUID(each) for each in plan.shift_ids])]


def request_replan(session: Session, plan: Plan, wishes: Wishes, *, caller: Principal, now: datetime) -> Plan:
    """Queue a plan that makes the routes of a published one anew, from where its couriers are now.

    PlanNotPublished, NothingToReplan, NobodyDrives, NotInThisPlan, TooLate, StopUnderWay, WishesContradict,
    RoundHasTrips; and what `request_plan` refuses of deliveries that come in, and of shifts that help.
    """
    if plan.state is not PlanState.PUBLISHED:
        raise PlanNotPublished(f"the plan is {plan.state}", state=plan.state)
    helping = _helping(session, plan, wishes, now=now)
    shifts = [*_shifts(session, plan, now=now), *helping]
    routes = live_routes(session, [shift.id for shift in shifts])
    check_no_trips(routes)
    _check_shifts(wishes, shifts, now=now)
    _check_refused(wishes, routes)
    _check_agreement(wishes)
    new = _new(session, plan, wishes)
    stood = [drop.delivery_id for route in routes for stop in ahead_of(route) for drop in stop.drops]
    if not stood and not new:
        raise NothingToReplan()

    replan = Plan(
        carrier_id=plan.carrier_id,
        state=PlanState.QUEUED,
        shift_ids=[str(shift.id) for shift in shifts],
        delivery_ids=[str(each) for each in dict.fromkeys([*stood, *new])],
        zone=plan.zone,
        **written(read_wishes(plan)),
        seed=wishes.seed,
        limit_s=wishes.limit_s,
        requested_by=caller.person_id,
        requested_at=now,
        replans=plan.id,
        terms=_terms(wishes, new).as_data(),
        routes=[],
        unassigned=[],
    )
    session.add(replan)
    _refuse(session, wishes, routes, now=now, by=caller.person_id)
    session.flush()

    asked = len(replan.delivery_ids)
    facts.record(
        session, PlanRequested(plan_id=replan.id, shifts=len(shifts), deliveries=asked, at=now, by=caller.person_id)
    )
    return replan


def _new(session: Session, plan: Plan, wishes: Wishes) -> Sequence[UUID]:
    if not wishes.delivery_ids:
        return ()
    found = check_deliveries(session, wishes.delivery_ids, carrier_id=plan.carrier_id)
    fetched = [each.id for each in found if each.pickup is not None]
    if fetched:
        faults = [
            FieldError(f"/delivery_ids/{wishes.delivery_ids.index(each)}", "is fetched first") for each in fetched
        ]
        raise RoundHasTrips("what is fetched first needs a plan of its own", errors=faults, delivery_ids=fetched)
    return [each.id for each in found]


def _shifts(session: Session, plan: Plan, *, now: datetime) -> list[Shift]:
    found = shifts_by_ids(session, [UUID(each) for each in plan.shift_ids], carrier_id=plan.carrier_id)
    shifts = [shift for shift in found if shift.ends_at > now]
    if not shifts:
        raise NothingToReplan("its shifts are over")
    return shifts


def _helping(session: Session, plan: Plan, wishes: Wishes, *, now: datetime) -> Sequence[Shift]:
    """Return the shifts that come in; one that the plan has already is no fault."""
    known = [UUID(each) for each in plan.shift_ids]
    ids, field = wishes.helping, "helping_shift_ids"
    return check_shifts(session, ids, carrier_id=plan.carrier_id, now=now, field=field, known=known)


def _check_agreement(wishes: Wishes) -> None:
    """One shift is late once, and not at all when it drives no more; nor does that one help. WishesContradict."""
    late = [shift_id for shift_id, _ in wishes.available_at]
    broken = "is among broken_shift_ids, and drives no more"
    faults = [
        *(
            FieldError(f"/late/{number}/shift_id", broken if each in wishes.broken else "is late twice")
            for number, each in enumerate(late)
            if each in wishes.broken or each in late[:number]
        ),
        *(
            FieldError(f"/helping_shift_ids/{number}", broken)
            for number, each in enumerate(wishes.helping)
            if each in wishes.broken
        ),
    ]
    if faults:
        raise WishesContradict(errors=faults)


def _check_shifts(wishes: Wishes, shifts: Sequence[Shift], *, now: datetime) -> None:
    known = {shift.id: shift for shift in shifts}
    late = [shift_id for shift_id, _ in wishes.available_at]
    faults = [*_unknown("broken_shift_ids", wishes.broken, known), *_unknown("late", late, known, "/shift_id")]
    if faults:
        raise NotInThisPlan(errors=faults)
    after = [
        FieldError(f"/late/{number}/available_at", f"its shift ends at {known[shift_id].ends_at.isoformat()}")
        for number, (shift_id, at) in enumerate(wishes.available_at)
        if at >= known[shift_id].ends_at
    ]
    if after:
        raise TooLate(errors=after)
    if all(shift.id in wishes.broken or lacks_driver(shift) for shift in shifts):
        raise NobodyDrives(errors=[FieldError("/broken_shift_ids", "names all who could drive")])


def _check_refused(wishes: Wishes, routes: Sequence[Route]) -> None:
    known = {stop.id: stop for route in routes for stop in ahead_of(route)}
    faults = list(_unknown("refused_stop_ids", wishes.refused, known))
    if faults:
        raise NotInThisPlan(errors=faults)
    driving = {stop.id for route in routes if route.shift_id not in wishes.broken for stop in route.stops}
    begun = [
        FieldError(f"/refused_stop_ids/{number}", f"{each} is {known[each].state}")
        for number, each in enumerate(wishes.refused)
        if each in driving and known[each].state is not StopState.PLANNED
    ]
    if begun:
        raise StopUnderWay(errors=begun)


def _unknown(
    name: str, ids: Sequence[UUID], known: Mapping[UUID, Shift] | Mapping[UUID, Stop], under: str = ""
) -> list[FieldError]:
    return [
        FieldError(f"/{name}/{number}{under}", f"{each} is not one that this plan still has before it")
        for number, each in enumerate(ids)
        if each not in known
    ]


def _terms(wishes: Wishes, new: Sequence[UUID]) -> Terms:
    return Terms(
        broken=frozenset(wishes.broken),
        helping=tuple(dict.fromkeys(wishes.helping)),
        refused=tuple(dict.fromkeys(wishes.refused)),
        available_at=dict(wishes.available_at),
        new=tuple(new),
        fixed_stops=wishes.fixed_stops,
        fixed_until=wishes.fixed_until,
        promise_move_cost_per_h=wishes.promise_move_cost_per_h,
        driver_change_cost=wishes.driver_change_cost,
        seen=wishes.seen,
    )


def _refuse(session: Session, wishes: Wishes, routes: Sequence[Route], *, now: datetime, by: UUID | None) -> None:
    drivers = {
        drop.delivery_id: route.driver_id
        for route in routes
        for stop in route.stops
        for drop in (stop.drops if stop.id in wishes.refused else ())
    }
    for delivery in by_ids(session, drivers.keys(), for_update=True):
        refuse(session, delivery, driver_id=drivers[delivery.id], now=now, by=by)
