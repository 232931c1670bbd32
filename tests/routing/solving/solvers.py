"""Those that find the best plan of every small instance: a search that holds all rules belongs in `SOLVERS`."""

from collections.abc import Callable

from routing.solving.assemble import assemble, left_out
from routing.solving.insertion import insert_all
from routing.solving.problem import Problem
from routing.solving.solution import Solution
from tests.routing.solving.enumeration import best_plan

type Solver = Callable[[Problem], Solution]


def by_enumeration(problem: Problem) -> Solution:
    sequences = best_plan(problem)
    unassigned = insert_all(problem, sequences, left_out(problem, sequences))
    return assemble(problem, sequences, unassigned=unassigned, found_by="enumeration")


SOLVERS: dict[str, Solver] = {"enumeration": by_enumeration}
