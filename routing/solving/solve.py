"""The one call: a problem in, a checked plan out."""

from routing.solving.limit import Limit, OnProgress
from routing.solving.problem import Problem
from routing.solving.solution import Solution


class SolverFault(Exception):
    """Every plan found breaks a rule: a defect of the solver, not of the problem."""


def solve(problem: Problem, *, limit: Limit, seed: int, progress: OnProgress | None = None) -> Solution:
    """The best plan found within `limit`; the same problem, seed and `limit.solutions` give the same plan.

    Always answers, if only with every stop left out and the reason why. Raises `ProblemError` when the problem
    contradicts itself, `SolverFault` when the checker refuses every plan found.
    """
    raise NotImplementedError
