"""The one call: a problem in, a checked plan out."""

import time
from collections.abc import Callable, Sequence

from routing.solving.assemble import assemble, left_out, rank
from routing.solving.budget import Budget
from routing.solving.checker import violations
from routing.solving.fits import DoesNotFit
from routing.solving.insertion import construct, insert_all
from routing.solving.limit import Limit, OnProgress, Progress
from routing.solving.portfolio import Asked, Found, find
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.reasons import unfit
from routing.solving.repair import repair
from routing.solving.solution import Solution, Unassigned
from routing.solving.validate import check_problem
from routing.solving.violation import Violation

_BETWEEN_TELLING_S = 0.5
"""Pricing a plan to tell of it takes time from the search."""


class SolverFault(Exception):
    """Every plan found breaks a rule: a defect of the solver, not of the problem."""

    def __init__(self, found: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{one.rule} {one.who}: {one.detail}" for one in found[:5]))


def solve(
    problem: Problem,
    *,
    limit: Limit,
    seed: int,
    progress: OnProgress | None = None,
    start: Sequences | None = None,
    halted: Callable[[], bool] = lambda: False,
) -> Solution:
    """The best plan found within `limit`; the same problem, seed, start and `limit.iterations` give the same plan.

    Always answers, if only with every stop left out and the reason why: never worse than `start`, the plan to improve,
    and within about a second with the best so far once `halted` says so. A plan that the checker refuses gives way to
    the next best; raises `SolverFault` when it refuses every one, `ProblemError` when the problem contradicts itself.
    """
    check_problem(problem)
    budget = Budget(limit, halted)
    hopeless = unfit(problem)
    known = {one.stop_id for one in hopeless}
    stops = [stop for stop in problem.stops if stop.id not in known]
    if not stops:
        return _first_sound(problem, [Found("nothing to plan", [[] for _ in problem.vehicles])], hopeless)

    first = _first(problem, stops, start, seed=seed)
    teller = _Teller(problem, progress)
    teller.tell(first.sequences, 0.0)
    asked = Asked(problem=problem, stops=stops, start=first.sequences, seed=seed, budget=budget, hear=teller.tell)
    plans = [first, *(_whole(problem, stops, found) for found in find(asked))]
    plans.sort(key=lambda found: rank(problem, found.sequences))
    return _first_sound(problem, plans, hopeless)


def _first(problem: Problem, stops: Sequence[Stop], start: Sequences | None, *, seed: int) -> Found:
    if start is None:
        return Found("insertion", construct(problem, stops, seed=seed))
    return _whole(problem, stops, Found("start", start))


def _whole(problem: Problem, stops: Sequence[Stop], found: Found) -> Found:
    """The plan without what exact times refuse, and with every one of `stops` that then has room."""
    sequences = repair(problem, found.sequences)
    wanted = {stop.id for stop in stops}
    insert_all(problem, sequences, [stop for stop in left_out(problem, sequences) if stop.id in wanted])
    return Found(found.by, sequences)


def _first_sound(problem: Problem, plans: Sequence[Found], hopeless: Sequence[Unassigned]) -> Solution:
    """The first plan that the checker accepts, with the reason for each stop left out."""
    faults: list[Violation] = []
    for plan in plans:
        sequences = plan.sequences
        known = {one.stop_id: one for one in hopeless}
        no_room = insert_all(problem, sequences, [s for s in left_out(problem, sequences) if s.id not in known])
        known |= {one.stop_id: one for one in no_room}
        unassigned = [known[stop.id] for stop in left_out(problem, sequences)]
        solution = assemble(problem, sequences, unassigned=unassigned, found_by=plan.by)
        found = violations(problem, solution)
        if not found:
            return solution
        faults += found
    raise SolverFault(faults)


class _Teller:
    """Prices the plans that the search finds for whoever watches, not more often than eyes follow."""

    def __init__(self, problem: Problem, progress: OnProgress | None) -> None:
        self._problem = problem
        self._progress = progress
        self._told_s = float("-inf")
        self._best: tuple[int, int] | None = None

    def tell(self, sequences: Sequences, share: float) -> None:
        if self._progress is None or time.monotonic() - self._told_s < _BETWEEN_TELLING_S:
            return
        self._told_s = time.monotonic()
        try:
            found = rank(self._problem, sequences)
        except DoesNotFit:
            return  # the search believes in a route that exact times refuse; it is repaired at the end
        if self._best is None or found < self._best:
            self._best = found
            unassigned = len(left_out(self._problem, sequences))
            self._progress(Progress(percent=int(100 * share), cost=found[1], unassigned=unassigned))
