"""The days that the bench makes up itself: what they hold, in which turns they are run, and how growth is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench.routing import one_driver_set
from bench.routing.contest import MADE_UP, Wish, turns
from bench.routing.growth_told import exponent, first_whole_s, near_s, told
from bench.routing.lines import Line
from bench.routing.rich import rich_example
from bench.routing.rounds import a_round
from bench.routing.statable import CONSTRAINTS, By, cannot_state
from bench.routing.statable import told as stated
from places.streets import Matrix
from routing.solving.fits import DoesNotFit
from routing.solving.problem import Problem, Stop
from routing.solving.timing.retime import check_route
from routing.solving.validating.validate import check_problem

WISH = Wish(
    data=Path(),
    scratch=Path(),
    only="*",
    seconds=None,
    seeds=(1, 2),
    peers=("pyvrp", "vroom"),
    ourselves=True,
    vrp_cli=None,
)


class TestTurns:
    def test_begin_with_another_solver_each_time_and_run_one_without_a_seed_once(self) -> None:
        due = [(turn.item.name, turn.solver, turn.seed) for turn in turns(MADE_UP, WISH)]
        assert due == [
            ("town-40-40", "doorstep", 1),
            ("town-40-40", "pyvrp", 1),
            ("town-40-40", "vroom", 1),
            ("town-100-100", "pyvrp", 1),
            ("town-100-100", "vroom", 1),
            ("town-100-100", "doorstep", 1),
            ("town-40-40", "doorstep", 2),
            ("town-40-40", "pyvrp", 2),
            ("town-100-100", "pyvrp", 2),
            ("town-100-100", "doorstep", 2),
        ]

    def test_leave_a_peer_out_that_is_not_there(self) -> None:
        only_vrp_cli = replace(WISH, peers=("vrp-cli",), ourselves=False)
        assert list(turns(MADE_UP, only_vrp_cli)) == []

    def test_take_the_time_that_is_asked_for(self) -> None:
        assert {turn.seconds for turn in turns(MADE_UP, WISH)} == {5.0}
        assert {turn.seconds for turn in turns(MADE_UP, replace(WISH, seconds=2.0))} == {2.0}


class TestRichDay:
    def test_is_one_that_the_optimiser_takes(self) -> None:
        check_problem(rich_example())

    def test_has_what_peers_cannot_state(self) -> None:
        assert cannot_state(rich_example()) == {
            "pyvrp": ["soft time windows", "breaks"],
            "ortools": [],
            "vroom": ["soft time windows", "going back to reload"],
            "vrp-cli": ["soft time windows"],
        }

    def test_is_told_as_a_table(self) -> None:
        rows = list(stated(rich_example()))
        (breaks,) = [row for row in rows if row.startswith("breaks")]
        assert breaks.split() == [
            "breaks",
            "-",
            "RoutingDimension.SetBreakIntervalsOfVehicle",
            "Vehicle.breaks",
            "shifts.breaks",
        ]


class TestRound:
    STRAIGHT = np.abs(np.subtract.outer(np.arange(40), np.arange(40))).astype(np.int32) * 30
    STREETS = Matrix(STRAIGHT, STRAIGHT, STRAIGHT >= 0)

    def test_is_one_that_the_optimiser_takes_and_stands_in_some_order(self) -> None:
        problem, present = a_round(self.STREETS, stops=30, seed=1)
        check_problem(problem)
        assert sorted(stop.id for stop in present) == sorted(stop.id for stop in problem.stops)

    def test_can_be_driven_on_time_in_the_order_that_it_was_made_for(self) -> None:
        problem, present = a_round(self.STREETS, stops=8, seed=1)
        assert any(fits(problem, order) for order in permutations(present))


def fits(problem: Problem, order: Sequence[Stop]) -> bool:
    try:
        check_route(problem, problem.vehicles[0], list(order))
    except DoesNotFit:
        return False
    return True


class TestOneDriver:
    def test_is_judged_by_the_mean_gap_and_by_answers(self) -> None:
        quick = [told_round("r1", "doorstep", 1010), told_round("r2", "doorstep", 1000)]
        long = [told_round("r1", "long run", 1000), told_round("r2", "long run", 1000)]
        assert list(one_driver_set.told([*quick, *long]))[-1].endswith("mean at most 1%: yes")
        silent = [told_round("r1", "doorstep", None), quick[1]]
        assert list(one_driver_set.told([*silent, *long]))[-1].endswith("mean at most 1%: NO")


def told_round(name: str, solver: str, cost: float | None) -> Line:
    return replace(line(50, 0.3, (0.3, 1, 0)), instance=name, solver=solver, cost=cost)


def _missing(library: ModuleType, names: list[By]) -> list[str]:
    """The names that the library does not have: of a class, or of an argument or attribute of one."""
    missing = []
    for by in names:
        owner, _, member = by.name.partition(".")
        found = getattr(library, owner, None)
        if found is None or (member and not hasattr(found, member) and member not in (found.__init__.__doc__ or "")):
            missing.append(by.name)
    return missing


class TestCounterparts:
    def named(self, peer: int) -> list[By]:
        return [by for one in CONSTRAINTS if (by := one.counterparts[peer])]

    def test_exist_in_pyvrp(self) -> None:
        import pyvrp

        assert _missing(pyvrp, self.named(0)) == []

    def test_exist_in_ortools(self) -> None:
        from ortools.constraint_solver import pywrapcp

        assert _missing(pywrapcp, self.named(1)) == []

    def test_exist_in_vroom(self) -> None:
        vroom = pytest.importorskip("vroom")
        import inspect

        signatures = {
            name: str(inspect.signature(getattr(vroom, name).__init__)) for name in ("Vehicle", "Job", "Shipment")
        }
        names = [by.name.partition(".") for by in self.named(2)]
        assert [owner for owner, _, member in names if member not in signatures[owner]] == []


def line(
    stops: int, seconds: float, *curve: tuple[float, int, int], cost: float | None = None, mb: float = 100
) -> Line:
    return Line(
        set="growth",
        instance=f"region-{stops}",
        stops=stops,
        solver="doorstep",
        seed=1,
        seconds=seconds,
        cost=curve[-1][1] if cost is None else cost,
        vehicles=3,
        faults=(),
        wall_s=seconds,
        used_s=seconds,
        cpu_s=seconds,
        peak_mb=mb,
        load_before=0,
        version="1",
        curve=curve,
    )


class TestGrowth:
    RUNS = (
        line(100, 10, (0.5, 900, 2), (0.8, 1200, 0), (4.0, 1050, 0), (9.0, 1010, 0)),
        line(100, 30, (0.6, 1300, 0), (12.0, 1000, 0)),
    )

    def test_counts_a_plan_when_it_serves_everybody(self) -> None:
        assert first_whole_s(self.RUNS) == 0.6

    def test_is_near_within_a_twentieth_of_the_best_of_all_runs(self) -> None:
        assert near_s(self.RUNS) == 4.0

    def test_has_the_exponent_of_a_power(self) -> None:
        assert exponent({100: 2.0, 1000: 2.0 * 10**1.3, 10_000: 2.0 * 100**1.3}) == pytest.approx(1.3)

    def test_has_no_exponent_of_one_size(self) -> None:
        assert exponent({100: 2.0}) is None

    def test_is_told_with_what_was_promised(self) -> None:
        rows = list(told([*self.RUNS, line(1000, 30, (20.0, 9000, 0), mb=3500)]))
        assert "memory at 1000 stops, all processes: 3500 MB, at most 3000: NO" in rows
        assert "time to within 5 % grows as n^0.70, at most n^1.3: yes" in rows
