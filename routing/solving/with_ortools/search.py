"""Searches a model with OR-Tools: from a plan given, or else its own first one, by guided local search to the limit."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.solving.assemble import rank
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.with_ortools.build import build
from routing.solving.with_ortools.model import Model
from routing.solving.with_ortools.watch import OnBetter, Soundness, Watch

_FIRST = routing_enums_pb2.FirstSolutionStrategy
_FIRST_PLANS = (_FIRST.PARALLEL_CHEAPEST_INSERTION, _FIRST.LOCAL_CHEAPEST_INSERTION, _FIRST.ALL_UNPERFORMED)
"""Tried in turn where it will not start from the plan given; PATH_CHEAPEST_ARC finds none where windows are tight."""

_FOREVER_S = 10**6

_FAILURES_A_SOLUTION = 20
"""A tiny problem has few solutions: guided local search would look for the next one for ever."""

_ROUNDS_BY_HOURS = 3
"""How often the travel times are taken anew from the hours at which the best plan drives."""

_READING = Limit(seconds=10.0)


def search(
    problem: Problem,
    stops: Sequence[Stop],
    *,
    start: Sequences | None,
    limit: Limit,
    seed: int,
    on_better: OnBetter,
) -> Sequences | None:
    """The best plan that the library finds for these stops, from `start` or its own first one; nothing if it has none.

    The seed shuffles the stops: the library's search is otherwise fixed. Where travel takes its time by the hour, the
    first plan is by insertion: the longest of all hours, which is all that the library knows, may allow none.
    """
    if not problem.vehicles:
        return []
    clock = _Clock(limit)
    if start is None and _by_hours(problem):
        start = construct(problem, stops, seed=seed)
    improved = None if start is None else improve(problem, stops, start, limit=limit, seed=seed, on_better=on_better)
    if improved is not None:
        return improved
    for first in _FIRST_PLANS:
        watch = _watched(problem, _shuffled(stops, seed), None, clock.rest(), on_better)
        watch.model.routing.SolveWithParameters(_parameters(first, watch.limit))
        if watch.best is not None:
            return watch.best
    return None


def improve(
    problem: Problem, stops: Sequence[Stop], start: Sequences, *, limit: Limit, seed: int, on_better: OnBetter
) -> Sequences | None:
    """As `search`, but only from `start`: nothing if the library does not read it."""
    known = {stop.id for stop in stops}
    plan = [[step for step in steps if not isinstance(step, Stop) or step.id in known] for steps in start]
    if not _by_hours(problem):
        return _improve_once(problem, _shuffled(stops, seed), plan, limit, on_better)
    return _improve_by_hours(problem, stops, plan, limit=limit, seed=seed, on_better=on_better)


def read(model: Model, sequences: Sequences) -> Any:
    """The library's own assignment of these sequences, or `None` where it finds no times for them. Closes the model.

    `ReadAssignmentFromRoutes` would search for better times until its limit is over: 2 s and more where there are
    breaks. The bare assignment is checked, and completed by the search, in a tenth of a second.
    """
    model.routing.CloseModelWithParameters(_parameters(_FIRST_PLANS[0], _READING))
    assignment = model.routing.solver().Assignment()
    try:
        routes = model.routes(sequences)
    except DoesNotFit:  # it has no times
        return None
    if not model.routing.RoutesToAssignment(routes, True, True, assignment):
        return None
    return assignment if model.routing.CheckIfAssignmentIsFeasible(assignment, False) else None


@dataclass(frozen=True)
class _Clock:
    limit: Limit
    began_s: float = field(default_factory=time.monotonic)

    def rest(self) -> Limit:
        """What is left of the limit, and a tenth of it at least."""
        if self.limit.seconds is None:
            return self.limit
        left_s = self.limit.seconds - (time.monotonic() - self.began_s)
        return replace(self.limit, seconds=max(left_s, self.limit.seconds / 10))


def _improve_by_hours(
    problem: Problem, stops: Sequence[Stop], start: Sequences, *, limit: Limit, seed: int, on_better: OnBetter
) -> Sequences | None:
    """In each round the travel times are those of the hours at which the best plan so far drives."""
    try:
        lowest = rank(problem, start)
    except DoesNotFit:  # nobody knows at which hours it drives
        return None
    best, was_read = start, False
    for turn in range(_ROUNDS_BY_HOURS):
        part = _share(limit, _ROUNDS_BY_HOURS)
        found = _improve_once(problem, _shuffled(stops, seed + turn), best, part, on_better, by_hours=True)
        was_read = was_read or found is not None
        if found is not None and rank(problem, found) < lowest:
            best, lowest = found, rank(problem, found)
    return best if was_read else None


def _improve_once(
    problem: Problem,
    stops: Sequence[Stop],
    start: Sequences,
    limit: Limit,
    on_better: OnBetter,
    *,
    by_hours: bool = False,
) -> Sequences | None:
    watch = _watched(problem, stops, start if by_hours else None, limit, on_better)
    assignment = read(watch.model, start)
    if assignment is not None:
        watch.model.routing.SolveFromAssignmentWithParameters(assignment, _parameters(_FIRST_PLANS[0], limit))
    return watch.best


def _watched(
    problem: Problem, stops: Sequence[Stop], plan: Sequences | None, limit: Limit, on_better: OnBetter
) -> Watch:
    model = build(problem, stops, plan=plan)
    exact = plan is None and not model.nodes.copies
    watch = Watch(model, limit, on_better, (lambda _: True) if exact else Soundness(problem).holds)
    model.routing.AddAtSolutionCallback(watch.see)
    if limit.iterations is not None:
        failures = model.routing.solver().FailuresLimit(_FAILURES_A_SOLUTION * limit.iterations)
        model.routing.AddSearchMonitor(failures)
    return watch


def _by_hours(problem: Problem) -> bool:
    return any(profile.hours for profile in problem.profiles.values())


def _shuffled(stops: Sequence[Stop], seed: int) -> list[Stop]:
    return random.Random(seed).sample(stops, len(stops))


def _share(limit: Limit, parts: int) -> Limit:
    seconds = None if limit.seconds is None else limit.seconds / parts
    iterations = None if limit.iterations is None else max(1, limit.iterations // parts)
    return Limit(seconds=seconds, iterations=iterations)


def _parameters(first: int, limit: Limit) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = first
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    if limit.iterations is not None:
        parameters.solution_limit = limit.iterations
        parameters.lns_time_limit.FromSeconds(_FOREVER_S)
    if limit.seconds is not None:
        parameters.time_limit.FromMilliseconds(int(limit.seconds * 1000))
    return parameters
