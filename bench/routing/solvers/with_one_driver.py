"""One driver's own order: the library call at its usual time and for long, both warm, in one process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from routing.solving.problem import Problem, Stop
from routing.solving.replanning.one_route import SEARCH_S, NotDriveable, one_route, warm


@dataclass(frozen=True, kw_only=True)
class Reordering:
    """Costs hold what lateness costs; `None` is no answer. `used_s` is the whole quick call."""

    before: int | None
    quick: int | None
    long: int | None
    used_s: float


def solve(work: Sequence[tuple[Problem, list[Stop]]], *, seconds: float, seed: int) -> list[Reordering]:
    """For each round: what it costs as it stands, after the usual time, and after so many seconds."""
    warm()
    return [_reordering(problem, present, seconds, seed) for problem, present in work]


def _reordering(problem: Problem, present: list[Stop], seconds: float, seed: int) -> Reordering:
    began_s = time.perf_counter()
    try:
        quick = one_route(problem, present, seconds=SEARCH_S, seed=seed)
    except NotDriveable:
        return Reordering(before=None, quick=None, long=None, used_s=time.perf_counter() - began_s)
    used_s = time.perf_counter() - began_s
    long = one_route(problem, present, seconds=seconds, seed=seed + 1)
    best = min(long.cost_after, quick.cost_after)
    return Reordering(before=quick.cost_before, quick=quick.cost_after, long=best, used_s=used_s)
