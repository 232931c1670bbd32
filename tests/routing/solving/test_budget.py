from routing.solving.limit import Limit
from routing.solving.searching.budget import Budget


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
