"""Starts solvers in processes of their own and waits for them: answers, wall time, processor time, memory."""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.routing.memory import PeakMemory

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 120.0
"""For reading, stating the model and the last step of a search that looks at the clock seldom."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One child's end. `answer` is `None` where it died or was killed; then `fault` says how.

    `cpu_s` is its processor time with that of its own children, `peak_mb` the most memory that they held at once.
    """

    answer: Any
    fault: str
    wall_s: float
    cpu_s: float
    peak_mb: float


def solve_apart(solver: str, work: object, options: Sequence[dict[str, Any]], *, seconds: float) -> list[Ended]:
    """Run the solver once for each of `options`, all at the same time."""
    children: list[_Child] = []
    try:
        for one in options:
            children.append(_Child(solver, work, one, seconds))
        return [child.end() for child in children]
    finally:
        for child in children:
            child.close()


class _Child:
    def __init__(self, solver: str, work: object, options: dict[str, Any], seconds: float) -> None:
        self._files = ExitStack()
        self._order, self._out, self._said = (
            self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes them
            for _ in range(3)
        )
        pickle.dump((solver, work, options), self._order, protocol=pickle.HIGHEST_PROTOCOL)
        self._order.seek(0)
        self._began_s = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.routing.child"],
            cwd=ROOT,
            stdin=self._order,
            stdout=self._out,
            stderr=self._said,
            start_new_session=True,
        )
        self._memory = PeakMemory(self._process.pid)
        self._alarm = threading.Timer(seconds + GRACE_S, self._kill)
        self._alarm.start()

    def _kill(self) -> None:
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, if it is still there, and forget its files."""
        self._alarm.cancel()
        self._kill()
        self._process.wait()
        self._files.close()

    def end(self) -> Ended:
        """Wait until it is done."""
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - self._began_s
        answer, fault = self._answer()
        return Ended(
            answer=answer,
            fault=fault,
            wall_s=round(wall_s, 2),
            cpu_s=round(used.ru_utime + used.ru_stime, 2),
            peak_mb=self._memory.stop(),
        )

    def _answer(self) -> tuple[Any, str]:
        if self._process.returncode:
            self._said.seek(0)
            last = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
            return None, f"ended with {self._process.returncode}: {' '.join(last)}"
        self._out.seek(0)
        return pickle.load(self._out), ""
