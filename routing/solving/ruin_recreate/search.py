"""One search over one problem, and a run of it to a limit."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.ruin_recreate.anneal import anneal
from routing.solving.ruin_recreate.fleet import close_a_route
from routing.solving.ruin_recreate.layout import Task
from routing.solving.ruin_recreate.pack import Packed
from routing.solving.ruin_recreate.pool import Pool, PooledRoute
from routing.solving.ruin_recreate.resume import count_up, take_up
from routing.solving.ruin_recreate.sequences import empty_plan, read, room_for, written
from routing.solving.ruin_recreate.translate import Translation

HOT, COLD = 3.0, 0.05
"""First and last temperature in units of the mean short arc; a colder start costs 0.5 to 2 %."""

_ANY_WAY = 2
"""A vehicle that costs more than so many of the farthest ways out and back is not used to shorten ways."""

_SHRINKING = 1.0
"""Temperature while the fleet is made smaller."""

_POOL = 20_000

type OnBetter = Callable[[Sequences, float], None]
"""Told of each better plan, and the share of the limit used."""

_SLICE_S = 0.05
_SLICE = 500
"""Iterations at a time where they are what is limited: fixed, or the temperatures would differ from run to run."""


class RuinRecreate:
    """Slack induction by string removals (Christiaens and Vanden Berghe 2020) over `stops` of `problem`.

    Begins with `start`, as far as that can be driven, and inserts the rest. Not safe for two threads at once, but as
    many searches as there are cores may run side by side: `run` releases the GIL.
    """

    def __init__(
        self,
        problem: Problem,
        stops: Sequence[Stop],
        *,
        seed: int,
        start: Sequences | None = None,
        pooling: bool = False,
    ) -> None:
        """With `pooling` it remembers the routes it meets, which takes a noticeable share of the time."""
        translation = Translation(problem, stops)
        self._problem, self._stops = problem, translation.stops
        task = translation.task()
        self._short_arc = translation.nearest.short_arc
        self.fleet_first = _fleet_first(problem, task, float(translation.far.max(initial=0)))
        """Whether a vehicle less is worth any way, so that `shrink` pays, opening a route never does, and removals are
        worth more than exchanged ends, which empty no route."""
        self._task = task._replace(opening=0.0, exchanging=0.0) if self.fleet_first else task
        self._request_of = translation.requests.of.tolist()
        self._plan, self._work = empty_plan(self._task), room_for(self._task, seed=seed)
        self._packed = tuple(Packed(parts) for parts in (self._task, self._plan, self._work))
        self._pooling = pooling
        self._pool = Pool(self._task.kind_numbers.tolist(), most=_POOL)
        self._take_up(_locked(problem, translation.stops) if start is None else start)
        self._anneal(0, 1.0, 1.0)

    def run(self, iterations: int, *, hot: float, cold: float, halt: NDArray[np.uint8] | None = None) -> None:
        """So many iterations from the current plan, cooling exponentially; `halt[0] = 1` ends them early.

        Temperatures are in units of the mean of the ten nearest arcs of each stop.
        """
        if not self.worth_running or iterations < 1:
            return
        self._anneal(iterations, hot, cold, halt)
        if self._pooling:
            self._pool.meet(self.current, self._plan.routes["cost"].tolist())

    def shrink(self, iterations: int) -> None:
        """So many iterations to serve all with a vehicle less, at most; the next call goes on, or takes one more away.

        The current plan may leave stops out then: go on with a new search from `best`.
        """
        tally = self._plan.tally[0]
        if not tally["absent"]:
            close_a_route(*self._records())
        tally["shrinking"] = 1
        self._anneal(iterations, _SHRINKING, _SHRINKING)
        tally["shrinking"] = 0

    def _anneal(self, iterations: int, hot: float, cold: float, halt: NDArray[np.uint8] | None = None) -> None:
        never = np.zeros(1, np.uint8) if halt is None else halt
        scale = self._short_arc
        task, plan, work = self._records()
        anneal(task, plan, work, iterations, hot * scale, cold * scale, never)

    def routes_pool(self, most: int) -> list[PooledRoute]:
        """Distinct routes of the plans at the ends of the runs so far, the newest first."""
        return self._pool.routes(most)

    @property
    def best(self) -> Sequences:
        """The best plan seen."""
        return read(self._task, self._problem, self._stops, self._plan.best)

    @property
    def current(self) -> Sequences:
        """The plan that the next iteration changes."""
        return read(self._task, self._problem, self._stops, self._plan.nodes["next"])

    @property
    def best_rank(self) -> tuple[int, int]:
        """Stops left out that must be served, and the cost, of the best plan by the search's own arithmetic."""
        tally = self._plan.tally[0]
        return int(tally["best_lost"]), int(tally["best_cost"])

    @property
    def worth_running(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self._stops and self._problem.vehicles)

    @property
    def iterations(self) -> int:
        """How many have been done."""
        return int(self._plan.tally[0]["iterations"])

    @property
    def betters(self) -> int:
        """How often the best plan has changed."""
        return int(self._plan.tally[0]["betters"])

    def _records(self) -> list[Any]:
        return [packed.record for packed in self._packed]

    def _take_up(self, start: Sequences) -> None:
        task, plan, work = self._records()
        number = {stop.id: at for at, stop in enumerate(self._stops)}
        for route, sequence in enumerate(start):
            nodes = written(self._task, number, route, sequence)
            take_up(task, plan, work, route, nodes)
            served = {self._request_of[node] for node in nodes.tolist() if node < len(self._stops)}
            number = {id: at for id, at in number.items() if self._request_of[at] not in served}
        count_up(task, plan)


def _fleet_first(problem: Problem, task: Task, far: float) -> bool:
    fixed = min((vehicle.fixed_cost for vehicle in problem.vehicles), default=0)
    free = not any(vehicle.locked or vehicle.reload for vehicle in problem.vehicles)
    return bool(task.kind_count == 1 and free and task.requests["must"].all() and fixed > _ANY_WAY * far)


def search(
    problem: Problem,
    stops: Sequence[Stop],
    *,
    start: Sequences | None,
    limit: Limit,
    seed: int,
    on_better: OnBetter,
    halted: Callable[[], bool] = lambda: False,
) -> Sequences:
    """The best plan for `stops` found within `limit`; the same for the same input, seed and `limit.iterations`."""
    began_s = time.monotonic()
    found = RuinRecreate(problem, stops, seed=seed, start=start)
    told, share, size = -1, 0.0, _SLICE
    while found.worth_running and share < 1 and not halted():
        slice_s = time.monotonic()
        if limit.iterations is not None:
            size = min(_SLICE, limit.iterations - found.iterations)
        ahead = _share(limit, began_s, found.iterations + size, _SLICE_S)
        found.run(size, hot=_temperature(share), cold=_temperature(ahead))
        if limit.iterations is None:
            size = max(1, round(size * min(2.0, _SLICE_S / max(1e-6, time.monotonic() - slice_s))))
        share = _share(limit, began_s, found.iterations, 0.0)
        if found.betters != told:
            told = found.betters
            on_better(found.best, share)
    return found.best


def _temperature(share: float) -> float:
    return float(HOT * (COLD / HOT) ** min(1.0, share))


def _share(limit: Limit, began_s: float, iterations: int, ahead_s: float) -> float:
    """How much of the limit is used: by the clock only where iterations are not limited."""
    by_count = 0.0 if limit.iterations is None else iterations / limit.iterations
    by_clock = 0.0 if limit.seconds is None else (time.monotonic() + ahead_s - began_s) / limit.seconds
    return min(1.0, max(by_count, by_clock))


def _locked(problem: Problem, stops: Sequence[Stop]) -> Sequences:
    """What is locked alone."""
    by_id = {stop.id: stop for stop in stops}
    return [[by_id[id] for id in vehicle.locked if id in by_id] for vehicle in problem.vehicles]
