"""Storing a replan: its routes, what they rest on, and what they would change for whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from routing import settling
from routing.assembling import Answer
from routing.changes import changes
from routing.models import Plan
from routing.replan_job import ReplanJob, basis
from routing.settling import ChangedMeanwhile
from routing.standing import contradictions


def store_replan(session: Session, answer: Answer, job: ReplanJob, *, now: datetime) -> Plan:
    """Store the proposal. PlanSettled when it was cancelled; ChangedMeanwhile stores nothing."""

    def check(session: Session, plan: Plan, answer: Answer) -> None:
        found = contradictions(
            session,
            list(answer.routes),
            basis=basis(job),
            shift_ids={shift.id for shift in job.shifts} | {each.shift_id for each in job.standing},
            carrier_id=plan.carrier_id,
        )
        if found:
            named = ", ".join(f"{len(ids)} {name.removesuffix('_ids')}" for name, ids in found.items())
            raise ChangedMeanwhile(f"changed meanwhile: {named}")

    plan = settling.store(session, answer, now=now, check=check)
    session.flush()  # the new stops have their ids from here on
    plan.basis = basis(job)
    plan.changes = changes(job, answer.routes, now=now)
    return plan
