from dataclasses import replace

import pytest

from bench.planning import day
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit, Progress, default_limit
from routing.solving.problem import Problem, ProblemError
from routing.solving.solve import solve
from tests.routing.solving.instances import INSTANCES, problem, stop, vehicle
from tests.routing.solving.test_portfolio import without_breaks

FEW = Limit(iterations=100)


class TestSolve:
    @pytest.mark.parametrize("name", INSTANCES)
    def test_finds_the_best_plan_of(self, name: str) -> None:
        known = INSTANCES[name]

        solution = solve(known.problem, limit=FEW, seed=1)

        assert violations(known.problem, solution) == []
        assert {one.stop_id: one.reason for one in solution.unassigned} == known.unassigned
        assert solution.cost.total == known.total

    def test_gives_the_same_plan_for_the_same_seed(self) -> None:
        asked = day(stops=25, vehicles=3, seed=5)

        first = solve(asked, limit=FEW, seed=7)

        assert solve(asked, limit=FEW, seed=7) == first

    def test_searches_elsewhere_with_another_seed(self) -> None:
        asked = day(stops=40, vehicles=3, seed=2)

        assert len({solve(asked, limit=Limit(iterations=60), seed=seed).rank for seed in range(3)}) > 1

    def test_gets_better_with_more_iterations(self) -> None:
        asked = without_breaks(day(stops=40, vehicles=3, seed=2))

        few, many = (solve(asked, limit=Limit(iterations=count), seed=1) for count in (1, 5000))

        assert many.rank < few.rank

    def test_tells_how_far_it_is(self) -> None:
        told: list[Progress] = []

        solution = solve(day(stops=20, vehicles=2, seed=1), limit=FEW, seed=1, progress=told.append)

        assert told[0].percent == 0
        assert told[0].cost >= solution.cost.total

    def test_refuses_a_problem_that_contradicts_itself(self) -> None:
        with pytest.raises(ProblemError, match="stop 'at 1' stands twice"):
            solve(problem(vehicle(), stop(1), stop(1)), limit=FEW, seed=1)

    def test_names_the_example_that_comes_closest(self) -> None:
        near, far = vehicle("near", shift_end_s=150), vehicle("unskilled")
        asked = problem(far, near, stop(1, refused_vehicles=frozenset({"unskilled"})))

        (left,) = solve(asked, limit=FEW, seed=1).unassigned

        assert left.detail == "takes 200 s at least, the shift of near has 150 s"


class TestLimit:
    def test_must_limit_something(self) -> None:
        with pytest.raises(ValueError, match="needs seconds or iterations"):
            Limit()

    @pytest.mark.parametrize("fields", [{"seconds": 0.0}, {"iterations": 0}, {"seconds": -1.0}])
    def test_must_be_above_zero(self, fields: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="above zero"):
            Limit(**fields)

    def test_grows_with_the_problem(self) -> None:
        sizes = (1, 20, 120, 400, 5000)
        rounds = [replace_stops(day(stops=1, vehicles=1, seed=1), count) for count in sizes]

        seconds = [default_limit(one).seconds or 0.0 for one in rounds]

        assert seconds == sorted(seconds)
        assert seconds[2] <= 12


def replace_stops(asked: Problem, count: int) -> Problem:
    return replace(asked, stops=tuple(replace(asked.stops[0], id=str(number)) for number in range(count)))
