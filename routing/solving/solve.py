"""The one call: a problem in, a checked plan out."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from routing.solving.assemble import assemble, left_out, rank
from routing.solving.checking.checker import violations
from routing.solving.checking.violation import Violation
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.insertion import construct, insert_all
from routing.solving.inserting.reasons import unfit, without_room
from routing.solving.inserting.repair import repair
from routing.solving.inserting.units import unit_by_stop, units_of
from routing.solving.limit import Limit, OnProgress, Progress, after_search_s
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.searching.asked import Asked, Elsewhere, Found
from routing.solving.searching.budget import Budget
from routing.solving.searching.portfolio import find
from routing.solving.solution import Solution, Unassigned
from routing.solving.validating.validate import check_problem

_BETWEEN_TELLING_S = 0.5
"""Pricing a plan to tell of it takes time from the search."""
_INSERTED = 150
"""Up to so many stops a plan by insertion is made before any search: it takes a tenth of a second, and grows fast."""
_MOST_TRIED = 20_000
"""Positions, at some tenth of a millisecond each."""


log = logging.getLogger(__name__)


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
    elsewhere: Elsewhere | None = None,
) -> Solution:
    """The best plan found within `limit`; the same problem, seed, start and `limit.iterations` give the same plan.

    Always answers, if only with every stop left out and the reason why: never worse than `start`, the plan to improve,
    and within about a second with the best so far once `halted` says so. A plan that the checker refuses gives way to
    the next best; raises `SolverFault` when it refuses every one, `ProblemError` when the problem contradicts itself.
    """
    budget = Budget(limit.less(after_search_s(problem)), halted)
    check_problem(problem)
    hopeless = unfit(problem)
    stops = _hopeful(problem, hopeless)
    if not stops:
        return _first_sound(problem, [Found("nothing to plan", [[] for _ in problem.vehicles])], hopeless)

    teller = _Teller(problem, progress)
    plans = list(_given(problem, stops, start, seed=seed))
    for plan in plans:
        teller.tell_at_once(plan.sequences, 0.0)
    asked = Asked(
        problem=problem,
        stops=stops,
        start=start,
        seed=seed,
        budget=budget,
        hear=teller.tell,
        elsewhere=elsewhere,
    )
    plans += [_whole(problem, stops, found) for found in find(asked)]
    if not plans:
        plans.append(Found("insertion", construct(problem, stops, seed=seed)))
    plans.sort(key=lambda found: rank(problem, found.sequences))
    teller.tell_at_once(plans[0].sequences, budget.used() if budget.by_clock else 1.0)
    return _first_sound(problem, plans, hopeless)


def _hopeful(problem: Problem, hopeless: Sequence[Unassigned]) -> list[Stop]:
    """The stops that some vehicle may serve: without those told to be, and the other ways to serve the same."""
    told = {one.stop_id for one in hopeless}
    gone = {stop.id for unit in units_of(problem) if unit.stops[0].id in told for stop in unit.stops}
    return [stop for stop in problem.stops if stop.id not in gone]


def _given(problem: Problem, stops: Sequence[Stop], start: Sequences | None, *, seed: int) -> Iterator[Found]:
    """The plans that are there before any search."""
    if start is not None:
        yield _whole(problem, stops, Found("start", start))
    if len(stops) <= _INSERTED:
        yield Found("insertion", construct(problem, stops, seed=seed))


def _whole(problem: Problem, stops: Sequence[Stop], found: Found) -> Found:
    """The plan itself if it can be driven; else without what cannot, and with what then has room."""
    try:
        rank(problem, found.sequences)
    except DoesNotFit as refusal:
        log.warning("the plan of the search %s cannot be driven, it is repaired: %s", found.by, refusal)
        sequences = repair(problem, found.sequences)
        wanted = {stop.id for stop in stops}
        insert_all(problem, sequences, [stop for stop in left_out(problem, sequences) if stop.id in wanted])
        return Found(found.by, sequences)
    return found


def _first_sound(problem: Problem, plans: Sequence[Found], hopeless: Sequence[Unassigned]) -> Solution:
    """The first plan that the checker accepts, with the reason for each stop left out."""
    faults: list[Violation] = []
    for plan in plans:
        sequences = plan.sequences
        known = {one.stop_id: one for one in (*hopeless, *_without_room(problem, sequences, hopeless))}
        unassigned = [known[stop.id] for stop in left_out(problem, sequences)]
        solution = assemble(problem, sequences, unassigned=unassigned, found_by=plan.by)
        found = violations(problem, solution)
        if not found:
            return solution
        faults += found
    raise SolverFault(faults)


def _without_room(problem: Problem, sequences: Sequences, hopeless: Sequence[Unassigned]) -> list[Unassigned]:
    """Why the others are left out: each is tried in every position, and takes it if it fits after all.

    In a large plan with many left out that would take longer than the search, and says no more.
    """
    told = {one.stop_id for one in hopeless}
    left = [stop for stop in left_out(problem, sequences) if stop.id not in told]
    if len(left) * sum(map(len, sequences)) <= _MOST_TRIED:
        return insert_all(problem, sequences, left)
    units = unit_by_stop(problem)
    return [one for stop in left for one in without_room(problem, units[stop.id], "the routes have no room for it")]


class _Teller:
    """Prices the plans that the search finds for whoever watches, not more often than eyes follow."""

    def __init__(self, problem: Problem, progress: OnProgress | None) -> None:
        self._problem = problem
        self._progress = progress
        self._next_s = float("-inf")
        self._best: tuple[int, int] | None = None
        self._percent = 0
        self._one_at_a_time = Lock()  # the searches' threads tell at once, each of a plan that it found

    def tell(self, sequences: Sequences, share: float) -> None:
        """Tell of a plan that is better, unless the last one was told just now: the search goes on meanwhile."""
        began_s = time.monotonic()
        if began_s >= self._next_s:
            self.tell_at_once(sequences, share)
            self._next_s = began_s + max(_BETWEEN_TELLING_S, 8 * (time.monotonic() - began_s))

    def tell_at_once(self, sequences: Sequences, share: float) -> None:
        """Tell of a plan that is better: of those before a search and after it, which none may follow."""
        if self._progress is None:
            return
        try:
            found = rank(self._problem, sequences)
        except DoesNotFit:
            return  # the search believes in a route that exact times refuse; it is repaired at the end
        with self._one_at_a_time:
            if self._best is None or found < self._best:
                self._best = found
                unassigned = len(left_out(self._problem, sequences))
                self._percent = max(self._percent, int(100 * share))
                self._progress(Progress(percent=self._percent, cost=found[1], unassigned=unassigned))
