"""The own search over a stretch of its cooling, in slices so short that it can be stopped between two of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.ruin_recreate.pool import PooledRoute
from routing.solving.ruin_recreate.search import COLD, HOT, RuinRecreate
from routing.solving.searching.asked import Hear

_FLEET = 0.1
"""Of the time to make the fleet smaller first, where that is what counts (the paper's share)."""
_SLICE_S = 0.05
_SLICE = 500
"""Iterations at a time where they are what is limited: fixed, or the temperatures would differ from run to run."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From which share of the whole cooling to which: 0 is hot, where nearly anything goes, 1 is cold."""

    first: float = 0.0
    last: float = 1.0

    def temperature(self, share: float) -> float:
        """At this share of the stretch, in the units of `RuinRecreate.run`."""
        return float(HOT * (COLD / HOT) ** (self.first + (self.last - self.first) * min(1.0, share)))


@dataclass(frozen=True, slots=True)
class Cooled:
    """What a stretch leaves: the best plan and its rank, the one to go on from, and routes met, the newest first."""

    best: Sequences
    current: Sequences
    rank: tuple[int, int]
    routes: list[PooledRoute]


def cool(
    problem: Problem,
    stops: Sequence[Stop],
    *,
    start: Sequences | None,
    stretch: Stretch,
    limit: Limit,
    seed: int,
    hear: Hear,
    halted: Callable[[], bool],
    most_routes: int,
) -> Cooled:
    """Search from `start` to the limit; the same for the same input, seed and `limit.iterations`."""
    began_s = time.monotonic()
    search = RuinRecreate(problem, stops, seed=seed, start=start, pooling=most_routes > 0)
    spent = 0
    if search.fleet_first and stretch.first == 0:
        spent = _shrink(search, limit, began_s, halted)
        search = RuinRecreate(problem, stops, seed=seed, start=search.best, pooling=most_routes > 0)
    told, share, size = -1, 0.0, _SLICE
    while search.worth_running and share < 1 and not halted():
        slice_s = time.monotonic()
        if limit.iterations is not None:
            size = max(1, min(_SLICE, limit.iterations - spent - search.iterations))
        ahead = _used(limit, began_s - _SLICE_S, spent + search.iterations + size)
        search.run(size, hot=stretch.temperature(share), cold=stretch.temperature(ahead))
        if limit.iterations is None:
            size = max(1, round(size * min(2.0, _SLICE_S / max(1e-6, time.monotonic() - slice_s))))
        share = _used(limit, began_s, spent + search.iterations)
        if search.betters != told:
            told = search.betters
            hear(search.best, share)
    return Cooled(search.best, search.current, search.best_rank, search.routes_pool(most_routes))


def _shrink(search: RuinRecreate, limit: Limit, began_s: float, halted: Callable[[], bool]) -> int:
    """Make the fleet smaller for the first part of the limit; says how many iterations that took."""
    size = _SLICE if limit.iterations is None else max(1, min(_SLICE, int(_FLEET * limit.iterations)))
    while search.worth_running and _used(limit, began_s, search.iterations) < _FLEET and not halted():
        search.shrink(size)
    return search.iterations


def _used(limit: Limit, began_s: float, iterations: int) -> float:
    by_count = 0.0 if limit.iterations is None else iterations / limit.iterations
    by_clock = 0.0 if limit.seconds is None else (time.monotonic() - began_s) / limit.seconds
    return min(1.0, max(by_count, by_clock))
