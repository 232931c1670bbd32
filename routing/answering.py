"""Making a plan: street times, the search in a child process, the checker's last word. No database anywhere here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kernel.errors import Unavailable
from places.streets import Streets
from routing import explaining
from routing.assembling import Answer, assemble
from routing.given import Job
from routing.pricing import Prices
from routing.solving import process
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit, OnProgress, default_limit
from routing.solving.problem import Problem, ProblemError
from routing.solving.process import SolverDied
from routing.solving.searching.asked import Elsewhere
from routing.solving.searching.portfolio import is_solved_in_parts
from routing.solving.solution import Solution
from routing.translation import Question


class CannotPlan(Exception):
    """There will be no routes. The text is for the dispatcher."""


def answer(
    job: Job,
    *,
    streets: Streets,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    finish: Callable[[], bool] = lambda: False,
    elsewhere: Callable[[], Elsewhere | None] = lambda: None,
) -> Answer:
    """Make the plan; may take minutes. CannotPlan, and `process.Cancelled` within a second of `cancelled` saying so.

    Once `finish` says so the best plan so far is the answer. `elsewhere` is asked for a plan that is solved in parts.
    """
    question = Question(job)
    try:
        matrices = question.matrices(streets)
        problem = question.problem(matrices)
        limit = default_limit(problem) if job.limit_s is None else Limit(seconds=job.limit_s)
        solution = process.run(
            problem,
            limit=limit,
            seed=job.seed,
            on_progress=_told(question.prices, on_progress),
            cancelled=cancelled,
            finish=finish,
            elsewhere=elsewhere() if is_solved_in_parts(problem, limit) else None,
        )
        check(problem, solution)
        found = assemble(question, solution, matrices=matrices, streets=streets)
        explaining.tell(question, lambda: question.explained(matrices), solution, rows=found.unassigned)
        return found
    except (SolverDied, ProblemError) as fault:
        raise CannotPlan(f"the search failed: {fault}") from fault
    except Unavailable as fault:
        raise CannotPlan(fault.detail) from fault


def _told(prices: Prices, on_progress: OnProgress) -> OnProgress:
    """Let progress be told in seconds of a courier's time."""
    return lambda progress: on_progress(replace(progress, cost=prices.seconds(progress.cost)))


def check(problem: Problem, solution: Solution) -> None:
    """Refuse a plan that breaks a rule, whoever found it. CannotPlan."""
    found = violations(problem, solution)
    if found:
        faults = "; ".join(f"{each.rule} {each.who}: {each.detail}" for each in found[:5])
        raise CannotPlan(f"the checker refuses the plan: {faults}")
