"""Searches a model with OR-Tools: from a plan given, or else its own first one, by guided local search to the limit."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.solving.limit import Limit
from routing.solving.ortools_model import Model, build
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.steps import stops_of

_FIRST = routing_enums_pb2.FirstSolutionStrategy
_FIRST_PLANS = (_FIRST.PARALLEL_CHEAPEST_INSERTION, _FIRST.LOCAL_CHEAPEST_INSERTION, _FIRST.ALL_UNPERFORMED)
"""Tried in turn where it will not start from the plan given; PATH_CHEAPEST_ARC finds none where windows are tight."""

_FOREVER_S = 10**6

_FAILURES_A_SOLUTION = 20
"""A tiny problem has few solutions: guided local search would look for the next one for ever."""

type OnBetter = Callable[[Sequences, float], None]
"""Told of each better plan, and the share of the limit used."""


@dataclass
class _Watch:
    """Counts solutions and keeps the best."""

    model: Model
    limit: Limit
    on_better: OnBetter
    began_s: float = field(default_factory=time.monotonic)
    solutions: int = 0
    cost: int | None = None
    best: Sequences | None = None

    def __call__(self) -> None:
        self.solutions += 1
        cost = self.model.routing.CostVar().Max()
        if self.cost is None or cost < self.cost:
            self.cost = cost
            self.best = self.model.sequences()
            self.on_better(self.best, self.share())
        if self.limit.iterations is not None and self.solutions >= self.limit.iterations:
            self.model.routing.solver().FinishCurrentSearch()

    def share(self) -> float:
        by_count = 0.0 if self.limit.iterations is None else self.solutions / self.limit.iterations
        by_clock = 0.0 if self.limit.seconds is None else (time.monotonic() - self.began_s) / self.limit.seconds
        return min(1.0, max(by_count, by_clock))


def search(
    problem: Problem, stops: Sequence[Stop], *, start: Sequences, limit: Limit, seed: int, on_better: OnBetter
) -> Sequences | None:
    """The best plan that the library finds for these stops from `start`, or nothing if it finds none.

    The seed shuffles the stops: the library's search is otherwise fixed.
    """
    shuffled = list(stops)
    random.Random(seed).shuffle(shuffled)
    for first in (None, *_FIRST_PLANS):
        model = build(problem, shuffled)
        watch = _Watch(model, limit, on_better)
        model.routing.AddAtSolutionCallback(watch)
        if limit.iterations is not None:
            failures = model.routing.solver().FailuresLimit(_FAILURES_A_SOLUTION * limit.iterations)
            model.routing.AddSearchMonitor(failures)
        if first is None:
            _search_from(model, start, limit)
        else:
            model.routing.SolveWithParameters(_parameters(first, limit))
        if watch.best is not None:
            return watch.best
    return None


def _search_from(model: Model, start: Sequences, limit: Limit) -> None:
    """Improve `start`; does nothing when the library will not read it, and says so only by finding no solution.

    Reading plans with breaks may take as long as the time limit allows, so it is done under a short one.
    """
    parameters = _parameters(_FIRST_PLANS[0], limit)
    if limit.seconds is not None:
        parameters.time_limit.FromMilliseconds(min(2000, int(limit.seconds * 250)))
    model.routing.CloseModelWithParameters(parameters)
    node = {stop.id: number for number, stop in enumerate(model.stops)}
    routes = [[model.manager.NodeToIndex(node[stop.id]) for stop in stops_of(sequence)] for sequence in start]
    read = model.routing.ReadAssignmentFromRoutes(routes, True)
    if read is not None:
        model.routing.SolveFromAssignmentWithParameters(read, _parameters(_FIRST_PLANS[0], limit))


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
