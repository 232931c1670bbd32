import logging
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.planning import day
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit, Progress
from routing.solving.problem import Problem
from routing.solving.solve import solve
from tests.routing.solving.running import errands, nobody_left


def without_breaks(asked: Problem) -> Problem:
    """So that every search can state it."""
    return replace(asked, vehicles=tuple(replace(one, breaks=()) for one in asked.vehicles))


PLAIN = without_breaks(day(stops=40, vehicles=4, seed=4))
RICH = day(stops=30, vehicles=3, seed=4)
FEW = Limit(iterations=3000)
REPOSITORY = Path(__file__).resolve().parents[3]


def solved() -> None:
    """Say who found the plan."""
    sys.stdout.write(solve(PLAIN, limit=FEW, seed=1).found_by)


class TestPortfolio:
    def test_has_one_plan_for_a_seed(self) -> None:
        assert solve(PLAIN, limit=FEW, seed=3) == solve(PLAIN, limit=FEW, seed=3)

    def test_lets_ortools_polish_what_pyvrp_cannot_state(self) -> None:
        seen: set[str] = set()

        def look() -> bool:
            seen.update(kind for kind in ("pyvrp", "polish") if errands(kind))
            return False

        solution = solve(RICH, limit=FEW, seed=3, halted=look)

        assert violations(RICH, solution) == []
        assert seen == {"polish"}
        assert solution == solve(RICH, limit=FEW, seed=3)

    def test_leaves_no_process_behind(self) -> None:
        with nobody_left():
            solve(PLAIN, limit=FEW, seed=1)

    def test_answers_with_what_the_others_found_when_one_is_killed(self, caplog: pytest.LogCaptureFixture) -> None:
        killed: list[int] = []

        def kill() -> bool:
            if not killed:
                killed.extend(errands("pyvrp"))
                for child in killed:
                    os.kill(child, signal.SIGKILL)
            return False

        with caplog.at_level(logging.WARNING):
            solution = solve(PLAIN, limit=Limit(iterations=20_000, seconds=60), seed=1, halted=kill)

        assert violations(PLAIN, solution) == []
        assert solution.found_by == "ruin and recreate"
        assert "the search pyvrp failed, its last plan counts: ended with -9 and no answer" in caplog.text

    def test_does_without_the_own_search_where_numba_is_missing(self) -> None:
        asked = (
            "import sys; sys.modules['numba'] = None; from tests.routing.solving.test_portfolio import solved; solved()"
        )
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}

        done = subprocess.run(
            [sys.executable, "-c", asked], env=environment, text=True, capture_output=True, check=True
        )

        assert done.stdout in ("ortools", "pyvrp")
        assert "the own search cannot be loaded, OR-Tools searches alone" in done.stderr

    def test_tells_of_better_plans_while_it_searches(self) -> None:
        told: list[Progress] = []

        solution = solve(PLAIN, limit=Limit(seconds=4), seed=1, progress=told.append)

        assert [one.percent for one in told] == sorted(one.percent for one in told)
        assert len({one.cost for one in told}) == len(told) > 1
        assert solution.cost.total <= told[-1].cost

    def test_takes_the_best_so_far_when_halted(self) -> None:
        told: list[Progress] = []

        with nobody_left():
            solution = solve(
                PLAIN, limit=Limit(seconds=120), seed=1, progress=told.append, halted=lambda: len(told) > 1
            )

        assert solution.cost.total <= told[-1].cost < told[0].cost
