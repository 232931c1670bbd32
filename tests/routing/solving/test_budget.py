from dataclasses import replace

from routing.solving.limit import Limit, after_search_s
from routing.solving.problem import SoftWindow
from routing.solving.searching.budget import Budget
from tests.routing.solving.instances import problem, stop, vehicle


def never() -> bool:
    return False


class TestBudget:
    def test_shares_out_iterations_by_number(self) -> None:
        budget = Budget(Limit(iterations=1000), never)

        assert budget.part(0, 0.9) == Limit(iterations=900)
        assert budget.part(0.9, 1, every=10) == Limit(iterations=10)

    def test_gives_at_least_one_iteration(self) -> None:
        assert Budget(Limit(iterations=5), never).part(0, 0.5, every=100) == Limit(iterations=1)

    def test_shares_out_what_is_left_of_the_clock(self) -> None:
        seconds = Budget(Limit(seconds=1000), never).part(0.5, 0.9).seconds

        assert seconds is not None
        assert 800 < seconds <= 900

    def test_is_over_when_the_caller_wants_what_there_is(self) -> None:
        assert Budget(Limit(seconds=1000), lambda: True).over()
        assert not Budget(Limit(seconds=1000), never).over()

    def test_is_over_when_the_clock_says_so(self) -> None:
        assert Budget(Limit(seconds=0.000_001), never).over()

    def test_never_ends_by_a_clock_that_is_not_limited(self) -> None:
        budget = Budget(Limit(iterations=1), never)

        assert not budget.over()
        assert budget.used() == 0

    def test_leaves_seconds_at_the_end_of_a_long_limit_only(self) -> None:
        assert Budget(Limit(seconds=100), never).before(3, least=0.9) == 0.97
        assert Budget(Limit(seconds=10), never).before(3, least=0.9) == 0.9
        assert Budget(Limit(iterations=10), never).before(3, least=0.9) == 0.9


class TestLimit:
    def test_leaves_what_something_else_does_not_take(self) -> None:
        assert Limit(seconds=10, iterations=5).less(1.5) == Limit(seconds=8.5, iterations=5)
        assert Limit(iterations=5).less(1.5) == Limit(iterations=5)

    def test_leaves_half_at_least(self) -> None:
        assert Limit(seconds=10).less(9) == Limit(seconds=5)

    def test_leaves_room_for_exact_times_by_the_number_of_stops(self) -> None:
        plain, soft = stop(1), stop(1, soft_window=SoftWindow(start_s=0, end_s=9, late_cost_per_h=1))
        many = [replace(plain, id=str(number)) for number in range(2, 200)]
        assert after_search_s(problem(vehicle(), plain)) < after_search_s(problem(vehicle(), soft))
        assert after_search_s(problem(vehicle(), soft)) < after_search_s(problem(vehicle(), soft, *many))
