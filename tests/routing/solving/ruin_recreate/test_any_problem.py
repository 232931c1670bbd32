"""The search's arithmetic against the exact one, on random small problems with every rule."""

from hypothesis import assume, given, settings

from routing.solving.assemble import assemble, left_out, rank
from routing.solving.checking.checker import violations
from routing.solving.problem import Measure, Problem
from routing.solving.ruin_recreate import RuinRecreate
from routing.solving.solution import Reason, Unassigned
from tests.routing.solving.any_problem import problems
from tests.routing.solving.enumeration import best_plan
from tests.routing.solving.examples import examples


def search(asked: Problem, *, iterations: int) -> RuinRecreate:
    found = RuinRecreate(asked, asked.stops, seed=1)
    found.run(iterations, hot=3, cold=0.05)
    return found


def is_balanced_by_time(asked: Problem) -> bool:
    by_time = asked.balance is not None and asked.balance.measure is Measure.TIME
    return by_time and any(not vehicle.cost_per_s for vehicle in asked.vehicles)


class TestAnyProblem:
    @examples(150)
    @given(asked=problems())
    def test_is_planned_as_it_can_be_driven_and_for_no_more_than_said(self, asked: Problem) -> None:
        found = search(asked, iterations=300)

        # Where shares of the time are balanced, a vehicle whose time is free is timed as if a second cost one: it may
        # then be untimely by so much rather than last longer, which the walk does not weigh.
        if not (is_balanced_by_time(asked) and any(stop.soft_window for stop in asked.stops)):
            assert rank(asked, found.best) <= found.best_rank
        assert rank(asked, found.current)

    @examples(60)
    @given(asked=problems())
    def test_breaks_no_rule(self, asked: Problem) -> None:
        found = search(asked, iterations=200)

        left = [Unassigned(stop_id=stop.id, reason=Reason.NO_ROOM, detail="") for stop in left_out(asked, found.best)]
        assert violations(asked, assemble(asked, found.best, unassigned=left, found_by="test")) == []

    # The same problems each time: a search may miss the best of some problem, and no day is to depend on meeting it.
    @settings(examples(30), derandomize=True, database=None)
    @given(asked=problems())
    def test_is_solved_as_by_trying_everything(self, asked: Problem) -> None:
        assume(0 < len(asked.stops) <= 4)
        # It serves as early as it can: what waiting for a soft window is worth, only exact times know.
        assume(not any(stop.soft_window is not None and stop.soft_window.early_cost_per_h for stop in asked.stops))

        assert rank(asked, search(asked, iterations=2000).best) == rank(asked, best_plan(asked))

    @examples(40)
    @given(asked=problems())
    def test_is_taken_up_where_it_was_left(self, asked: Problem) -> None:
        first = search(asked, iterations=300)

        again = RuinRecreate(asked, asked.stops, seed=2, start=first.best)

        assert again.best_rank <= first.best_rank
