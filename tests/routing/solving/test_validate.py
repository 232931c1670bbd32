from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from routing.solving.problem import (
    UNREACHABLE,
    Balance,
    Hours,
    Measure,
    Problem,
    ProblemError,
    Profile,
    Reload,
)
from routing.solving.validating.validate import check_problem
from tests.routing.solving.instances import (
    INSTANCES,
    RICH,
    pause,
    problem,
    profile,
    soft,
    stop,
    vehicle,
    with_an_island,
)

APART = profile().duration_s


def by_hours(*hours: tuple[int, NDArray[Any]]) -> Problem:
    matrices = tuple(Hours(start_s=start_s, duration_s=duration_s) for start_s, duration_s in hours)
    return problem(bicycle=replace(profile(), hours=matrices))


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
    "reload.place is 10, but there are 10 places": {"reload": Reload(place=10)},
    "reload.duration_s is negative": {"reload": Reload(place=0, duration_s=-1)},
    "reload.most is negative": {"reload": Reload(place=0, most=-1)},
    "the length of the shift is 2600000, above 2592000": {"shift_end_s": 2_600_000},
    "fixed_cost is 1000000000001, above": {"fixed_cost": 10**12 + 1},
    "cost_per_s is 100001, above": {"cost_per_s": 100_001},
    "locked names the unknown stop 'z'": {"locked": ("z",)},
}

STOPS: dict[str, dict[str, Any]] = {
    "1 demands for 0 capacity names": {"demands": (1,)},
    "service_s is negative": {"service_s": -1},
    "penalty is negative": {"penalty": -1},
    r"the window \(5, 5\) ends before it starts": {"windows": ((5, 5),)},
    r"the windows \(5, 9\) and \(8, 12\) overlap or are not in order": {"windows": ((5, 9), (8, 12))},
    "allowed_vehicles names the unknown vehicle 'z'": {"allowed_vehicles": frozenset({"z"})},
    "refused_vehicles names the unknown vehicle 'z'": {"refused_vehicles": frozenset({"z"})},
    "1 collects for 0 capacity names": {"collects": (1,)},
    "setup_s is negative": {"setup_s": -1},
    r"soft_window \(5, 5\) ends before it starts": {"soft_window": soft(5, 5)},
    "soft_window.early_cost_per_h is negative": {"soft_window": soft(0, 5, early=-1)},
    "soft_window.late_cost_per_h is negative": {"soft_window": soft(0, 5, late=-1)},
    "soft_window.late_cost_per_h is 10000800, above": {"soft_window": soft(0, 5, late=2778)},
    "penalty is 1000000000001, above": {"penalty": 10**12 + 1},
    "vehicle_costs names the unknown vehicle 'z'": {"vehicle_costs": (("z", 1),)},
    "vehicle_costs of 'a' is negative": {"vehicle_costs": (("a", -1),)},
    "vehicle_costs: the vehicle 'a' stands twice": {"vehicle_costs": (("a", 1), ("a", 2))},
    "pickup names the unknown stop 'z'": {"pickup": "z"},
    "is its own pickup": {"pickup": "at 1"},
}

DOGS = frozenset({"dogs"})

TOGETHER: dict[str, Problem] = {
    "stop 'c': 'a' is the pickup of 'b' already": problem(
        stop(1, "a"), stop(2, "b", pickup="a"), stop(3, "c", pickup="a")
    ),
    "stop 'b': its pickup 'a' has a pickup itself": problem(
        stop(3, "c"), stop(1, "a", pickup="c"), stop(2, "b", pickup="a")
    ),
    "stop 'b': its pickup 'a' has demands or collects": problem(
        stop(1, "a", demands=(1,)), stop(2, "b", demands=(1,), pickup="a"), capacity_names=("kg",)
    ),
    "stop 'b': its pickup 'a' has demands or collects something": problem(
        stop(1, "a", demands=(0,), collects=(1,)), stop(2, "b", demands=(1,), pickup="a"), capacity_names=("kg",)
    ),
    "stop 'b': it must be served and its pickup 'a' need not": problem(
        stop(1, "a", penalty=1), stop(2, "b", pickup="a")
    ),
    "stop 'b': neither it nor its pickup 'a' may be one of a choice": problem(
        stop(1, "a", choice="x"), stop(2, "b", pickup="a")
    ),
    "stop 'b': has another penalty than others of the choice 'x'": problem(
        stop(1, "a", choice="x"), stop(2, "b", choice="x", penalty=1)
    ),
    "vehicle 'b': locked names the stop 'at 1', which is locked to 'a' already": problem(
        vehicle("a", locked=("at 1",)), vehicle("b", locked=("at 1",)), stop(1)
    ),
    "vehicle 'a': locked names the stop 'at 1', which is locked to 'a' already": problem(
        vehicle("a", locked=("at 1", "at 1")), stop(1)
    ),
    "vehicle 'b': locked names the choice 'x', which is locked to 'a' already": problem(
        vehicle("a", locked=("at 1",)), vehicle("b", locked=("at 2",)), stop(1, choice="x"), stop(2, choice="x")
    ),
    "vehicle 'a': locked names 'b', but not its pickup 'a' before it": problem(
        vehicle("a", locked=("b", "a")), stop(1, "a"), stop(2, "b", pickup="a")
    ),
    "vehicle 'a': locked names 'at 1', which it may not serve: SKILL": problem(
        vehicle("a", locked=("at 1",), skills=DOGS), stop(1, excluded_skills=DOGS)
    ),
    "vehicle 'a': its locked stops cannot be driven: TIME_WINDOW": problem(
        vehicle("a", locked=("at 1",)), stop(1, windows=((0, 100),))
    ),
    "vehicle 'a': its locked stops cannot be driven: CAPACITY": problem(
        vehicle("a", locked=("at 1",), capacities=(1,)), stop(1, demands=(2,)), capacity_names=("kg",)
    ),
    "vehicle 'a': its locked stops cannot be driven: TIME_WINDOW: a": problem(
        vehicle("a", locked=("shop",)), stop(1, "shop"), stop(3, "home", pickup="shop", windows=((0, 300),))
    ),
    "balance: cost is negative": problem(balance=Balance(measure=Measure.TIME, cost=-1)),
    "10001 stops: one plan has 10000 at most": problem(*(stop(1, str(number)) for number in range(10_001))),
    "profile 'bicycle': hours 0: duration_s has the shape": by_hours((0, np.zeros((3, 3), dtype=np.int32))),
    "profile 'bicycle': hours 0: duration_s is int64, expected int32": by_hours((0, APART.astype(np.int64))),
    "profile 'bicycle': hours 0: duration_s has a negative entry": by_hours((0, -APART)),
    "profile 'bicycle': hours 0 have other unreachable pairs": by_hours((0, with_an_island(3).duration_s)),
    "profile 'bicycle': hours 0 have other pairs that take no time": by_hours((0, 0 * APART)),
    "profile 'bicycle': hours 1 do not begin after hours 0": by_hours((5, APART), (5, APART)),
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

    @pytest.mark.parametrize("words", TOGETHER)
    def test_refuses_what_says(self, words: str) -> None:
        with pytest.raises(ProblemError, match=f"^{words}"):
            check_problem(TOGETHER[words])

    def test_accepts_a_pickup_that_is_locked_without_its_delivery(self) -> None:
        check_problem(problem(vehicle(locked=("shop",)), stop(3, "shop"), stop(1, "home", pickup="shop")))

    def test_accepts_holes(self) -> None:
        check_problem(problem(vehicle(), stop(1), bicycle=with_an_island(1)))

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
