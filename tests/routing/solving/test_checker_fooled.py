"""Attempts to get a plan that cannot be driven, or whose numbers are not true, past the checker."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.solving.assemble import assemble, left_out
from routing.solving.checking.checker import violations
from routing.solving.inserting.insertion import construct
from routing.solving.problem import Problem
from routing.solving.solution import BreakTaken, Cost, Reason, Reloaded, Route, Solution, Unassigned, Visit
from tests.routing.solving.any_problem import problems
from tests.routing.solving.by_hand import drive, rules
from tests.routing.solving.examples import examples
from tests.routing.solving.instances import pause, problem, stop, vehicle


def planned(asked: Problem, *, seed: int = 1) -> Solution:
    sequences = construct(asked, asked.stops, seed=seed)
    reasons = [Unassigned(stop_id=one.id, reason=Reason.NO_ROOM, detail="") for one in left_out(asked, sequences)]
    return assemble(asked, sequences, unassigned=reasons, found_by="insertion")


def numbers_changed(told: Any, by: int) -> Iterator[Any]:
    """The same with each of its numbers changed, one at a time."""
    for field in fields(told):
        value = getattr(told, field.name)
        if isinstance(value, int):
            yield replace(told, **{field.name: value + by})
        if isinstance(value, tuple) and value and isinstance(value[0], Route | Visit | BreakTaken | Reloaded):
            for number, part in enumerate(value):
                for changed in numbers_changed(part, by):
                    yield replace(told, **{field.name: (*value[:number], changed, *value[number + 1 :])})
        if isinstance(value, Cost):
            for cost in numbers_changed(value, by):
                yield replace(told, cost=cost)


def parts_dropped(solution: Solution) -> Iterator[Solution]:
    """The same without one route, visit, break, reload or stop left out."""
    for field in ("routes", "unassigned"):
        told = getattr(solution, field)
        for number in range(len(told)):
            yield replace(solution, **{field: (*told[:number], *told[number + 1 :])})
    for place, route in enumerate(solution.routes):
        for field in ("visits", "breaks", "reloads"):
            told = getattr(route, field)
            for number in range(len(told)):
                less = replace(route, **{field: (*told[:number], *told[number + 1 :])})
                yield replace(solution, routes=(*solution.routes[:place], less, *solution.routes[place + 1 :]))


class TestChecker:
    @examples(25)
    @given(asked=problems(), by=st.sampled_from((-1, 1, 60)))
    def test_sees_any_number_changed(self, asked: Problem, by: int) -> None:
        solution = planned(asked)
        assert violations(asked, solution) == []

        for changed in numbers_changed(solution, by):
            assert violations(asked, changed), changed

    @examples(25)
    @given(asked=problems())
    def test_sees_anything_dropped(self, asked: Problem) -> None:
        for less in parts_dropped(planned(asked)):
            assert violations(asked, less), less

    @pytest.mark.parametrize("wrong", [200.0, np.int64(200), True, None])
    def test_sees_a_number_that_is_no_integer(self, wrong: Any) -> None:
        asked = problem(vehicle(), stop(1, "it"))
        solution = drive(asked, "it")
        (route,) = solution.routes

        assert rules(asked, replace(solution, routes=(replace(route, end_s=wrong),))) == {"number"}

    def test_sees_a_service_of_no_time_in_the_middle_of_a_break(self) -> None:
        asked = problem(vehicle(breaks=(pause(120, 120, 50),)), stop(1, "it"))
        right = drive(problem(vehicle(), stop(1, "it", service_s=50, windows=((120, 121),))), "it")
        (route,) = right.routes
        visit = replace(route.visits[0], arrival_s=100, start_s=140, departure_s=140, waiting_s=20)
        tired = replace(
            route,
            departure_s=0,
            visits=(visit,),
            breaks=(BreakTaken(start_s=120, end_s=170),),
            end_s=270,
        )
        cost = replace(right.cost, waiting_s=20, break_s=50, service_s=0, total=270)

        assert rules(asked, replace(right, routes=(tired,), cost=cost)) == {"break"}

    def test_sees_a_break_taken_while_parking(self) -> None:
        """It may interrupt the parking, but parking takes as long as before."""
        asked = problem(vehicle(breaks=(pause(110, 110, 50),)), stop(1, "it", setup_s=30, windows=((0, 181),)))
        solution = drive(asked, "it")
        (route,) = solution.routes
        assert (route.departure_s, route.visits[0].arrival_s) == (0, 180)
        hasty = replace(route.visits[0], arrival_s=160, waiting_s=20)

        assert "arrival" in rules(asked, replace(solution, routes=(replace(route, visits=(hasty,)),)))
