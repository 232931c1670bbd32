"""From runs to a table: medians, ratios, promises, and a file that survives an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.routing.children import solve_apart
from bench.routing.comparing import NONE, median, rows
from bench.routing.limits import judged
from bench.routing.lines import Ledger, Line
from bench.routing.made_up import made_up
from bench.routing.table import table
from bench.routing.trial import run


def line(solver: str, cost: float | None, **facts: Any) -> Line:
    told = {"set": "ortec", "instance": "n212", "stops": 212, "seed": 1, "seconds": 30, "vehicles": 10, "used_s": 30}
    told |= facts
    return Line(
        solver=solver,
        cost=cost,
        faults=(),
        wall_s=30,
        cpu_s=30,
        peak_mb=1,
        load_before=0,
        version="1",
        **(told if cost is not None else told | {"vehicles": None}),
    )


class TestLine:
    def test_overruns_when_it_takes_longer_than_it_was_given(self) -> None:
        assert not line("doorstep", 97, seconds=30, used_s=32).overran
        assert line("doorstep", 97, seconds=30, used_s=33).overran


class TestRows:
    def test_take_the_middle_of_the_seeds(self) -> None:
        (row,) = rows([line("doorstep", cost, seed=seed) for seed, cost in enumerate((90, 100, 80))])
        assert row.scores == {"doorstep": (0, 90)}

    def test_count_vehicles_first_where_they_come_first(self) -> None:
        runs = [(9, 120.0), (10, 80.0), (9, 130.0)]
        (row,) = rows(
            [
                line("doorstep", cost, seed=seed, vehicles=fleet, vehicles_first=True)
                for seed, (fleet, cost) in enumerate(runs)
            ]
        )
        assert row.scores == {"doorstep": (9, 130)}

    def test_keep_time_limits_apart(self) -> None:
        assert len(rows([line("doorstep", 90), line("doorstep", 80, seconds=120)])) == 2

    def test_have_no_ratio_to_a_peer_without_an_answer(self) -> None:
        (row,) = rows([line("doorstep", 90), line("pyvrp", None), line("vroom", 100)])
        assert row.ratio("doorstep", "pyvrp") is None
        assert row.ratio("doorstep", "vroom") == pytest.approx(0.9)

    def test_have_no_ratio_where_the_fleets_differ(self) -> None:
        (row,) = rows(
            [
                line("doorstep", 100, vehicles=9, vehicles_first=True),
                line("pyvrp", 90, vehicles=10, vehicles_first=True),
            ]
        )
        assert row.ratio("doorstep", "pyvrp") is None
        assert row.more_vehicles("doorstep", "pyvrp") == -1
        assert "-1 vehicles" in table([row], not_run=[])
        assert "vehicles and distance in all: doorstep 9/100, pyvrp 10/90" in table([row], not_run=[])

    def test_say_how_far_the_best_known_is(self) -> None:
        (row,) = rows([line("doorstep", 101, best_cost=100)])
        assert row.gap("doorstep") == pytest.approx(0.01)


class TestMedian:
    def test_is_the_worse_of_two(self) -> None:
        assert median([(0, 80), NONE]) == NONE


class TestJudged:
    def found(self, *lines: Line) -> dict[str, tuple[float | None, bool]]:
        return {one.bound.words: (one.found, one.kept) for one in judged(rows(lines))}

    def test_keeps_a_promise_by_the_mean(self) -> None:
        found = self.found(
            line("doorstep", 97),
            line("pyvrp", 100),
            line("doorstep", 99, instance="n9"),
            line("pyvrp", 100, instance="n9"),
        )
        assert found["mean / PyVRP (2)"] == (pytest.approx(0.98), True)
        assert found["worst / PyVRP (2)"] == (pytest.approx(0.99), True)

    def test_breaks_one_by_the_worst_instance(self) -> None:
        found = self.found(
            line("doorstep", 90),
            line("pyvrp", 100),
            line("doorstep", 101, instance="n9"),
            line("pyvrp", 100, instance="n9"),
        )
        assert found["worst / PyVRP (2)"] == (pytest.approx(1.01), False)

    def test_does_not_keep_what_was_not_run(self) -> None:
        assert self.found(line("doorstep", 90), line("pyvrp", 100))["mean / VROOM"] == (None, False)

    def test_does_not_keep_what_has_no_answer(self) -> None:
        found = self.found(line("doorstep", None), line("pyvrp", 100))
        assert found["mean / PyVRP (2)"] == (None, False)
        assert found["without a sound answer"] == (1, False)

    def test_is_silent_about_another_time_limit(self) -> None:
        assert self.found(line("doorstep", 90, seconds=5), line("pyvrp", 100, seconds=5)) == {}


class TestTable:
    def test_says_yes_and_no_beside_the_promises(self) -> None:
        told = table(rows([line("doorstep", 97, best_cost=96), line("pyvrp", 100)]), not_run=["vrp-cli: no wheel"])
        assert (
            "n212                           212           97          100       0.9700           96       +1.04%"
            in told
        )
        assert any(
            row.startswith("ortec at 30 s: mean / PyVRP (2)") and row.endswith("yes") for row in told.splitlines()
        )
        assert any(row.startswith("ortec at 30 s: mean / VROOM") and row.endswith("NO") for row in told.splitlines())
        assert told.endswith("not run: vrp-cli: no wheel")


class TestLedger:
    def test_reads_what_it_wrote_and_lets_the_later_count(self, tmp_path: Path) -> None:
        written = Ledger(tmp_path / "runs.json")
        written.add(line("doorstep", 97))
        written.add(line("doorstep", 96))
        written.add(line("doorstep", 10, set="other"))
        read = Ledger(tmp_path / "runs.json")
        assert read.lines(sets=["ortec"]) == [line("doorstep", 96)]
        assert line("doorstep", 1).key in read

    def test_leaves_out_a_line_that_was_cut_off(self, tmp_path: Path) -> None:
        path = tmp_path / "runs.json"
        Ledger(path).add(line("doorstep", 97))
        path.write_text(path.read_text() + '{"set": "ort')
        read = Ledger(path)
        read.add(line("pyvrp", 100))
        assert Ledger(path).lines(sets=["ortec"]) == [line("doorstep", 97), line("pyvrp", 100)]


class TestRun:
    def test_gives_a_judged_answer_of_two_processes(self) -> None:
        told = run(made_up(stops=6, seed=1), "pyvrp", seed=1, seconds=0.1)
        assert told.faults == ()
        assert told.cost is not None
        assert told.cpu_s > 0

    def test_tells_how_a_child_died(self) -> None:
        (ended,) = solve_apart("nobody", None, [{}], seconds=5)
        assert ended.answer is None
        assert "No module named 'bench.routing.solvers.with_nobody'" in ended.fault
