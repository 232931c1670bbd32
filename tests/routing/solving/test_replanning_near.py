"""Replans stay near what is driven, lose nothing that can be brought, and let be late what is late already."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from routing.solving.checking.checker import violations
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit
from routing.solving.problem import Balance, Measure, Problem, Sequences, SoftWindow, Stop
from routing.solving.process import run
from routing.solving.replanning.loosen import loosen
from routing.solving.replanning.replan import replan
from routing.solving.solution import Solution
from tests.routing.solving.any_problem import problems
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.test_properties import examples

FEW = Limit(iterations=30)


def order(found: Solution) -> dict[str, list[str]]:
    return {route.vehicle_id: [visit.stop_id for visit in route.visits] for route in found.routes}


def promised(place: int, at_s: int, **fields: Any) -> Stop:
    soft = SoftWindow(start_s=at_s - 60, end_s=at_s + 60, early_cost_per_h=14_400, late_cost_per_h=14_400)
    return stop(place, soft_window=soft, **fields)


class TestAReplan:
    @examples(60)
    @given(asked=problems())
    def test_of_anything_is_without_a_violation(self, asked: Problem) -> None:
        start = construct(asked, asked.stops, seed=1)
        less = [
            steps[:-1] if len(steps) > len(vehicle.locked) + 1 else steps
            for vehicle, steps in zip(asked.vehicles, start, strict=True)
        ]

        assert violations(asked, replan(asked, less, limit=FEW, seed=1)) == []

    def test_changes_nothing_where_nothing_happened(self) -> None:
        # The shorter order would be 1 2 3; nobody is told of another for so little.
        asked = problem(vehicle(), stop(2), stop(1), stop(3))
        start: Sequences = [[*asked.stops]]

        assert order(replan(asked, start, limit=FEW, seed=1)) == {"a": ["at 2", "at 1", "at 3"]}

    def test_puts_a_new_stop_where_it_costs_least_and_moves_no_other(self) -> None:
        asked = problem(vehicle(), vehicle("b", start_place=9, end_place=9), stop(2), stop(4), stop(8), stop(3))
        two, four, eight, _ = asked.stops

        found = replan(asked, [[two, four], [eight]], limit=FEW, seed=1)

        assert order(found) == {"a": ["at 2", "at 3", "at 4"], "b": ["at 8"]}

    def test_gives_what_has_no_driver_to_the_nearest(self) -> None:
        asked = problem(vehicle("b"), vehicle("c", start_place=9, end_place=9), stop(1), stop(8))

        found = replan(asked, [[], []], limit=FEW, seed=1)

        assert order(found) == {"b": ["at 1"], "c": ["at 8"]}

    @pytest.mark.parametrize("seed", range(5))
    def test_leaves_out_what_is_new_rather_than_what_has_its_place(self, seed: int) -> None:
        far, near = [stop(9, demands=(1,)), stop(8, demands=(1,))], [stop(each, demands=(1,)) for each in (1, 2, 3, 4)]
        asked = problem(vehicle(capacities=(3,)), *far, *near, capacity_names=("parcels",))

        found = replan(asked, [far], limit=Limit(iterations=400), seed=seed)

        assert {"at 9", "at 8"} < set(order(found)["a"])
        assert len(found.unassigned) == 3

    @pytest.mark.parametrize("measure", [Measure.STOPS, Measure.TIME])
    def test_shares_out_what_has_no_driver_where_shares_are_balanced(self, measure: Measure) -> None:
        stops = [stop(each, service_s=1000) for each in (1, 2, 3, 4, 5, 6)]
        asked = problem(vehicle(), vehicle("idle"), *stops)
        fair = replace(asked, balance=Balance(measure=measure, cost=10_000))

        served = {
            name: len(order(replan(each, [stops[3:], []], limit=FEW, seed=1)).get("idle", ()))
            for name, each in (("as it is", asked), ("fair", fair))
        }

        assert served == {"as it is": 0, "fair": 3}

    def test_moves_a_stop_whose_promise_another_driver_keeps(self) -> None:
        late = vehicle(shift_start_s=3000)
        asked = problem(late, vehicle("b"), promised(1, 3100), promised(2, 200))
        start: Sequences = [[*asked.stops], []]

        assert order(replan(asked, start, limit=FEW, seed=1)) == {"a": ["at 1"], "b": ["at 2"]}

    def test_keeps_the_locked_first(self) -> None:
        asked = problem(vehicle(locked=("at 5",)), stop(5), stop(1), stop(4))
        five, one, _ = asked.stops

        assert order(replan(asked, [[five, one]], limit=FEW, seed=1))["a"][0] == "at 5"

    def test_with_the_same_seed_and_iterations_is_the_same(self) -> None:
        asked = problem(vehicle(), vehicle("b"), *(promised(place, 150 * place) for place in range(1, 9)))
        found = [replan(asked, [[], []], limit=FEW, seed=3) for _ in range(2)]

        assert order(found[0]) == order(found[1])

    def test_is_made_in_a_process_of_its_own(self) -> None:
        asked = problem(vehicle(), stop(2), stop(1))

        found = run(asked, limit=FEW, seed=1, start=[[*asked.stops]], near=True)

        assert (found.found_by, order(found)) == ("replan", {"a": ["at 2", "at 1"]})


class TestLoosening:
    def test_lets_a_missed_window_stay_open_at_a_price(self) -> None:
        asked = problem(vehicle(shift_start_s=500), stop(1, windows=((0, 550),)), stop(2, windows=((0, 900),)))

        loose = loosen(asked, [[*asked.stops]], late_cost_per_h=3600)

        missed, kept = loose.stops
        assert missed.windows[-1][1] > 10_000
        assert missed.soft_window == SoftWindow(start_s=0, end_s=549, late_cost_per_h=3600)
        assert kept == asked.stops[1]
        found = replan(loose, [[*loose.stops]], limit=FEW, seed=1)
        assert (found.cost.must_left_out, found.cost.untimely) == (0, 51)

    def test_leaves_the_future_windows_of_a_stop_hard(self) -> None:
        asked = problem(vehicle(), stop(1, windows=((0, 50), (700, 800))))

        assert loosen(asked, [[*asked.stops]], late_cost_per_h=3600).stops == asked.stops

    def test_reaches_as_far_as_the_locked_need_and_with_overtime_as_far_as_all(self) -> None:
        asked = problem(vehicle(shift_end_s=300, locked=("at 2",)), stop(2), stop(4))
        start: Sequences = [[*asked.stops]]

        assert loosen(asked, start, late_cost_per_h=1).vehicles[0].shift_end_s == 400
        assert loosen(asked, start, late_cost_per_h=1, overtime=True).vehicles[0].shift_end_s == 800
        plenty = replace(asked, vehicles=(replace(asked.vehicles[0], shift_end_s=5000),))
        assert loosen(plenty, start, late_cost_per_h=1).vehicles == plenty.vehicles
