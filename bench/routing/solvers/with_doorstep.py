"""Our own: the one public call, in the child process that the product starts for it."""

import time

from bench.routing.as_problem import as_problem
from bench.routing.instance import Instance
from bench.routing.solvers.answer import Answer
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit
from routing.solving.process import run


def solve(instance: Instance, *, seconds: float, seed: int) -> Answer:
    """The plan, and what the project's own checker says about it. The time holds the start of the child, too."""
    problem = as_problem(instance)
    began_s = time.perf_counter()
    found = run(problem, limit=Limit(seconds=seconds), seed=seed)
    used_s = time.perf_counter() - began_s
    return Answer(
        routes=[[int(visit.stop_id) for visit in route.visits] for route in found.routes],
        used_s=used_s,
        note=found.found_by,
        faults=tuple(f"{one.rule} {one.who}: {one.detail}" for one in violations(problem, found)),
    )
