import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.planning import day
from routing.solving.limit import Limit, Progress
from routing.solving.problem import ProblemError
from routing.solving.process import Cancelled, SolverDied, run
from routing.solving.solve import solve
from tests.routing.solving.instances import INSTANCES, problem, vehicle

LONG = Limit(seconds=120)
BIG = day(stops=60, vehicles=4, seed=1)
REPOSITORY = Path(__file__).resolve().parents[3]


class TestRun:
    def test_answers_as_solve_does(self) -> None:
        limit = Limit(iterations=50)
        asked = day(stops=15, vehicles=2, seed=3)

        assert run(asked, limit=limit, seed=2) == solve(asked, limit=limit, seed=2)

    def test_passes_progress_on(self) -> None:
        told: list[Progress] = []

        solution = run(BIG, limit=Limit(iterations=120), seed=1, on_progress=told.append)

        assert told[0].unassigned == 0
        assert told[0].cost >= solution.cost.total

    def test_stops_at_once_when_cancelled(self) -> None:
        asked_at: list[float] = []
        started = threading.Event()

        def cancelled() -> bool:
            asked_at.append(time.monotonic())
            return started.is_set()

        with pytest.raises(Cancelled), nobody_left():
            run(BIG, limit=LONG, seed=1, on_progress=lambda progress: started.set(), cancelled=cancelled)

    def test_says_that_its_child_was_killed(self) -> None:
        def kill(progress: Progress) -> None:
            for child in children():
                os.kill(child, signal.SIGKILL)

        with pytest.raises(SolverDied, match="ended with -9 and no answer"), nobody_left():
            run(BIG, limit=LONG, seed=1, on_progress=kill)

    def test_ends_a_child_that_outlives_its_limit(self) -> None:
        with pytest.raises(SolverDied, match="still busy after"), nobody_left():
            run(BIG, limit=Limit(seconds=30), seed=1, grace_s=-29.5)

    def test_refuses_a_problem_that_contradicts_itself_without_a_child(self) -> None:
        with pytest.raises(ProblemError):
            run(problem(vehicle(), vehicle()), limit=LONG, seed=1)

    def test_works_inside_a_daemonic_process(self) -> None:
        context = multiprocessing.get_context("spawn")
        answers = context.Queue()
        parent = context.Process(target=_solve_into, args=(answers,), daemon=True)

        parent.start()
        total = answers.get(timeout=60)
        parent.join()

        assert total == INSTANCES["order"].total

    def test_leaves_no_child_behind_when_its_parent_is_killed(self) -> None:
        parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": "."},
        )
        with parent:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            parent.kill()

        assert _gone(child)


class TestImport:
    def test_of_the_problem_alone_is_cheap(self) -> None:
        asked = (
            "import sys, routing.solving.problem, routing.solving.process, routing.solving.solve; "
            "print([name for name in sys.modules if name.startswith('ortools')])"
        )
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}

        assert subprocess.check_output([sys.executable, "-c", asked], env=environment, text=True).strip() == "[]"


_PARENT = """
from tests.routing.solving.test_process import BIG, LONG, children, run
run(BIG, limit=LONG, seed=1, on_progress=lambda progress: print(children()[0], flush=True))
"""


def children() -> list[int]:
    """The solvers that this process started."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(child) for task in listed for child in task.read_text().split() if _solves(int(child))]


@contextmanager
def nobody_left() -> Iterator[None]:
    try:
        yield
    finally:
        assert children() == []


def _solves(process: int) -> bool:
    try:
        return b"routing.solving.child" in Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


def _gone(process: int) -> bool:
    for _ in range(100):
        if not _solves(process):
            return True
        time.sleep(0.1)
    return False


def _solve_into(answers: "multiprocessing.Queue[int]") -> None:
    answers.put(run(INSTANCES["order"].problem, limit=Limit(iterations=50), seed=1).cost.total)
