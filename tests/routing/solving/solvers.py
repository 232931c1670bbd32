"""Those that find the best plan of every small instance: a search that holds all rules belongs in `SOLVERS`."""

from collections.abc import Callable

from routing.solving.assemble import assemble, left_out
from routing.solving.inserting.insertion import insert_all
from routing.solving.limit import Limit
from routing.solving.problem import Problem
from routing.solving.ruin_recreate import RuinRecreate
from routing.solving.solution import Solution
from routing.solving.solve import solve
from routing.solving.with_ortools.search import search
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


def by_ruin_and_recreate(problem: Problem) -> Solution:
    search = RuinRecreate(problem, problem.stops, seed=1)
    search.run(3000, hot=3, cold=0.05)
    sequences = search.best
    found = [list(sequence) for sequence in sequences]
    unassigned = insert_all(problem, sequences, left_out(problem, sequences))
    assert sequences == found, "the search left out what has room"
    return assemble(problem, sequences, unassigned=unassigned, found_by="ruin and recreate")


SOLVERS: dict[str, Solver] = {
    "enumeration": by_enumeration,
    "ortools": by_ortools,
    "ruin and recreate": by_ruin_and_recreate,
    "portfolio": by_portfolio,
}
