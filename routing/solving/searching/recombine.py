"""Puts a plan together from the routes of many: the last per mille that no search of whole plans finds."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np

from routing.solving.alike import alike
from routing.solving.assemble import sequence_cost
from routing.solving.problem import Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.processes.errand import Errand
from routing.solving.processes.frames import Done, Failed
from routing.solving.searching.budget import Budget
from routing.solving.searching.columns import Columns
from routing.solving.steps import stops_of

MOST_COLUMNS = 2000
"""HiGHS proves so many in 2 to 4 s."""
_POLL_S = 0.05

type Pool = list[tuple[int, Sequence[Step], int | None]]
"""Routes: the vehicle as a number in the problem, what it drives, and what that costs if known."""


class CannotRecombine(Exception):
    """The child failed; the plan at hand stays."""


def recombine(
    problem: Problem,
    stops: Sequence[Stop],
    *,
    incumbent: Sequences,
    pool: Pool,
    budget: Budget,
    until: float = 1.0,
) -> Sequences:
    """The cheapest plan of the pool's routes, no worse than `incumbent`, if found until that share of the budget.

    Raises `CannotRecombine` if the child dies.
    """
    routes = _Routes(problem, stops)
    for number, steps, cost in (*routes_in(incumbent), *pool):
        routes.add(number, steps, cost)
    order = routes.columns(incumbent, seconds=budget.part(0, until).seconds)
    with Errand("combine", order) as errand:
        while not errand.silent:
            for frame in errand.heard(_POLL_S):
                if isinstance(frame, Failed):
                    raise CannotRecombine(frame.detail)
                if isinstance(frame, Done):
                    return incumbent if frame.answer is None else routes.plan(frame.answer)
            if budget.over(until):
                return incumbent
    raise CannotRecombine(errand.fate)


def routes_in(sequences: Sequences) -> Pool:
    """The routes of a plan."""
    return [(number, steps, None) for number, steps in enumerate(sequences) if steps]


class _Routes:
    """The distinct routes: of two that serve the same with vehicles of one kind the cheaper."""

    def __init__(self, problem: Problem, stops: Sequence[Stop]) -> None:
        self._problem = problem
        self._kinds = alike(problem, stops)
        self._kind = {number: kind for kind, numbers in enumerate(self._kinds) for number in numbers}
        self._leaving_out: dict[str, int | None] = {_delivery(stop): stop.penalty for stop in stops}
        self._row = {delivery: row for row, delivery in enumerate(self._leaving_out)}
        self._cost: list[int] = []
        self._steps: list[list[Step]] = []
        self._of_kind: list[int] = []
        self._number: list[int] = []
        self._known: dict[tuple[int, frozenset[str]], int] = {}

    def add(self, number: int, steps: Sequence[Step], cost: int | None) -> None:
        """One more, unless there are enough."""
        if len(self._cost) >= MOST_COLUMNS:
            return
        kind, stops = self._kind[number], stops_of(steps)
        if cost is None:
            cost = sequence_cost(self._problem, self._problem.vehicles[number], steps)
        column = self._known.setdefault((kind, frozenset(stop.id for stop in stops)), len(self._cost))
        if column == len(self._cost):
            self._cost.append(cost)
            self._steps.append(list(steps))
            self._of_kind.append(kind)
            self._number.append(number)
        elif cost < self._cost[column]:
            self._cost[column], self._steps[column], self._number[column] = cost, list(steps), number

    def columns(self, incumbent: Sequences, *, seconds: float | None) -> Columns:
        """What HiGHS is asked."""
        chosen = [
            self._known[self._kind[number], frozenset(stop.id for stop in stops_of(steps))]
            for number, steps in enumerate(incumbent)
            if steps
        ]
        above_all = 1 + len(self._kind) * max(self._cost, default=0) + sum(filter(None, self._leaving_out.values()))
        serves = [[self._row[_delivery(stop)] for stop in stops_of(steps)] for steps in self._steps]
        return Columns(
            costs=np.array(self._cost, dtype=np.float64),
            kinds=np.array(self._of_kind, dtype=np.int32),
            begins=np.array([0, *accumulate(map(len, serves))], dtype=np.int32),
            serves=np.array([row for rows in serves for row in rows], dtype=np.int32),
            leaving_out=np.array(
                [above_all if one is None else one for one in self._leaving_out.values()], dtype=float
            ),
            vehicles=np.array([len(numbers) for numbers in self._kinds], dtype=np.int32),
            incumbent=np.array(chosen, dtype=np.int32),
            seconds=seconds,
        )

    def plan(self, chosen: Iterable[int]) -> Sequences:
        """The sequences of these columns, each on the vehicle that it was found with if that is free."""
        found: Sequences = [[] for _ in self._problem.vehicles]
        moved = []
        for column in chosen:
            if found[self._number[column]]:
                moved.append(column)
            else:
                found[self._number[column]] = self._steps[column]
        for column in moved:
            free = next(number for number in self._kinds[self._of_kind[column]] if not found[number])
            found[free] = _of_vehicle(self._problem.vehicles[free], self._steps[column])
        return found


def _of_vehicle(vehicle: Vehicle, steps: list[Step]) -> list[Step]:
    """The same steps with the vehicle's own reloads."""
    return [vehicle.reload if isinstance(step, Reload) and vehicle.reload else step for step in steps]


def _delivery(stop: Stop) -> str:
    """What is served once: ids of stops and names of choices never meet."""
    return f"stop {stop.id}" if stop.choice is None else f"choice {stop.choice}"
