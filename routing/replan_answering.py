"""Making a replan: as a plan is made, from the order that is driven now. No database anywhere here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from kernel.errors import Unavailable
from places.streets import Streets
from routing import explaining
from routing.answering import CannotPlan, check
from routing.assembling import Answer, assemble
from routing.models import Route, Unassigned
from routing.replan_job import ReplanJob
from routing.replan_problem import Binding
from routing.solving import process
from routing.solving.explaining.explanation import Rule
from routing.solving.limit import Limit, OnProgress
from routing.solving.problem import Problem, ProblemError, Sequences
from routing.solving.process import SolverDied
from routing.solving.replanning.loosen import loosen
from routing.solving.solution import Solution
from routing.translation import Matrices, Question

_SEARCH_S = 3.0
_SETTLED = frozenset(
    {
        Rule.SHIFT_START,
        Rule.SHIFT_END,
        Rule.BREAK,
        Rule.MAX_DURATION,
        Rule.MAX_DISTANCE,
        Rule.MAX_STOPS,
        Rule.VEHICLE_ALLOWED,
    }
)
"""The terms of a shift that has a route cannot be changed any more, and the parcels are where they are."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A replan as the optimiser is asked it: the problem, and what each vehicle would drive if nothing were changed."""

    job: ReplanJob
    question: Question
    matrices: Matrices
    problem: Problem
    start: Sequences


def answer_replan(
    job: ReplanJob,
    *,
    streets: Streets,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    finish: Callable[[], bool] = lambda: False,
) -> Answer:
    """Make the routes anew. CannotPlan, and `process.Cancelled` within a second of `cancelled` saying so.

    Once `finish` says so the best plan so far is the answer.
    """
    try:
        asked = ask(job, streets=streets)
        return told(asked, _search(asked, on_progress, cancelled, finish), streets=streets)
    except (SolverDied, ProblemError) as fault:
        raise CannotPlan(f"the search failed: {fault}") from fault
    except Unavailable as fault:
        raise CannotPlan(fault.detail) from fault


def ask(job: ReplanJob, *, streets: Streets) -> Asked:
    """Return the job as the optimiser sees it. Asks the streets for times: let no transaction be open."""
    question = Question(job)
    matrices = question.matrices(streets)
    problem, start = _bound(Binding(job, question, question.origin), question.problem(matrices))
    return Asked(job, question, matrices, problem, start)


def _bound(binding: Binding, problem: Problem) -> tuple[Problem, Sequences]:
    """Return the problem as a replan sees it, and what each vehicle would drive if nothing were changed."""
    problem = binding.bind(problem)
    start = _sequences(problem, binding.start(problem))
    problem = loosen(problem, start, late_cost_per_h=binding.promise_move_cost_per_h)
    return problem, _sequences(problem, binding.start(problem))


def told(asked: Asked, solution: Solution, *, streets: Streets) -> Answer:
    """Return the rows that the solution comes to. Asks the streets for lines."""
    found = assemble(asked.question, solution, matrices=asked.matrices, streets=streets)
    for route in found.routes:
        _mark(route, asked.job)
    explaining.tell(asked.question, partial(_explained, asked), solution, rows=found.unassigned, settled=_SETTLED)
    return replace(found, unassigned=[*found.unassigned, *_aside(asked.job)])


def _explained(asked: Asked) -> Problem:
    question = asked.question
    binding = Binding(asked.job, question, question.told_from)
    problem, _ = _bound(binding, question.explained(asked.matrices))
    return problem


def _sequences(problem: Problem, names: list[list[str]]) -> Sequences:
    stops = {stop.id: stop for stop in problem.stops}
    return [[stops[name] for name in each] for each in names]


def _search(
    asked: Asked, on_progress: OnProgress, cancelled: Callable[[], bool], finish: Callable[[], bool]
) -> Solution:
    problem, job = asked.problem, asked.job
    limit = Limit(seconds=_SEARCH_S if job.limit_s is None else job.limit_s)
    solution = process.run(
        problem,
        limit=limit,
        seed=job.seed,
        start=asked.start,
        near=True,
        on_progress=on_progress,
        cancelled=cancelled,
        finish=finish,
    )
    check(problem, solution)
    return solution


def _mark(route: Route, job: ReplanJob) -> None:
    """Let the rows say what they rest on: shifts and deliveries as they are, not as they were bent to the moment."""
    route.fingerprint = job.sound[route.shift_id]
    for drop in (drop for stop in route.stops for drop in stop.drops):
        drop.fingerprint = job.sound[drop.delivery_id]
        drop.alternative_id = job.alternatives.get(drop.delivery_id, drop.alternative_id)


def _aside(job: ReplanJob) -> Iterator[Unassigned]:
    for delivery_id, reason, detail in job.aside:
        yield Unassigned(delivery_id=delivery_id, reason=reason, detail=detail)
