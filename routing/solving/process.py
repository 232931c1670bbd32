"""Solve in a child process that can be ended: the caller may cancel, and a crash of the solver stays outside.

A plain child of `subprocess`, because a Celery worker is a daemonic process and may have no children of
`multiprocessing`. The problem goes in as a file on standard input, frames come back on standard output.
"""

import os
import pickle
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from routing.solving.frames import Done, Failed, Frames
from routing.solving.limit import Limit, OnProgress, Progress
from routing.solving.problem import Problem
from routing.solving.solution import Solution
from routing.solving.validate import check_problem

_POLL_S = 0.2
_BETWEEN_TELLING_S = 1.0
_ROOT = Path(__file__).resolve().parents[2]

type Child = subprocess.Popen[bytes]


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
    A child still busy `grace_s` after `limit.seconds` is killed: `SolverDied`. What fails inside the child is
    `SolverDied` with its words; a problem that contradicts itself is `ProblemError` before any child starts.
    """
    check_problem(problem)
    watch = _Watch(limit, on_progress, grace_s)
    with _child(problem, limit=limit, seed=seed) as child:
        for frame in _frames(child):
            if cancelled():
                raise Cancelled
            if isinstance(frame, Done):
                return frame.solution
            if isinstance(frame, Failed):
                raise SolverDied(frame.detail)
            watch.see(frame)
    raise SolverDied(f"the solver ended with {child.returncode} and no answer")


class _Watch:
    """Passes progress on, lets the percentage grow between two better plans, and ends what lasts too long."""

    def __init__(self, limit: Limit, on_progress: OnProgress | None, grace_s: float) -> None:
        self._began_s = self._told_s = time.monotonic()
        self._seconds = limit.seconds
        self._on_progress = on_progress
        self._grace_s = grace_s
        self._last: Progress | None = None

    def see(self, progress: Progress | None) -> None:
        now_s = time.monotonic()
        elapsed_s = now_s - self._began_s
        if self._seconds is not None and elapsed_s > self._seconds + self._grace_s:
            raise SolverDied(f"the solver was still busy after {elapsed_s:.0f} s")
        if progress is None and (self._last is None or now_s - self._told_s < _BETWEEN_TELLING_S):
            return
        self._last = self._grown(progress or self._last, elapsed_s)
        self._told_s = now_s
        if self._on_progress is not None and self._last is not None:
            self._on_progress(self._last)

    def _grown(self, progress: Progress | None, elapsed_s: float) -> Progress | None:
        if progress is None or self._seconds is None:
            return progress
        percent = min(99, int(100 * elapsed_s / self._seconds))
        return replace(progress, percent=max(percent, progress.percent))


@contextmanager
def _child(problem: Problem, *, limit: Limit, seed: int) -> Iterator[Child]:
    """The child at work; whatever happens it is gone afterwards."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with tempfile.TemporaryFile() as order:
        pickle.dump((problem, limit, seed), order, protocol=pickle.HIGHEST_PROTOCOL)
        order.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "routing.solving.child", str(os.getpid())],
            stdin=order,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    with child:
        try:
            yield child
        finally:
            child.kill()


def _frames(child: Child) -> Iterator[Progress | Done | Failed | None]:
    """What the child says until it falls silent, and `None` each `_POLL_S` in between."""
    assert child.stdout is not None
    frames = Frames()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(_POLL_S):
                yield None
                continue
            read = os.read(child.stdout.fileno(), 1 << 16)
            if not read:
                break
            yield from frames.feed(read)
    child.wait()
