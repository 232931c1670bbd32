import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.planning import day
from routing.solving.limit import Limit, Progress
from routing.solving.problem import ProblemError
from routing.solving.process import Cancelled, SolverDied, run
from routing.solving.processes.named import resolved
from routing.solving.solve import solve
from tests.routing.solving.instances import INSTANCES, problem, vehicle
from tests.routing.solving.running import errands, gone, nobody_left
from tests.routing.solving.test_portfolio import without_breaks

LONG = Limit(seconds=120)
BIG = without_breaks(day(stops=60, vehicles=4, seed=1))
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

    def test_stops_at_once_when_cancelled_with_all_that_it_started(self) -> None:
        started: list[int] = []

        def cancelled() -> bool:
            started.extend(errands("pyvrp"))
            return bool(started)

        with pytest.raises(Cancelled), nobody_left():
            run(BIG, limit=LONG, seed=1, cancelled=cancelled)

        assert gone(started)

    def test_answers_with_the_best_so_far_when_told_to_finish(self) -> None:
        told: list[Progress] = []

        solution = run(BIG, limit=LONG, seed=1, on_progress=told.append, finish=lambda: bool(told))

        assert solution.cost.total <= told[0].cost
        assert told[-1].percent < 50

    def test_goes_on_from_a_plan(self) -> None:
        asked = day(stops=15, vehicles=2, seed=3)
        good = solve(asked, limit=Limit(iterations=3000), seed=2)
        served = {route.vehicle_id: [visit.stop_id for visit in route.visits] for route in good.routes}
        start = resolved(asked, [served.get(one.id, []) for one in asked.vehicles])

        assert run(asked, limit=Limit(iterations=1), seed=2, start=start).rank == good.rank
        assert run(asked, limit=Limit(iterations=1), seed=2).rank > good.rank

    def test_says_that_its_child_was_killed(self) -> None:
        def kill(progress: Progress) -> None:
            for child in errands("solve"):
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
            started = [int(word) for word in parent.stdout.readline().split()]
            parent.kill()

        assert len(started) > 1
        assert gone(started)


class TestImport:
    def test_of_the_problem_alone_is_cheap(self) -> None:
        asked = (
            "import sys, routing.solving.problem, routing.solving.process, routing.solving.solve; "
            "print([name for name in sys.modules if name.startswith('ortools')])"
        )
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}

        assert subprocess.check_output([sys.executable, "-c", asked], env=environment, text=True).strip() == "[]"


_PARENT = """
from tests.routing.solving.test_process import BIG, LONG, errands, run
run(BIG, limit=LONG, seed=1, cancelled=lambda: errands("pyvrp") and print(*errands(), flush=True))
"""


def _solve_into(answers: "multiprocessing.Queue[int]") -> None:
    answers.put(run(INSTANCES["order"].problem, limit=Limit(iterations=50), seed=1).cost.total)
