import pytest

from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.with_ortools.search import search
from tests.routing.solving.ortools.rules import RELOAD, RULES

FEW = Limit(iterations=60)


def found(asked: Problem, *, start: Sequences | None = None) -> list[list[str]] | None:
    best = search(asked, asked.stops, start=start, limit=FEW, seed=1, on_better=lambda *_: None)
    return None if best is None else ids(best)


def ids(sequences: Sequences) -> list[list[str]]:
    return [[step.id if isinstance(step, Stop) else RELOAD for step in sequence] for sequence in sequences]


class TestSearch:
    @pytest.mark.parametrize("name", RULES)
    def test_finds_the_best_plan_alone(self, name: str) -> None:
        rule = RULES[name]

        assert found(rule.problem) == rule.best
