from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bench.planning import day
from routing import sealing
from routing.sealing import Forged, opened, sealed
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit
from routing.solving.process import run
from routing.solving.processes.named import named, resolved
from routing.solving.searching.asked import Elsewhere
from routing.solving.searching.cooling import Stretch
from routing.solving.searching.parts import Part, PartAnswer, cut_out, solve_part, unchanged
from routing.solving.searching.portfolio import is_solved_in_parts
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.test_portfolio import without_breaks

SMALL = problem(vehicle(), stop(3), stop(1), stop(2))
PART = Part(
    problem=SMALL,
    start=[["at 3", "at 1", "at 2"]],
    stretch=Stretch(),
    limit=Limit(iterations=200),
    seed=1,
    most_routes=5,
)
DAY = without_breaks(day(stops=810, vehicles=40, seed=1))
LARGE = replace(DAY, stops=tuple(replace(one, windows=()) for one in DAY.stops))
FEW = Limit(iterations=300)


@pytest.fixture(autouse=True)
def key() -> Iterator[None]:
    sealing.KEY.plug(b"k" * 32)
    yield
    sealing.KEY.plug(b"k" * 32)


class TestLetter:
    def test_brings_a_part_and_its_answer(self) -> None:
        part = opened(sealed(PART))

        assert opened(sealed(solve_part(part))).best == solve_part(PART).best

    @pytest.mark.parametrize("letter", ["", "?", "0" * 400])
    def test_is_refused_when_it_is_none(self, letter: str) -> None:
        with pytest.raises(Forged):
            opened(letter)

    def test_is_refused_from_another_installation(self) -> None:
        letter = sealed(PART)
        sealing.KEY.plug(b"x" * 32)

        with pytest.raises(Forged):
            opened(letter)


class TestSolvePart:
    def test_betters_the_part(self) -> None:
        from routing.tasks import solve_part as task

        answer = opened(task.apply(kwargs={"letter": sealed(PART)}).get())

        assert answer.rank == (0, 600)
        assert unchanged(PART).rank == (0, 800)

    def test_fails_on_a_letter_of_nobody(self) -> None:
        from routing.tasks import solve_part as task

        with pytest.raises(Forged):
            task.apply(kwargs={"letter": "0" * 400}).get()


class TestElsewhere:
    def test_solves_parts_of_a_large_problem_until_it_breaks(self) -> None:
        sent: list[Part] = []

        def by_post(parts: list[Part], halted: Callable[[], bool]) -> list[PartAnswer | None]:
            sent.extend(parts)
            if len(sent) > 4:
                raise OSError("the line is dead")
            return [opened(sealed(solve_part(opened(sealed(part)), halted))) for part in parts]

        solution = run(LARGE, limit=FEW, seed=1, elsewhere=Elsewhere(2, by_post))

        assert violations(LARGE, solution) == []
        assert solution.cost.must_left_out == 0
        assert len(sent) == 2 * 12

    def test_is_asked_only_for_large_problems_with_time(self) -> None:
        assert is_solved_in_parts(LARGE, Limit(seconds=60))
        assert not is_solved_in_parts(LARGE, Limit(seconds=10))
        assert not is_solved_in_parts(SMALL, Limit(seconds=60))

    def test_leaves_as_it_was_what_nobody_solved(self) -> None:
        part = Part(
            problem=cut_out(SMALL, [0], SMALL.stops),
            start=PART.start,
            stretch=PART.stretch,
            limit=PART.limit,
            seed=1,
            most_routes=0,
        )

        assert unchanged(part).best == named(resolved(SMALL, PART.start))
