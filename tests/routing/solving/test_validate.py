from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.solving.problem import UNREACHABLE, Problem, ProblemError, Profile
from routing.solving.validate import check_problem
from tests.routing.solving.instances import INSTANCES, RICH, pause, problem, profile, stop, vehicle

VEHICLES: dict[str, dict[str, Any]] = {
    "unknown profile 'boat'": {"profile": "boat"},
    "start_place is 10, but there are 10 places": {"start_place": 10},
    "end_place is -1": {"end_place": -1},
    "1 capacities for 0 capacity names": {"capacities": (1,)},
    "shift_start_s is negative": {"shift_start_s": -1},
    "the shift ends before it starts": {"shift_start_s": 10_001},
    r"max_duration_s is negative \(-1\)": {"max_duration_s": -1},
    "max_distance_m is negative": {"max_distance_m": -1},
    "max_stops is negative": {"max_stops": -1},
    "fixed_cost is negative": {"fixed_cost": -1},
    "cost_per_s is negative": {"cost_per_s": -1},
    "cost_per_m is negative": {"cost_per_m": -1},
    "break 0 has no duration": {"breaks": (pause(0, 1, 0),)},
    "break 0: earliest_start_s is negative": {"breaks": (pause(-1, 1, 1),)},
    "break 0 must start before it may start": {"breaks": (pause(5, 4, 1),)},
    "breaks 0 and 1 are not in the order of their times": {"breaks": (pause(9, 9, 1), pause(5, 6, 1))},
    "break 1 must start before break 0 can be over": {"breaks": (pause(5, 5, 9), pause(6, 7, 1))},
}

STOPS: dict[str, dict[str, Any]] = {
    "1 demands for 0 capacity names": {"demands": (1,)},
    "service_s is negative": {"service_s": -1},
    "penalty is negative": {"penalty": -1},
    r"the window \(5, 5\) ends before it starts": {"windows": ((5, 5),)},
    r"the windows \(5, 9\) and \(8, 12\) overlap or are not in order": {"windows": ((5, 9), (8, 12))},
    "allowed_vehicles names the unknown vehicle 'z'": {"allowed_vehicles": frozenset({"z"})},
    "refused_vehicles names the unknown vehicle 'z'": {"refused_vehicles": frozenset({"z"})},
}


def matrices(**changes: Any) -> Problem:
    return problem(bicycle=replace(profile(), **changes))


def holes_on_one_side() -> Profile:
    torn = profile()
    torn.duration_s[0, 1] = UNREACHABLE
    return torn


class TestCheckProblem:
    @pytest.mark.parametrize("name", INSTANCES | RICH)
    def test_accepts(self, name: str) -> None:
        check_problem((INSTANCES | RICH)[name].problem)

    @pytest.mark.parametrize("words", VEHICLES)
    def test_refuses_a_vehicle_when(self, words: str) -> None:
        with pytest.raises(ProblemError, match=f"vehicle 'a': {words}"):
            check_problem(problem(vehicle(**VEHICLES[words])))

    @pytest.mark.parametrize("words", STOPS)
    def test_refuses_a_stop_when(self, words: str) -> None:
        with pytest.raises(ProblemError, match=f"stop 'at 1': {words}"):
            check_problem(problem(vehicle(), stop(1, **STOPS[words])))

    def test_refuses_a_place_that_is_not_there(self) -> None:
        with pytest.raises(ProblemError, match="stop 'at 10': place is 10, but there are 10 places"):
            check_problem(problem(stop(10)))

    def test_refuses_a_negative_load(self) -> None:
        with pytest.raises(ProblemError, match=r"stop 'at 1': demands of 'kg' is negative \(-2\)"):
            check_problem(problem(stop(1, demands=(-2,)), capacity_names=("kg",)))

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (problem(vehicle(), vehicle()), "vehicle 'a' stands twice"),
            (problem(stop(1), stop(1)), "stop 'at 1' stands twice"),
            (problem(capacity_names=("kg", "kg")), "capacity name 'kg' stands twice"),
            (replace(problem(), places=-1), "places is -1"),
            (matrices(duration_s=np.zeros((3, 3), dtype=np.int32)), r"duration_s has the shape \(3, 3\)"),
            (matrices(distance_m=np.zeros((10, 10))), "distance_m is float64, expected int32"),
            (matrices(duration_s=np.full((10, 10), -1, dtype=np.int32)), "duration_s has a negative entry"),
            (problem(bicycle=holes_on_one_side()), "unreachable in one matrix and not in the other"),
        ],
    )
    def test_names_what_is_wrong(self, asked: Problem, words: str) -> None:
        with pytest.raises(ProblemError, match=words):
            check_problem(asked)
