"""Solve in a child process that can be ended: the caller may cancel, and a crash of the solver stays outside."""

from collections.abc import Callable

from routing.solving.limit import Limit, OnProgress
from routing.solving.problem import Problem
from routing.solving.solution import Solution


class Cancelled(Exception):
    """The caller said stop."""


class SolverDied(Exception):
    """The child ended without an answer, or outlived its limit and was killed."""


def run(
    problem: Problem,
    *,
    limit: Limit,
    seed: int,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    grace_s: float = 15.0,
) -> Solution:
    """As `solve`, in a child process.

    `cancelled` is asked at least four times a second; when it says yes the child is killed and `Cancelled` raised.
    A child still busy `grace_s` after `limit.seconds` is killed: `SolverDied`.
    """
    raise NotImplementedError
