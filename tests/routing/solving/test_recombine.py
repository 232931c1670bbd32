import os
import signal

import pytest

from routing.solving.limit import Limit
from routing.solving.problem import Problem
from routing.solving.processes.named import Named, named, resolved
from routing.solving.searching.budget import Budget
from routing.solving.searching.recombine import MOST_COLUMNS, CannotRecombine, recombine, routes_in
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.running import errands

FOUR = tuple(stop(place) for place in (1, 2, 8, 9))


class TestRecombine:
    def test_takes_the_good_half_of_each_plan(self) -> None:
        asked = problem(vehicle(end_place=0), vehicle("b", start_place=9, end_place=9), *FOUR)
        left_good: Named = [["at 1", "at 2"], ["at 8", "at 9"]]
        pool: list[Named] = [[["at 1", "at 8"], ["at 2", "at 9"]], [["at 1", "at 2", "at 8"], ["at 9"]]]

        assert _recombined(asked, pool[0], [left_good, pool[1]]) == left_good

    def test_mixes_routes_of_two_plans(self) -> None:
        asked = problem(vehicle("a", end_place=None), vehicle("b", start_place=9, end_place=None), *FOUR)
        first: Named = [["at 1", "at 2"], []]
        second: Named = [["at 9"], ["at 8", "at 1"]]
        third: Named = [[], ["at 9", "at 8"]]

        assert _recombined(asked, first, [second, third]) == [["at 1", "at 2"], ["at 9", "at 8"]]

    def test_leaves_out_what_is_not_worth_it(self) -> None:
        asked = problem(vehicle(), vehicle("b"), stop(1), stop(9, penalty=50))

        assert _recombined(asked, [["at 1"], ["at 9"]], []) == [["at 1"], []]

    def test_serves_what_must_be_served_at_any_cost(self) -> None:
        asked = problem(vehicle(), vehicle("b", fixed_cost=10**6), stop(1), stop(9))

        assert _recombined(asked, [["at 1"], []], [[[], ["at 9"]]]) == [["at 1"], ["at 9"]]

    def test_never_uses_more_vehicles_than_there_are(self) -> None:
        asked = problem(vehicle(), *FOUR)

        assert _recombined(asked, [["at 1", "at 9"]], [[["at 2", "at 8"]]]) == [["at 2", "at 8"]]

    def test_moves_a_route_to_a_vehicle_of_the_same_kind_only(self) -> None:
        asked = problem(
            vehicle("a", skills=frozenset({"cold"})),
            vehicle("b"),
            vehicle("c"),
            stop(1, skills=frozenset({"cold"})),
            stop(2),
            stop(3),
        )
        plans: list[Named] = [[["at 1"], ["at 2"], ["at 3"]], [["at 1"], ["at 3", "at 2"], []]]

        assert _recombined(asked, plans[0], [plans[1], [[], [], ["at 2", "at 3"]]])[0] == ["at 1"]

    def test_serves_a_delivery_in_one_of_its_ways(self) -> None:
        asked = problem(vehicle(), vehicle("b"), stop(1, choice="x"), stop(5, choice="x"), stop(2))

        assert _recombined(asked, [["at 5"], ["at 2"]], [[["at 1"], []]]) == [["at 1"], ["at 2"]]

    def test_keeps_what_there_is_when_time_is_over(self) -> None:
        asked = problem(vehicle(), *FOUR)
        plan = resolved(asked, [["at 9", "at 1"]])
        halted = Budget(Limit(seconds=60), lambda: True)

        assert recombine(asked, FOUR, incumbent=plan, pool=[], budget=halted) == plan

    def test_says_that_its_child_was_killed(self) -> None:
        asked = problem(vehicle(), *FOUR)
        plan = resolved(asked, [["at 9", "at 1"]])

        def kill() -> bool:
            for child in errands("combine"):
                os.kill(child, signal.SIGKILL)
            return False

        with pytest.raises(CannotRecombine, match="ended with -9"):
            recombine(asked, FOUR, incumbent=plan, pool=[], budget=Budget(Limit(seconds=60), kill))

    def test_considers_so_many_routes(self) -> None:
        stops = [stop(place % 10, str(place)) for place in range(MOST_COLUMNS // 10)]
        asked = problem(*(vehicle(str(number), shift_end_s=10**6) for number in range(3)), *stops)
        names = [one.id for one in stops]
        pool: list[Named] = [[names[cut:], names[:cut], names[cut : 2 * cut]] for cut in range(1, 1000)]

        assert len(_recombined(asked, [names, [], []], pool)) == 3


def _recombined(asked: Problem, incumbent: Named, pool: list[Named]) -> Named:
    found = recombine(
        asked,
        asked.stops,
        incumbent=resolved(asked, incumbent),
        pool=[route for names in pool for route in routes_in(resolved(asked, names))],
        budget=Budget(Limit(iterations=1), lambda: False),
    )
    return named(found)
