"""Solve in a child process that can be ended: the caller may cancel, and a crash of the solver stays outside."""

import time
from collections.abc import Callable
from dataclasses import replace

from routing.solving.errand import Errand
from routing.solving.frames import Done, Failed
from routing.solving.limit import Limit, OnProgress, Progress
from routing.solving.named import named
from routing.solving.problem import Problem, Sequences
from routing.solving.solution import Solution
from routing.solving.validate import check_problem

_POLL_S = 0.2
_BETWEEN_TELLING_S = 1.0


class Cancelled(Exception):
    """The caller said stop."""


class SolverDied(Exception):
    """The child ended without an answer, or outlived its limit and was killed."""


def run(
    problem: Problem,
    *,
    limit: Limit,
    seed: int,
    start: Sequences | None = None,
    near: bool = False,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    finish: Callable[[], bool] = lambda: False,
    grace_s: float = 15.0,
) -> Solution:
    """As `solve`, in a child process; with `near` as `replan`, which stays near `start`.

    `cancelled` and `finish` are asked at least four times a second. When `cancelled` says yes, the child and all that
    it started are killed and `Cancelled` is raised; when `finish` says yes, the best plan so far is the answer. A child
    still busy `grace_s` after `limit.seconds` is killed: `SolverDied`. What fails inside the child is `SolverDied` with
    its words; a problem that contradicts itself is `ProblemError` before any child starts.
    """
    check_problem(problem)
    watch = _Watch(limit, on_progress, grace_s)
    errand = "replan" if near and start is not None else "solve"
    with Errand(errand, (problem, limit, seed, None if start is None else named(start)), leads=True) as child:
        while not child.silent:
            frames = list(child.heard(_POLL_S))
            if cancelled():
                raise Cancelled
            for frame in frames:
                if isinstance(frame, Done):
                    solution: Solution = frame.answer
                    return solution
                if isinstance(frame, Failed):
                    raise SolverDied(frame.detail)
            watch.see([frame for frame in frames if isinstance(frame, Progress)])
            if finish():
                child.finish()
        raise SolverDied(f"the solver {child.fate}")


class _Watch:
    """Passes progress on, lets the percentage grow between two better plans, and ends what lasts too long."""

    def __init__(self, limit: Limit, on_progress: OnProgress | None, grace_s: float) -> None:
        self._began_s = self._told_s = time.monotonic()
        self._seconds = limit.seconds
        self._on_progress = on_progress
        self._grace_s = grace_s
        self._last: Progress | None = None

    def see(self, heard: list[Progress]) -> None:
        now_s = time.monotonic()
        elapsed_s = now_s - self._began_s
        if self._seconds is not None and elapsed_s > self._seconds + self._grace_s:
            raise SolverDied(f"the solver was still busy after {elapsed_s:.0f} s")
        if not heard and (self._last is None or now_s - self._told_s < _BETWEEN_TELLING_S):
            return
        self._last = self._grown(heard[-1] if heard else self._last, elapsed_s)
        self._told_s = now_s
        if self._on_progress is not None and self._last is not None:
            self._on_progress(self._last)

    def _grown(self, progress: Progress | None, elapsed_s: float) -> Progress | None:
        if progress is None or self._seconds is None:
            return progress
        percent = min(99, int(100 * elapsed_s / self._seconds))
        return replace(progress, percent=max(percent, progress.percent))
