"""How a plan that is waited for ends: its routes are stored, or it fails, or nobody wants it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from deliveries.models import PLANNABLE
from deliveries.queries import by_ids
from kernel import facts
from kernel.errors import Conflict
from routing.assembling import Answer
from routing.claiming import check_waiting, waiting
from routing.facts import PlanCancelled, PlanFailed, PlanFinishAsked, PlanSolved
from routing.fleet import lacks_driver, shifts_by_ids
from routing.given import fingerprint, given_delivery, given_shift
from routing.models import Drop, Plan, PlanState, Route

type Check = Callable[[Session, Plan, Answer], None]


class PlanNotBeingSolved(Conflict):
    """Only a plan that is being solved has a best so far."""


class ChangedMeanwhile(Exception):
    """What the plan was made from is not so any more. The text is for the dispatcher."""


def store(session: Session, answer: Answer, *, now: datetime, check: Check | None = None) -> Plan:
    """Store the routes and what is left out. PlanSettled when it was cancelled; ChangedMeanwhile stores nothing.

    `check` raises it for what is not as it was when the plan was taken up.
    """
    plan = waiting(session, answer.question.job.plan_id)
    (check or _check_unchanged)(session, plan, answer)

    for route in answer.routes:
        route.plan_id, route.carrier_id = plan.id, plan.carrier_id
    for left in answer.unassigned:
        left.plan_id = plan.id
    session.add_all([*answer.routes, *answer.unassigned])
    plan.state = PlanState.SOLVED
    plan.percent = 100
    plan.cost = dict(answer.cost)
    plan.best_cost = answer.cost["total"]
    plan.best_unassigned = len(answer.unassigned)
    plan.estimated_share = answer.estimated_share
    plan.finished_at = now

    facts.record(
        session,
        PlanSolved(
            plan_id=plan.id,
            routes=len(answer.routes),
            stops=sum(len(route.stops) for route in answer.routes),
            unassigned=len(answer.unassigned),
            at=now,
        ),
    )
    return plan


def fail(session: Session, plan_id: UUID, *, reason: str, now: datetime) -> None:
    """End the plan without routes. PlanSettled."""
    plan = waiting(session, plan_id)

    plan.state = PlanState.FAILED
    plan.failure = reason
    plan.finished_at = now

    facts.record(session, PlanFailed(plan_id=plan.id, reason=reason, at=now))


def cancel(session: Session, plan: Plan, *, now: datetime, by: UUID | None) -> None:
    """Stop waiting for the plan: the search ends within a second. PlanSettled."""
    # Not `waiting`: that would forget the routes that the caller has loaded.
    session.refresh(plan, ["state", "version"], with_for_update=True)
    check_waiting(plan)

    plan.state = PlanState.CANCELLED
    plan.finished_at = now
    session.flush()

    facts.record(session, PlanCancelled(plan_id=plan.id, at=now, by=by))


def finish(session: Session, plan: Plan, *, now: datetime, by: UUID | None) -> None:
    """Let the search end with the best plan so far, within a second or two; again: nothing. PlanNotBeingSolved."""
    session.refresh(plan, ["state", "version", "finish_asked_at"], with_for_update=True)
    if plan.state is not PlanState.SOLVING:
        raise PlanNotBeingSolved(f"the plan is {plan.state}", state=plan.state)
    if plan.finish_asked_at is not None:
        return

    plan.finish_asked_at = now
    session.flush()

    facts.record(session, PlanFinishAsked(plan_id=plan.id, at=now, by=by))


def outdated_drops(session: Session, drops: list[Drop], *, for_update: bool = False) -> list[UUID]:
    """Return the deliveries that are not what they were planned as, or wait for no plan. Locks them when asked."""
    found = by_ids(session, [drop.delivery_id for drop in drops], for_update=for_update)
    sound = {each.id: fingerprint(given_delivery(each)) for each in found if each.state in PLANNABLE}
    return [drop.delivery_id for drop in drops if sound.get(drop.delivery_id) != drop.fingerprint]


def outdated_shifts(session: Session, routes: list[Route], *, carrier_id: UUID, for_update: bool = False) -> list[UUID]:
    """Return the shifts that are not what they were planned as, cancelled or driverless. Locks them when asked."""
    ids = [route.shift_id for route in routes]
    found = shifts_by_ids(session, ids, carrier_id=carrier_id, for_update=for_update)
    sound = {shift.id: fingerprint(given_shift(shift)) for shift in found if not lacks_driver(shift)}
    return [route.shift_id for route in routes if sound.get(route.shift_id) != route.fingerprint]


def drops_of(routes: list[Route]) -> Iterator[Drop]:
    """Yield every drop of the routes."""
    return (drop for route in routes for stop in route.stops for drop in stop.drops)


def _check_unchanged(session: Session, plan: Plan, answer: Answer) -> None:
    routes = list(answer.routes)
    changed = outdated_shifts(session, routes, carrier_id=plan.carrier_id)
    if changed:
        raise ChangedMeanwhile(f"changed meanwhile: {_counted(len(changed), 'shift')}")
    changed = outdated_drops(session, list(drops_of(routes)))
    if changed:
        raise ChangedMeanwhile(f"changed meanwhile: {_counted(len(changed), 'delivery', 'deliveries')}")


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
