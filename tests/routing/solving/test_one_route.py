"""One driver's own order: always an answer, never worse than the order that is driven now."""

import random

import pytest

from routing.solving.assemble import assemble
from routing.solving.checking.checker import violations
from routing.solving.problem import UNREACHABLE, Problem, SoftWindow, Stop
from routing.solving.replanning.one_route import NotDriveable, one_route
from tests.routing.solving.instances import problem, stop, vehicle


def round_(stops: int, *, seed: int) -> tuple[Problem, list[Stop]]:
    """So many stops on the line, each promised for when the straight way there and on would reach it, out of order."""
    made = random.Random(seed)
    places = [1 + made.randrange(9) for _ in range(stops)]
    soft = [SoftWindow(start_s=0, end_s=100 * place + 400, late_cost_per_h=7200) for place in places]
    parts = [stop(place, str(n), service_s=20, soft_window=soft[n]) for n, place in enumerate(places)]
    return problem(vehicle(), *parts), parts


def tight(stops: int, *, seed: int) -> tuple[Problem, list[Stop]]:
    """Stops on the line, in an order in which each is reached ten minutes before its window ends."""
    made, now_s, here, found = random.Random(seed), 0, 0, []
    for number in range(stops):
        place = 1 + made.randrange(9)
        now_s += 100 * abs(place - here)
        found.append(stop(place, str(number), service_s=20, windows=((max(0, now_s - 600), now_s + 600),)))
        now_s, here = now_s + 20, place
    return problem(vehicle(shift_end_s=now_s + 1000), *found), found


def names(steps: list) -> list[str]:  # type: ignore[type-arg]
    return [step.id for step in steps]


@pytest.fixture(params=["plain", "compiled"])
def compiled(request: pytest.FixtureRequest) -> bool:
    """The two ways to search: before the compiled one is loaded, and after."""
    return bool(request.param == "compiled")


class TestAnOrder:
    def test_is_the_shorter_one(self, compiled: bool) -> None:
        asked = problem(vehicle(), stop(1), stop(3), stop(2), stop(4))

        found = one_route(asked, asked.stops, compiled=compiled)

        assert (found.cost_before, found.cost_after) == (1000, 800)
        assert found.before.duration_s - found.after.duration_s == 200

    def test_lets_only_those_be_late_who_must(self, compiled: bool) -> None:
        asked = problem(
            vehicle(), stop(1, windows=((0, 50),)), stop(2, windows=((200, 260),)), stop(3, windows=((300, 360),))
        )

        found = one_route(asked, asked.stops[::-1], compiled=compiled)

        assert names(found.steps) == ["at 1", "at 2", "at 3"]
        assert [visit.start_s for visit in found.after.visits] == [100, 200, 300]

    def test_of_many_with_tight_windows_is_on_time(self) -> None:
        asked, hidden = tight(60, seed=5)

        found = one_route(asked, sorted(hidden, key=lambda one: one.place), iterations=3000, compiled=True)

        begins = {visit.stop_id: visit.start_s for visit in found.after.visits}
        assert [one.id for one in asked.stops if begins[one.id] >= one.windows[0][1]] == []

    def test_keeps_the_locked_first(self, compiled: bool) -> None:
        asked = problem(vehicle(locked=("at 4",)), stop(4), stop(2), stop(1), stop(3))

        assert names(one_route(asked, asked.stops, compiled=compiled).steps)[0] == "at 4"

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_is_never_worse_and_holds_every_stop_once(self, compiled: bool, seed: int) -> None:
        asked, start = round_(12, seed=seed)

        found = one_route(asked, start, compiled=compiled)

        assert found.cost_after <= found.cost_before
        assert sorted(names(found.steps)) == sorted(names(start))
        solution = assemble(found.problem, [found.steps], unassigned=(), found_by="one route")
        assert violations(found.problem, solution) == []

    def test_is_there_when_every_window_and_the_shift_are_over(self, compiled: bool) -> None:
        over = vehicle(shift_start_s=5000, shift_end_s=5100)
        asked = problem(over, stop(1, windows=((0, 900),)), stop(3, windows=((0, 800),)), stop(2))

        found = one_route(asked, asked.stops, compiled=compiled)

        assert len(found.steps) == 3
        assert found.after.end_s > 5100

    def test_of_one_stop_is_that_stop(self, compiled: bool) -> None:
        asked = problem(vehicle(), stop(1))

        assert names(one_route(asked, asked.stops, compiled=compiled).steps) == ["at 1"]


class TestARoundThatCannotBeDriven:
    def test_says_so(self) -> None:
        asked = problem(vehicle(), stop(1), stop(2))
        asked.profiles["bicycle"].duration_s[1, 2] = asked.profiles["bicycle"].duration_s[2, 1] = UNREACHABLE

        with pytest.raises(NotDriveable, match="REACHABLE"):
            one_route(asked, asked.stops)


class TestTheSameAsked:
    def test_by_iterations_gets_the_same(self) -> None:
        asked, start = round_(15, seed=5)
        found = [one_route(asked, start, iterations=400, seed=7, compiled=True) for _ in range(2)]

        assert names(found[0].steps) == names(found[1].steps)
