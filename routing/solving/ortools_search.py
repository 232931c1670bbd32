"""Searches a model with OR-Tools: from a plan given, or else its own first one, by guided local search to the limit."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.solving.assemble import rank
from routing.solving.fits import DoesNotFit
from routing.solving.limit import Limit
from routing.solving.ortools_build import build
from routing.solving.ortools_model import Model
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.retime import check_route

_FIRST = routing_enums_pb2.FirstSolutionStrategy
_FIRST_PLANS = (_FIRST.PARALLEL_CHEAPEST_INSERTION, _FIRST.LOCAL_CHEAPEST_INSERTION, _FIRST.ALL_UNPERFORMED)
"""Tried in turn where it will not start from the plan given; PATH_CHEAPEST_ARC finds none where windows are tight."""

_FOREVER_S = 10**6

_FAILURES_A_SOLUTION = 20
"""A tiny problem has few solutions: guided local search would look for the next one for ever."""

_ROUNDS_BY_HOURS = 3
"""How often the travel times are taken anew from the hours at which the best plan drives."""

_READING_S = 2.0

type OnBetter = Callable[[Sequences, float], None]
"""Told of each better plan, and the share of the limit used."""


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

    The seed shuffles the stops: the library's search is otherwise fixed.
    """
    clock = _Clock(limit)
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
    if not any(profile.hours for profile in problem.profiles.values()):
        return _improve_once(problem, _shuffled(stops, seed), start, None, limit, on_better)
    best: Sequences | None = None
    for turn in range(_ROUNDS_BY_HOURS):
        plan = start if best is None else best
        part = _share(limit, _ROUNDS_BY_HOURS)
        found = _improve_once(problem, _shuffled(stops, seed + turn), plan, plan, part, on_better)
        if found is not None and (best is None or rank(problem, found) < rank(problem, best)):
            best = found
    return best


def read(model: Model, sequences: Sequences, *, limit: Limit) -> Any:
    """The library's own assignment of these sequences, or `None` where it finds none in a part of the limit.

    Closes the model. Reading plans with breaks may take as long as it is allowed to.
    """
    parameters = _parameters(_FIRST_PLANS[0], limit)
    if limit.seconds is not None:
        parameters.time_limit.FromMilliseconds(int(1000 * min(_READING_S, limit.seconds / 4)))
    model.routing.CloseModelWithParameters(parameters)
    return model.routing.ReadAssignmentFromRoutes(model.routes(sequences), True)


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


@dataclass
class _Watch:
    """Counts solutions and keeps the best that can be driven."""

    model: Model
    limit: Limit
    on_better: OnBetter
    sound: Callable[[Sequences], bool]
    began_s: float = field(default_factory=time.monotonic)
    solutions: int = 0
    cost: int | None = None
    best: Sequences | None = None

    def __call__(self) -> None:
        self.solutions += 1
        cost = self.model.routing.CostVar().Max()
        if self.cost is None or cost < self.cost:
            self._keep(self.model.sequences(), cost)
        if self.limit.iterations is not None and self.solutions >= self.limit.iterations:
            self.model.routing.solver().FinishCurrentSearch()

    def _keep(self, found: Sequences, cost: int) -> None:
        if self.sound(found):
            self.cost, self.best = cost, found
            self.on_better(found, self.share())

    def share(self) -> float:
        by_count = 0.0 if self.limit.iterations is None else self.solutions / self.limit.iterations
        by_clock = 0.0 if self.limit.seconds is None else (time.monotonic() - self.began_s) / self.limit.seconds
        return min(1.0, max(by_count, by_clock))


@dataclass
class _Soundness:
    """Where the model is not exact (travel by hours, reloads left away) its plans are asked of the exact times."""

    problem: Problem
    known: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def __call__(self, sequences: Sequences) -> bool:
        return all(map(self._drivable, range(len(sequences)), sequences))

    def _drivable(self, number: int, sequence: list[Any]) -> bool:
        key = (str(number), *(step.id if isinstance(step, Stop) else "" for step in sequence))
        if key not in self.known:
            self.known[key] = not sequence or _fits(self.problem, number, sequence)
        return self.known[key]


def _fits(problem: Problem, number: int, sequence: list[Any]) -> bool:
    try:
        check_route(problem, problem.vehicles[number], sequence)
    except DoesNotFit:
        return False
    return True


def _improve_once(
    problem: Problem,
    stops: Sequence[Stop],
    start: Sequences,
    plan: Sequences | None,
    limit: Limit,
    on_better: OnBetter,
) -> Sequences | None:
    watch = _watched(problem, stops, plan, limit, on_better)
    assignment = read(watch.model, start, limit=limit)
    if assignment is not None:
        watch.model.routing.SolveFromAssignmentWithParameters(assignment, _parameters(_FIRST_PLANS[0], limit))
    return watch.best


def _watched(
    problem: Problem, stops: Sequence[Stop], plan: Sequences | None, limit: Limit, on_better: OnBetter
) -> _Watch:
    model = build(problem, stops, plan=plan)
    exact = plan is None and not model.nodes.copies
    watch = _Watch(model, limit, on_better, (lambda _: True) if exact else _Soundness(problem))
    model.routing.AddAtSolutionCallback(watch)
    if limit.iterations is not None:
        failures = model.routing.solver().FailuresLimit(_FAILURES_A_SOLUTION * limit.iterations)
        model.routing.AddSearchMonitor(failures)
    return watch


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
