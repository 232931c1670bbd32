"""Those that find the best plan of every small instance: a search that holds all rules belongs in `SOLVERS`."""

from collections.abc import Callable

from routing.solving.assemble import assemble, left_out
from routing.solving.insertion import insert_all
from routing.solving.limit import Limit
from routing.solving.ortools_search import search
from routing.solving.problem import Problem
from routing.solving.solution import Solution
from routing.solving.solve import solve
from tests.routing.solving.enumeration import best_plan

type Solver = Callable[[Problem], Solution]


def by_enumeration(problem: Problem) -> Solution:
    sequences = best_plan(problem)
    unassigned = insert_all(problem, sequences, left_out(problem, sequences))
    return assemble(problem, sequences, unassigned=unassigned, found_by="enumeration")


def by_ortools(problem: Problem) -> Solution:
    sequences = search(
        problem, problem.stops, start=None, limit=Limit(iterations=60), seed=1, on_better=lambda *_: None
    )
    assert sequences is not None
    found = [list(sequence) for sequence in sequences]
    unassigned = insert_all(problem, sequences, left_out(problem, sequences))
    assert sequences == found, "the search left out what has room"
    return assemble(problem, sequences, unassigned=unassigned, found_by="ortools")


def by_portfolio(problem: Problem) -> Solution:
    return solve(problem, limit=Limit(iterations=2000), seed=1)


SOLVERS: dict[str, Solver] = {"enumeration": by_enumeration, "ortools": by_ortools, "portfolio": by_portfolio}
