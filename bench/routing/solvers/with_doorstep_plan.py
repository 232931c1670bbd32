"""Our own on a problem of ours: the one public call, in the child process that the product starts for it."""

import time

from bench.routing.region import Region, problem_of
from bench.routing.solvers.plan_answer import PlanAnswer, plan_answer
from routing.solving.limit import Limit, Progress
from routing.solving.problem import Problem
from routing.solving.process import run


def solve(work: Problem | Region, *, seconds: float, seed: int) -> PlanAnswer:
    """The plan, and how it came along."""
    problem = problem_of(work) if isinstance(work, Region) else work
    curve: list[tuple[float, int, int]] = []
    began_s = time.perf_counter()

    def watch(progress: Progress) -> None:
        row = (round(time.perf_counter() - began_s, 2), progress.cost, progress.unassigned)
        if not curve or curve[-1][1:] != row[1:]:
            curve.append(row)

    found = run(problem, limit=Limit(seconds=seconds), seed=seed, on_progress=watch, grace_s=120)
    used_s = time.perf_counter() - began_s
    return plan_answer(problem, found, used_s=used_s, curve=(*curve, (used_s, found.cost.total, len(found.unassigned))))
