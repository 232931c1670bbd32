"""Celery's doors to the room: solving a plan, and taking cancelled deliveries out of published routes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import structlog
from celery import current_app, shared_task
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from deliveries.facts import DeliveryCancelled, DeliveryChanged, DeliveryUnscheduled
from kernel import clock, facts
from kernel.database import Sessions, alone
from kernel.facts import Consumer, FactRow
from places.streets import STREETS
from routing import claiming, foreseeing, foreseen_answering, settling
from routing.answering import CannotPlan, answer
from routing.assembling import Answer
from routing.claiming import PlanSettled
from routing.facts import PlanRequested
from routing.foreseeing import zone_of_days
from routing.given import Job
from routing.replan_answering import answer_replan
from routing.replan_job import ReplanJob
from routing.replan_settling import store_replan
from routing.sealing import opened, sealed
from routing.settling import ChangedMeanwhile
from routing.solving.limit import Progress
from routing.solving.process import Cancelled
from routing.solving.searching.asked import Elsewhere
from routing.withdrawing import show_change, withdraw_delivery

# The longest search (600 s), its grace and two street matrices; Redis sends a task again after 900 s.
_HARD_LIMIT_S = 840
# What is changed while a plan is solved makes it be solved again, so often.
_ROUNDS = 3
_BETWEEN_NOTES_S = 1.0
# The longest search for a foreseen day (12 s), its grace and a street matrix.
_FORESIGHT_S = 120
_INSPECTION_S = 1.0
# For the way there and back, and for the start of a process.
_POST_S = 2.0

if TYPE_CHECKING:
    from routing.solving.searching.parts import Part, PartAnswer

log = structlog.get_logger()


def _by_the_task(session: Session, fact: FactRow) -> None:
    """Nothing: the task solves with no transaction open, so it cannot be drained as other consumers are."""


SOLVE = Consumer.of("routing.solve", {PlanRequested: _by_the_task})
WITHDRAW = Consumer.of(
    "routing.withdraw", {DeliveryCancelled: withdraw_delivery, DeliveryUnscheduled: withdraw_delivery}
)
SHOW = Consumer.of("routing.show", {DeliveryChanged: show_change})


@shared_task(name=WITHDRAW.name)
def withdraw(*, aggregate_id: str) -> None:
    """Take a cancelled delivery out of the published route that it is in."""
    facts.drain(Sessions, consumer=WITHDRAW, aggregate_id=UUID(aggregate_id))


@shared_task(name=SHOW.name)
def show(*, aggregate_id: str) -> None:
    """Let the driver see what was changed of a delivery in a published route."""
    facts.drain(Sessions, consumer=SHOW, aggregate_id=UUID(aggregate_id))


@shared_task(name=SOLVE.name, time_limit=_HARD_LIMIT_S)
def solve(*, aggregate_id: str) -> None:
    """Make the plan's routes. May run twice: the second waits for nothing, and finds nothing to do.

    When the worker is lost the task comes again, from the broker or the sweep, and takes the plan up anew.
    """
    plan_id = UUID(aggregate_id)
    with _alone(plan_id) as first:
        if not first:
            return
        for last in [False] * (_ROUNDS - 1) + [True]:
            if _solve_once(plan_id, last=last):
                return


@shared_task(name="routing.solve_part", ignore_result=False, acks_late=False, time_limit=_HARD_LIMIT_S)
def solve_part(*, letter: str) -> str:
    """Solve a part of a plan for a solver that waits for it. One that is lost is not sent again: nobody would wait.

    Here and not in a child: a part takes seconds, of which starting one would take half.
    """
    from routing.solving.searching import parts  # noqa: PLC0415 - loads machine code, once a process and only where it is used

    return sealed(parts.solve_part(opened(letter)))


def _elsewhere() -> Elsewhere | None:
    """What the solvers that have nothing to do could take; this one is busy with the plan itself."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]  # of this thread; another waits for the answers
    inspect: Any = app.control.inspect(timeout=_INSPECTION_S)
    queues, busy, stats = inspect.active_queues() or {}, inspect.active() or {}, inspect.stats() or {}
    solvers = [name for name, served in queues.items() if any(queue["name"] == "parts" for queue in served)]
    width = sum(
        stats[name]["pool"]["max-concurrency"] - len(busy[name]) for name in solvers if name in stats and name in busy
    )
    return Elsewhere(width, partial(_solve_elsewhere, app)) if width else None


def _solve_elsewhere(app: Any, parts: list[Part], halted: Callable[[], bool]) -> list[PartAnswer | None]:
    """Wait a moment longer than the parts' limit, so that nothing hangs where a worker is lost."""
    seconds = max((part.limit.seconds or 0.0 for part in parts), default=0.0)
    post: dict[str, Any] = {"expires": max(1.0, seconds), "ignore_result": False}
    sent = [app.send_task(solve_part.name, kwargs={"letter": sealed(part)}, **post) for part in parts]
    until_s = time.monotonic() + seconds + _POST_S
    while time.monotonic() < until_s and not halted() and not all(one.ready() for one in sent):
        time.sleep(0.1)
    return [opened(one.result) if one.successful() else None for one in sent]


def _solve_once(plan_id: UUID, *, last: bool) -> bool:
    """Claim, answer, settle. Say whether the plan is settled, one way or another."""
    job = _claim(plan_id)
    if job is None:
        return True
    try:
        found = _answer(job, plan_id)
    except Cancelled:
        return _settle(plan_id, lambda session: None)
    except CannotPlan as failure:
        return _settle(plan_id, _failure(plan_id, str(failure)))
    return _store(plan_id, found, last=last)


def _answer(job: Job, plan_id: UUID) -> Answer:
    ask = answer_replan if isinstance(job, ReplanJob) else answer
    return ask(
        job,  # type: ignore[arg-type]  # of the kind that `ask` takes
        streets=STREETS.get(),
        on_progress=_Notes(plan_id),
        cancelled=lambda: _unwanted(plan_id),
        finish=lambda: _to_finish(plan_id),
        **({} if isinstance(job, ReplanJob) else {"elsewhere": _elsewhere}),
    )


def _claim(plan_id: UUID) -> Job | None:
    """The first short transaction. None: there is nothing to do."""
    with Sessions.begin() as session:
        fact = facts.next_unhandled(session, consumer=SOLVE, aggregate_id=plan_id)
        if fact is None:
            return None
        try:
            return claiming.claim(session, plan_id, now=clock.now())
        except PlanSettled:
            pass
        except CannotPlan as failure:
            settling.fail(session, plan_id, reason=str(failure), now=clock.now())
        facts.mark_handled(session, consumer=SOLVE, fact=fact)
        return None


def _store(plan_id: UUID, found: Answer, *, last: bool) -> bool:
    try:
        return _settle(plan_id, lambda session: _stored(session, found))
    except ChangedMeanwhile as changed:
        log.info("a plan has to be solved again", plan_id=str(plan_id), reason=str(changed))
        return last and _settle(plan_id, _failure(plan_id, str(changed)))


def _stored(session: Session, found: Answer) -> object:
    job = found.question.job
    if isinstance(job, ReplanJob):
        return store_replan(session, found, job, now=clock.now())
    return settling.store(session, found, now=clock.now())


def _failure(plan_id: UUID, reason: str) -> Callable[[Session], object]:
    return lambda session: settling.fail(session, plan_id, reason=reason, now=clock.now())


def _settle(plan_id: UUID, deed: Callable[[Session], object]) -> bool:
    """The second short transaction: the deed and the mark that the request is handled, together or not at all."""
    with Sessions.begin() as session:
        with suppress(PlanSettled):
            deed(session)
        fact = facts.next_unhandled(session, consumer=SOLVE, aggregate_id=plan_id)
        if fact is not None:
            facts.mark_handled(session, consumer=SOLVE, fact=fact)
    return True


@shared_task(name="routing.foresee")
def foresee() -> int:
    """Have each day foreseen anew whose bookings or shifts are other ones by now. Return how many."""
    app: Any = current_app
    with Sessions.begin() as session:
        found = foreseeing.due(session, zone=zone_of_days(session), now=clock.now())
    for each in found:
        named = {"carrier_id": str(each.carrier_id), "day": each.day.isoformat()}
        app.send_task(foresee_day.name, kwargs=named, expires=_FORESIGHT_S)
    return len(found)


@shared_task(name="routing.foresee_day", time_limit=_FORESIGHT_S)
def foresee_day(*, carrier_id: str, day: str) -> None:
    """Plan what is booked so far for the day, for nobody to see: options are priced into it. One at a time."""
    carrier, on = UUID(carrier_id), date.fromisoformat(day)
    with _alone(uuid5(carrier, day)) as first:
        if not first:
            return
        with Sessions.begin() as session:
            asked = foreseeing.one_due(session, carrier_id=carrier, day=on, zone=zone_of_days(session), now=clock.now())
            wanted = foreseeing.foresight(session, asked)
        found = foreseen_answering.foresee(wanted, streets=STREETS.get(), now=clock.now())
        with Sessions.begin() as session:
            foreseeing.keep(session, found, now=clock.now())


class _Notes:
    """Writes progress at most once a second. A note that cannot be written is not worth the search."""

    def __init__(self, plan_id: UUID) -> None:
        self._plan_id = plan_id
        self._noted_s = 0.0

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() - self._noted_s < _BETWEEN_NOTES_S:
            return
        self._noted_s = time.monotonic()
        with suppress(DBAPIError), Sessions.begin() as session:
            claiming.note_progress(session, self._plan_id, progress=progress)


def _unwanted(plan_id: UUID) -> bool:
    with suppress(DBAPIError), Sessions.begin() as session:
        return not claiming.is_wanted(session, plan_id)
    return False


def _to_finish(plan_id: UUID) -> bool:
    with suppress(DBAPIError), Sessions.begin() as session:
        return claiming.is_to_finish(session, plan_id)
    return False


@contextmanager
def _alone(plan_id: UUID) -> Iterator[bool]:
    """Hold the plan for as long as this connection lives: the sweep must not start a second search beside one."""
    key = (func.hashtext(SOLVE.name), func.hashtext(str(plan_id)))
    with Sessions() as holder:
        connection = holder.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        with alone(connection, *key) as got:
            yield got
