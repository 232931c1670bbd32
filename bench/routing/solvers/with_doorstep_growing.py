"""Our own on a day of the growing set, whose matrix the process reads itself."""

from bench.routing.growing import Region, problem_of
from bench.routing.solvers import with_doorstep_plan
from bench.routing.solvers.plan_answer import PlanAnswer


def solve(region: Region, *, seconds: float, seed: int) -> PlanAnswer:
    """The plan, and how it came along."""
    return with_doorstep_plan.solve(problem_of(region), seconds=seconds, seed=seed)
