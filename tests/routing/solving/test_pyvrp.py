import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from pyvrp import CostEvaluator

from routing.solving.assemble import rank
from routing.solving.limit import Limit
from routing.solving.problem import Balance, Hours, Measure, Problem, Profile, Reload, Sequences, SoftWindow, Vehicle
from routing.solving.processes.named import Named, named
from routing.solving.with_pyvrp.fits import fits
from routing.solving.with_pyvrp.model import build
from routing.solving.with_pyvrp.plans import plan_of, sequences_of
from routing.solving.with_pyvrp.search import search
from tests.routing.solving.any_problem import problems
from tests.routing.solving.instances import INSTANCES, RICH, pause, problem, profile, stop, vehicle

FEW = Limit(iterations=1000)
KNOWN = INSTANCES | RICH
WHOLE = [
    name
    for name, known in KNOWN.items()
    if known.problem.stops and not known.unassigned and fits(known.problem, known.problem.stops)
]
RELOAD = Reload(place=0, duration_s=50)
KG = ("kg",)

PLANS: dict[str, tuple[Problem, Named]] = {
    "the second window": (problem(vehicle(), stop(1, windows=((0, 50), (900, 950))), stop(2)), [["at 1", "at 2"]]),
    "the cheaper way": (
        problem(vehicle(), stop(1, choice="x"), stop(5, choice="x"), stop(6, choice="y"), stop(1, "z", choice="y")),
        [["at 1", "z"]],
    ),
    "a pair in its order": (
        problem(
            vehicle(capacities=(1,)), stop(2, pickup="at 3", demands=(1,)), stop(3, demands=(0,)), capacity_names=KG
        ),
        [["at 3", "at 2"]],
    ),
    "nothing on board twice": (
        problem(
            vehicle(capacities=(1,)),
            *(stop(place, demands=(0,)) for place in (1, 2)),
            stop(5, pickup="at 1", demands=(1,)),
            stop(6, pickup="at 2", demands=(1,), windows=((0, 901),)),
            capacity_names=KG,
        ),
        [["at 2", "at 6", "at 1", "at 5"]],
    ),
    "what is collected needs the room of what is brought": (
        problem(
            vehicle(capacities=(2,)),
            stop(1, demands=(0,), collects=(1,)),
            stop(2, demands=(2,), windows=((0, 401),)),
            stop(3, demands=(0,), collects=(1,), windows=((900, 901),)),
            capacity_names=KG,
        ),
        [["at 2", "at 1", "at 3"]],
    ),
    "parking once for two doors": (
        problem(
            vehicle(),
            stop(1, "door", setup_s=100, windows=((200, 901),)),
            stop(1, "next door", setup_s=100, windows=((200, 901),)),
            stop(2, windows=((0, 1000),)),
        ),
        [["door", "next door", "at 2"]],
    ),
    "two trips": (
        problem(
            vehicle(capacities=(2,), reload=RELOAD),
            stop(1, demands=(1,), windows=((900, 951),)),
            stop(2, demands=(1,), windows=((900, 1051),)),
            stop(3, demands=(1,), windows=((0, 301),)),
            stop(4, demands=(1,), windows=((0, 401),)),
            capacity_names=KG,
        ),
        [["at 3", "at 4", None, "at 1", "at 2"]],
    ),
    "no skill that is excluded": (
        problem(
            vehicle(skills=frozenset({"dogs"})),
            vehicle("b", start_place=9, end_place=9),
            stop(1, excluded_skills=frozenset({"dogs"})),
        ),
        [[], ["at 1"]],
    ),
}

REFUSED: dict[str, Problem] = {
    "nobody to drive": problem(stop(1)),
    "a break": problem(vehicle(breaks=(pause(1, 2, 3),)), stop(1)),
    "a locked begin": problem(vehicle(locked=("at 1",)), stop(1)),
    "a soft window": problem(vehicle(), stop(1, soft_window=SoftWindow(start_s=0, end_s=5))),
    "vehicle costs": problem(vehicle(), stop(1, vehicle_costs=(("a", 5),))),
    "balance": replace(problem(vehicle(), stop(1)), balance=Balance(measure=Measure.STOPS, cost=1)),
    "travel by hours": problem(
        vehicle(), stop(1), bicycle=replace(profile(), hours=(Hours(start_s=9, duration_s=profile().duration_s),))
    ),
    "a standing place that takes time": problem(
        vehicle(),
        stop(1),
        bicycle=Profile(duration_s=profile().duration_s + np.eye(10, dtype=np.int32), distance_m=profile().distance_m),
    ),
    "stops counted over trips": problem(vehicle(max_stops=2, reload=RELOAD), stop(1)),
    "pairs beside reloads": problem(vehicle(reload=RELOAD), stop(1), stop(2, pickup="at 1")),
    "pairs in several windows": problem(vehicle(), stop(1, windows=((0, 1), (5, 6))), stop(2, pickup="at 1")),
}


class TestFits:
    @pytest.mark.parametrize("name", REFUSED)
    def test_refuses(self, name: str) -> None:
        assert not fits(REFUSED[name], REFUSED[name].stops)

    @pytest.mark.parametrize("name", PLANS)
    def test_lets_through(self, name: str) -> None:
        asked, _ = PLANS[name]

        assert fits(asked, asked.stops)


class TestSearch:
    @pytest.mark.parametrize("name", PLANS)
    def test_holds(self, name: str) -> None:
        asked, expected = PLANS[name]

        assert [_sorted_doors(steps) for steps in named(_search(asked))] == expected

    @pytest.mark.parametrize("name", WHOLE)
    def test_finds_the_best_plan_of(self, name: str) -> None:
        asked = KNOWN[name].problem

        assert rank(asked, _search(asked)) == (0, KNOWN[name].total)

    def test_gives_the_same_plan_for_the_same_seed(self) -> None:
        asked = problem(vehicle(), vehicle("b"), *(stop(place) for place in range(1, 10)))

        assert _search(asked, seed=4) == _search(asked, seed=4)

    def test_goes_on_from_a_plan(self) -> None:
        asked, _ = PLANS["the second window"]
        told: list[Sequences] = []
        backwards: Sequences = [list(asked.stops[::-1])]

        search(
            asked,
            asked.stops,
            start=backwards,
            limit=Limit(iterations=1),
            seed=1,
            on_better=lambda sequences, share: told.append(sequences),
        )

        assert told[0] == backwards

    def test_saves_vehicles_that_cost_more_than_all_driving(self) -> None:
        vans = [vehicle(f"van {at}", fixed_cost=10**6, cost_per_s=0, cost_per_m=1) for at in range(10)]
        asked = _scattered(stops=30, seed=2, vehicles=vans)

        found = search(
            asked, asked.stops, start=None, limit=Limit(iterations=200), seed=1, on_better=lambda plan, share: None
        )

        assert found is not None
        assert sum(bool(steps) for steps in found) == 3

    def test_says_nothing_where_nothing_can_be_driven(self) -> None:
        asked = problem(vehicle(), stop(1, windows=((0, 50),)))

        assert search(asked, asked.stops, start=None, limit=FEW, seed=1, on_better=lambda plan, share: None) is None


class TestModel:
    @settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
    @given(asked=problems())
    def test_prices_a_plan_as_we_do(self, asked: Problem) -> None:
        asked = stated(asked)
        assume(asked.stops and fits(asked, asked.stops))
        model = build(asked, asked.stops)
        found = search(
            asked, asked.stops, start=None, limit=Limit(iterations=20), seed=1, on_better=lambda plan, share: None
        )
        assume(found is not None)
        assert found is not None

        plan = plan_of(model, found)

        assert plan is not None
        assert plan.is_feasible()
        assert sequences_of(model, plan) == found
        priced = CostEvaluator([0.0] * model.data.num_load_dimensions, 0, 0).cost(plan)
        more_prizes = sum(each.prize for each in (*model.data.clients(), *model.data.shipments()))
        all_left_out = rank(asked, [[] for _ in asked.vehicles])[1]
        assert rank(asked, found) == (0, priced - more_prizes + all_left_out)


def stated(asked: Problem) -> Problem:
    """Without what PyVRP has no word for."""
    return replace(
        asked,
        balance=None,
        profiles={name: replace(each, hours=()) for name, each in asked.profiles.items()},
        vehicles=tuple(replace(each, breaks=(), locked=()) for each in asked.vehicles),
        stops=tuple(replace(each, soft_window=None, vehicle_costs=()) for each in asked.stops),
    )


def _scattered(*, stops: int, seed: int, vehicles: list[Vehicle]) -> Problem:
    """Stops with windows of ten minutes in a square of 1 000 s."""
    chance = random.Random(seed)
    places = np.array([(chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(stops + 1)])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)).astype(np.int32)
    starts = [chance.randrange(0, 6000, 100) for _ in range(stops)]
    windowed = [stop(at, service_s=50, windows=((start_s, start_s + 600),)) for at, start_s in enumerate(starts, 1)]
    return replace(
        problem(*vehicles, *windowed),
        places=stops + 1,
        profiles={"bicycle": Profile(duration_s=apart, distance_m=apart)},
    )


def _search(asked: Problem, *, seed: int = 1) -> Sequences:
    found = search(asked, asked.stops, start=None, limit=FEW, seed=seed, on_better=lambda plan, share: None)
    assert found is not None
    return found


def _sorted_doors(steps: list[str | None]) -> list[str | None]:
    """Which of two doors comes first does not matter."""
    first, second = "door", "next door"
    return [{first: second, second: first}.get(one or "", one) for one in steps] if steps[:1] == [second] else steps
