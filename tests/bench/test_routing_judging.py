"""The bench's own judge: what it lets pass and what it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.routing.instance import Instance, Objective
from bench.routing.judge import judge

LINE = Instance(
    set="made-up",
    name="line",
    travel=np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0))) * 10,
    windows=((0, 100), (10, 20), (0, 35), (0, 100)),
    service=(0, 5, 5, 5),
    demands=(0, 2, 2, 2),
    capacity=4,
    vehicles=2,
    objective=Objective.DISTANCE,
)


def faults(instance: Instance, *routes: list[int]) -> tuple[str, ...]:
    return judge(instance, routes).faults


class TestJudge:
    def test_adds_up_what_is_driven(self) -> None:
        verdict = judge(LINE, [[1, 2], [], [3]])
        assert (verdict.vehicles, verdict.distance, verdict.faults) == (2, 100, ())

    def test_lets_a_service_begin_as_its_window_ends(self) -> None:
        assert faults(replace(LINE, windows=((0, 100), (10, 10), (25, 25), (0, 100))), [1, 2], [3]) == ()

    def test_waits_for_a_window(self) -> None:
        late_opening = replace(LINE, windows=((0, 100), (20, 30), (0, 34), (0, 100)))
        assert faults(late_opening, [1, 2], [3]) == ("route 0: at 2 by 35.000, its window ends 34.000",)

    def test_sees_a_day_that_ends_too_late(self) -> None:
        assert faults(replace(LINE, windows=((0, 64), *LINE.windows[1:])), [1, 2], [3]) == (
            "route 1: back by 65.000, the day ends 64.000",
        )

    def test_sees_what_is_missed_or_served_twice(self) -> None:
        assert faults(LINE, [1, 2], [2]) == ("node 2 is visited 2 times", "node 3 is visited 0 times")

    def test_sees_a_node_that_does_not_exist(self) -> None:
        assert "there is no node 0 to visit" in faults(LINE, [1, 2], [3, 0])

    def test_sees_too_much_on_board(self) -> None:
        assert faults(replace(LINE, windows=((0, 100),) * 4), [1, 2, 3]) == ("route 0: 6 on board, 4 fit",)

    def test_sees_too_many_vehicles(self) -> None:
        assert faults(LINE, [1], [2], [3]) == ("3 routes, but there are 2 vehicles",)


PAIRS = replace(LINE, windows=((0, 200),) * 4, demands=(0, 4, -4, 0), pairs={1: 2}, vehicles=3)


class TestJudgePairs:
    def test_lets_a_van_be_full_twice(self) -> None:
        twice = replace(PAIRS, demands=(0, 4, -4, 4, -4), pairs={1: 2, 3: 4}, windows=((0, 200),) * 5)
        twice = replace(twice, service=(0,) * 5, travel=np.ones((5, 5)) - np.eye(5))
        assert faults(twice, [1, 2, 3, 4]) == ()
        assert faults(twice, [1, 3, 2, 4]) == ("route 0: 8 on board after node 3, 4 fit",)

    def test_sees_a_delivery_before_its_pickup(self) -> None:
        assert faults(PAIRS, [2, 1, 3]) == ("route 0: 2 before its pickup 1",)

    def test_sees_a_pair_that_is_torn(self) -> None:
        assert faults(PAIRS, [1, 3], [2]) == ("route 0: only one of 1 and 2", "route 1: only one of 1 and 2")
