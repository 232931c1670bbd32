"""Solve in a child process that can be ended: the caller may cancel, and a crash of the solver stays outside."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from routing.solving.limit import Limit, OnProgress, Progress
from routing.solving.problem import Problem, Sequences
from routing.solving.processes.errand import Errand
from routing.solving.processes.frames import Done, Failed, Wanted
from routing.solving.processes.named import named
from routing.solving.searching.asked import Elsewhere
from routing.solving.solution import Solution
from routing.solving.validating.validate import check_problem

if TYPE_CHECKING:
    from routing.solving.searching.parts import Part, PartAnswer

_POLL_S = 0.2
_BETWEEN_TELLING_S = 1.0


log = logging.getLogger(__name__)


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
    elsewhere: Elsewhere | None = None,
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
    began_s = time.monotonic()
    order = (
        problem,
        (limit, began_s),
        seed,
        None if start is None else named(start),
        0 if elsewhere is None else elsewhere.width,
    )
    errand = "replan" if near and start is not None else "solve"
    with Errand(errand, order, leads=True) as child, _Messenger(child, elsewhere) as messenger:
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
                if isinstance(frame, Wanted):
                    messenger.carry(frame.parts)
            watch.see([frame for frame in frames if isinstance(frame, Progress)])
            if finish():
                child.finish()
                messenger.stop()
        raise SolverDied(f"the solver {child.fate}")


class _Messenger:
    """Has parts solved elsewhere while the child works on; replies when they are there, or when it must stop."""

    def __init__(self, child: Errand, elsewhere: Elsewhere | None) -> None:
        self._child = child
        self._elsewhere = elsewhere
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def carry(self, parts: "list[Part]") -> None:
        self._thread = threading.Thread(target=self._carry, args=(parts,), name="parts elsewhere")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _carry(self, parts: "list[Part]") -> None:
        answers: list[PartAnswer | None] = [None] * len(parts)
        try:
            if self._elsewhere is not None and not self._stopping.is_set():
                answers = self._elsewhere.solve(parts, self._stopping.is_set)
        except Exception as fault:  # whatever is wrong there, the search here goes on
            log.warning("no part was solved elsewhere: %s: %s", type(fault).__name__, fault)
        self._child.reply(answers)


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
