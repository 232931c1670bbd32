"""OR-Tools alone on a problem of ours: the project's own full model, the library's first plan and guided local search.

What it leaves out, because its model is only nearly ours, our insertion puts in afterwards: it gets every help.
"""

import time

from bench.routing.solvers.plan_answer import PlanAnswer, plan_answer
from routing.solving.assemble import assemble, left_out
from routing.solving.inserting.insertion import insert_all
from routing.solving.inserting.repair import repair
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences
from routing.solving.with_ortools.search import search


def solve(problem: Problem, *, seconds: float, seed: int) -> PlanAnswer:
    """The best plan after so many seconds of its search."""
    began_s = time.perf_counter()
    found = search(
        problem, problem.stops, start=None, limit=Limit(seconds=seconds), seed=seed, on_better=lambda plan, share: None
    )
    used_s = time.perf_counter() - began_s
    sequences: Sequences = [[] for _ in problem.vehicles] if found is None else repair(problem, found)
    unassigned = insert_all(problem, sequences, left_out(problem, sequences))
    plan = assemble(problem, sequences, unassigned=unassigned, found_by="ortools")
    return plan_answer(problem, plan, used_s=used_s)
