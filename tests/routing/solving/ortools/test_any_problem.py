from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from ortools.constraint_solver import pywrapcp

from routing.solving.assemble import rank
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit
from routing.solving.problem import Problem
from routing.solving.with_ortools.build import build
from routing.solving.with_ortools.polish import polish
from routing.solving.with_ortools.search import read, search
from tests.routing.solving.any_problem import problems

NO_CLOCK = settings(deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
"""Without shrinking, which takes minutes of searches: the example that fails is small already."""


class TestAnyProblem:
    @settings(NO_CLOCK, max_examples=40)
    @given(asked=problems())
    def test_costs_in_the_model_what_it_costs(self, asked: Problem) -> None:
        asked = _without_hours(asked)
        plan = construct(asked, asked.stops, seed=1)
        costs: list[int] = []
        model = build(asked, asked.stops)
        model.routing.AddAtSolutionCallback(lambda: costs.append(model.routing.CostVar().Max()))

        known = read(model, plan)
        model.routing.SolveFromAssignmentWithParameters(known, pywrapcp.DefaultRoutingSearchParameters())
        must_left_out, total = rank(asked, plan)

        scale, halves = model.prices.scale, len(asked.stops) + len(asked.vehicles)
        short = costs[0] - must_left_out * model.prices.must - scale * total
        assert 0 <= short <= (scale - 1) * halves

    @settings(NO_CLOCK, max_examples=40)
    @given(asked=problems())
    def test_is_searched_for_plans_that_can_be_driven(self, asked: Problem) -> None:
        told: list[Any] = []

        best = search(
            asked,
            asked.stops,
            start=None,
            limit=Limit(iterations=10),
            seed=1,
            on_better=lambda plan, _: told.append(rank(asked, plan)),
        )

        assert best is not None
        assert rank(asked, best) == told[-1]

    @settings(NO_CLOCK, max_examples=40)
    @given(asked=problems())
    def test_is_polished_from_any_plan(self, asked: Problem) -> None:
        start = construct(asked, asked.stops, seed=1)
        told: list[Any] = []

        best = polish(asked, start, limit=Limit(iterations=10), seed=1, on_better=lambda plan, _: told.append(plan))

        assert told, "the library read the plan"
        assert rank(asked, best) <= rank(asked, start)


def _without_hours(asked: Problem) -> Problem:
    return replace(asked, profiles={name: replace(one, hours=()) for name, one in asked.profiles.items()})
