"""Taking up a queued plan: what it is made from is read, and it is seen to be under way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deliveries.queries import plannable
from kernel.errors import Conflict
from routing.answering import CannotPlan
from routing.familiarity import familiar
from routing.fleet import routed_shifts, shifts_by_ids
from routing.given import GivenShift, Job, given_delivery, given_shift
from routing.models import Plan, PlanState
from routing.point_hours import opened
from routing.replan_job import replan_job
from routing.solving.limit import Progress
from routing.wishes import read_wishes

# A plan whose worker is lost each time is not tried for ever.
MOST_CLAIMS = 5
WAITING = frozenset({PlanState.QUEUED, PlanState.SOLVING})


class PlanSettled(Conflict):
    """The plan is solved, failed, cancelled or published already."""


def waiting(session: Session, plan_id: UUID) -> Plan:
    """Return the locked plan if it still waits for its routes. PlanSettled."""
    asked = select(Plan).where(Plan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    plan = session.scalars(asked).one()
    check_waiting(plan)
    return plan


def check_waiting(plan: Plan) -> None:
    """Refuse a plan that nobody waits for. PlanSettled."""
    if plan.state not in WAITING:
        raise PlanSettled(f"the plan is {plan.state}", state=plan.state)


def claim(session: Session, plan_id: UUID, *, now: datetime) -> Job:
    """Take the plan up, or up again after its worker was lost. PlanSettled; CannotPlan when it cannot be solved."""
    plan = waiting(session, plan_id)
    if plan.claims >= MOST_CLAIMS:
        raise CannotPlan(f"given up after {plan.claims} attempts that ended without an answer")

    plan.state = PlanState.SOLVING
    plan.claims += 1
    plan.percent = 0
    plan.started_at = plan.started_at or now

    if plan.replans is not None:
        return replan_job(session, plan, now=now)
    wanted = [UUID(each) for each in plan.delivery_ids]
    found = plannable(session, carrier_id=plan.carrier_id, delivery_ids=wanted)
    there = {delivery.id for delivery in found}
    shifts, wishes = _shifts(session, plan, now), read_wishes(plan)
    return Job(
        plan_id=plan.id,
        seed=plan.seed,
        limit_s=plan.limit_s,
        now=now,
        shifts=shifts,
        deliveries=opened(session, [given_delivery(delivery) for delivery in found], shifts=shifts),
        taken=tuple(each for each in wanted if each not in there),
        wishes=wishes,
        familiar=_familiar(session, shifts, there) if wishes.familiarity_cost else frozenset(),
    )


def note_progress(session: Session, plan_id: UUID, *, progress: Progress) -> None:
    """Write how far the search is, while it is wanted."""
    session.execute(
        update(Plan)
        .where(Plan.id == plan_id, Plan.state == PlanState.SOLVING)
        .values(
            percent=progress.percent,
            best_cost=progress.cost,
            best_unassigned=progress.unassigned,
            version=Plan.version + 1,
        )
    )


def is_wanted(session: Session, plan_id: UUID) -> bool:
    """Say whether somebody still waits for the plan."""
    return session.scalar(select(Plan.state).where(Plan.id == plan_id)) in WAITING


def is_to_finish(session: Session, plan_id: UUID) -> bool:
    """Say whether somebody takes the best plan so far."""
    return session.scalar(select(Plan.finish_asked_at).where(Plan.id == plan_id)) is not None


def _familiar(
    session: Session, shifts: Sequence[GivenShift], deliveries: Collection[UUID]
) -> frozenset[tuple[UUID, UUID]]:
    return familiar(session, delivery_ids=deliveries, driver_ids={shift.driver_id for shift in shifts})


def _shifts(session: Session, plan: Plan, now: datetime) -> tuple[GivenShift, ...]:
    ids = [UUID(each) for each in plan.shift_ids]
    shifts = shifts_by_ids(session, ids, carrier_id=plan.carrier_id)
    if len(shifts) < len(ids) or routed_shifts(session, ids):
        raise CannotPlan("changed meanwhile: a shift was cancelled, or a published route covers it")
    if any(shift.ends_at <= now for shift in shifts):
        raise CannotPlan("a shift was over before the plan was taken up")
    return tuple(given_shift(shift) for shift in shifts)
