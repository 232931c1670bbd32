import pytest

from routing.solving.checking.checker import violations
from tests.routing.solving.instances import INSTANCES, RICH
from tests.routing.solving.solvers import SOLVERS

KNOWN = INSTANCES | RICH


@pytest.mark.parametrize("solver", SOLVERS)
class TestKnown:
    @pytest.mark.parametrize("name", KNOWN)
    def test_has_the_best_plan_known_by_hand(self, name: str, solver: str) -> None:
        known = KNOWN[name]

        solution = SOLVERS[solver](known.problem)

        assert violations(known.problem, solution) == []
        assert {one.stop_id: one.reason for one in solution.unassigned} == known.unassigned
        assert solution.cost.total == known.total
