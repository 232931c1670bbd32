from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from routing.solving.assemble import assemble, left_out, rank
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit
from routing.solving.problem import Break, Problem, Sequences, SoftWindow
from routing.solving.ruin_recreate import RuinRecreate, search
from routing.solving.solution import Reason, Unassigned
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.ruin_recreate.town import town, two_streets

NOON = Break(earliest_start_s=11 * 1800, latest_start_s=13 * 1800, duration_s=1800)
BY_TIME = {"cost_per_s": 1, "fixed_cost": 500, "max_duration_s": 6 * 3600}


def run(asked: Problem, *, iterations: int = 2000, seed: int = 1, start: Sequences | None = None) -> RuinRecreate:
    found = RuinRecreate(asked, asked.stops, seed=seed, start=start)
    found.run(iterations, hot=3, cold=0.05)
    return found


def ids(sequences: Sequences) -> list[list[str]]:
    return [[step.id for step in sequence] for sequence in sequences]


class TestRuinRecreate:
    @pytest.mark.parametrize("fields", [{}, BY_TIME, {"max_distance_m": 60_000, "max_stops": 14}])
    def test_knows_what_its_plans_cost(self, fields: dict[str, Any]) -> None:
        asked = town(stops=40, vehicles=6, seed=3, fields=fields)

        found = run(asked)

        assert found.best_rank == rank(asked, found.best)

    @pytest.mark.parametrize(
        "fields",
        [
            {"capacities": (16,)},
            {"max_distance_m": 38_000},
            {"max_stops": 8},
            BY_TIME | {"max_duration_s": 2 * 3600},
            BY_TIME | {"max_duration_s": 8 * 3600, "breaks": (NOON,)},
        ],
    )
    def test_exchanges_the_ends_of_routes_by_every_rule(self, fields: dict[str, Any]) -> None:
        asked = town(stops=40, vehicles=8, seed=3, fields=fields)
        found = RuinRecreate(asked, asked.stops, seed=1)

        for _ in range(20):
            found.run(100, hot=3, cold=3)
            left = [
                Unassigned(stop_id=stop.id, reason=Reason.NO_ROOM, detail="") for stop in left_out(asked, found.current)
            ]
            assert violations(asked, assemble(asked, found.current, unassigned=left, found_by="test")) == []

    @pytest.mark.parametrize(("fixed_cost", "exchanged"), [(0, True), (10**7, False)])
    def test_exchanges_ends_too_long_to_be_removed_at_once_unless_vehicles_come_first(
        self, fixed_cost: int, exchanged: bool
    ) -> None:
        asked = two_streets(stops=40, fixed_cost=fixed_cost)
        east, west = asked.stops[:40], asked.stops[40:]
        crossed = [[*east[:20], *west[20:]], [*west[:20], *east[20:]]]

        steps = []
        for seed in range(10):
            found = RuinRecreate(asked, asked.stops, seed=seed, start=crossed)
            steps.append(found.best_rank)
            for _ in range(40):
                found.run(1, hot=0.01, cold=0.01)
                steps.append(found.best_rank)

        assert ((rank(asked, crossed), rank(asked, [[*east], [*west]])) in pairwise(steps)) == exchanged

    def test_opens_no_dearer_route_while_it_only_inserts(self) -> None:
        asked = problem(vehicle("a"), vehicle("b"), stop(1), stop(2))

        for seed in range(80):
            found = RuinRecreate(asked, asked.stops, seed=seed, start=[[asked.stops[1]], []])
            assert sorted(map(len, found.current)) == [0, 2]

    def test_serves_every_stop_where_there_is_room(self) -> None:
        asked = town(stops=60, vehicles=8, seed=1)

        assert sorted(id for sequence in ids(run(asked).best) for id in sequence) == sorted(s.id for s in asked.stops)

    def test_leaves_nothing_out_that_must_be_served_however_untimely(self) -> None:
        asked = town(stops=8, vehicles=2, seed=1, windows=False)
        late = SoftWindow(start_s=7 * 3600, end_s=8 * 3600, early_cost_per_h=10**6)

        found = run(replace(asked, stops=tuple(replace(stop, soft_window=late) for stop in asked.stops)))

        assert found.best_rank[0] == 0

    def test_gets_better(self) -> None:
        asked = town(stops=60, vehicles=8, seed=1)

        assert run(asked, iterations=5000).best_rank < run(asked, iterations=1).best_rank

    def test_begins_with_the_plan_given(self) -> None:
        asked = town(stops=60, vehicles=8, seed=1)
        good = run(asked, iterations=5000)

        again = RuinRecreate(asked, asked.stops, seed=2, start=good.best)

        assert ids(again.current) == ids(good.best)
        assert again.best_rank == good.best_rank

    def test_drops_from_the_plan_given_what_cannot_be_driven(self) -> None:
        asked = town(stops=20, vehicles=2, seed=1)
        everything = [list(asked.stops), []]

        found = RuinRecreate(asked, asked.stops, seed=1, start=everything)

        assert found.best_rank == rank(asked, found.best)

    def test_finds_the_same_beside_another_search(self) -> None:
        asked = town(stops=50, vehicles=6, seed=4)
        alone = [run(asked, seed=seed) for seed in (1, 2)]

        with ThreadPoolExecutor(2) as threads:
            together = list(threads.map(lambda seed: run(asked, seed=seed), (1, 2)))

        assert [ids(one.best) for one in together] == [ids(one.best) for one in alone]
        assert ids(alone[0].best) != ids(alone[1].best)

    def test_stops_when_told(self) -> None:
        asked = town(stops=20, vehicles=3, seed=1)
        found = RuinRecreate(asked, asked.stops, seed=1)

        found.run(10**9, hot=3, cold=0.05, halt=np.ones(1, np.uint8))

        assert found.iterations == 0

    def test_gives_away_the_routes_it_met(self) -> None:
        asked = town(stops=20, vehicles=3, seed=1)
        found = RuinRecreate(asked, asked.stops, seed=1, pooling=True)
        found.run(2000, hot=3, cold=0.05)

        pool = found.routes_pool(2)

        assert [route.steps for route in pool] == [tuple(stops) for stops in reversed(found.current) if stops][:2]


class TestSearch:
    def test_gives_the_same_plan_for_the_same_iterations(self) -> None:
        asked, told = town(stops=40, vehicles=5, seed=2), []
        facts: dict[str, Any] = {"start": None, "limit": Limit(iterations=1700), "seed": 5}

        first = search(
            asked, asked.stops, **facts, on_better=lambda plan, share: told.append((rank(asked, plan), share))
        )

        assert ids(first) == ids(search(asked, asked.stops, **facts, on_better=lambda plan, share: None))
        assert told == sorted(told, key=lambda one: one[1])
        assert told[-1][0] == rank(asked, first) == min(told)[0]

    def test_ends_when_halted(self) -> None:
        asked = town(stops=10, vehicles=2, seed=2)

        found = search(
            asked,
            asked.stops,
            start=None,
            limit=Limit(iterations=10**9),
            seed=1,
            on_better=lambda plan, share: None,
            halted=lambda: True,
        )

        assert found == RuinRecreate(asked, asked.stops, seed=1).best

    def test_answers_where_nothing_is_asked(self) -> None:
        asked = town(stops=0, vehicles=2, seed=2)

        found = search(asked, (), start=None, limit=Limit(iterations=10), seed=1, on_better=lambda plan, share: None)

        assert found == [[], []]


def punctual_town(*, seed: int, **fields: Any) -> Problem:
    """Each of 120 stops has a window of five minutes, and a vehicle costs more than any way."""
    asked = town(stops=120, vehicles=30, seed=seed, fields={"fixed_cost": 1_000_000, "capacities": (900,)} | fields)
    opens = np.random.default_rng(seed).integers(0, 26_000, 120).tolist()
    windowed = zip(asked.stops, opens, strict=True)
    return replace(asked, stops=tuple(replace(stop, windows=((at_s, at_s + 300),)) for stop, at_s in windowed))


def fleet(sequences: Sequences) -> int:
    return sum(map(bool, sequences))


class TestShrink:
    def test_serves_all_with_fewer_vehicles(self) -> None:
        asked = punctual_town(seed=1)
        found = RuinRecreate(asked, asked.stops, seed=1)
        used = fleet(found.best)

        for _ in range(6):
            found.shrink(500)

        assert fleet(found.best) < used
        assert rank(asked, found.best) == found.best_rank
        assert found.best_rank[0] == 0

    def test_moves_pairs_as_a_whole(self) -> None:
        plain = town(stops=60, vehicles=20, seed=2, fields={"fixed_cost": 1_000_000, "capacities": (500,)})
        opens = np.random.default_rng(2).integers(0, 18_000, 30).tolist()
        stops = []
        for one, two, at_s in zip(plain.stops[::2], plain.stops[1::2], opens, strict=True):
            stops.append(replace(one, windows=((at_s, at_s + 1800),), demands=(0,)))
            stops.append(replace(two, windows=((at_s + 1800, at_s + 7200),), pickup=one.id))
        asked = replace(plain, stops=tuple(stops))
        found = RuinRecreate(asked, asked.stops, seed=1)
        used = fleet(found.best)

        for _ in range(6):
            found.shrink(500)

        assert fleet(found.best) < used
        assert rank(asked, found.best) == found.best_rank
        assert found.best_rank[0] == 0

    def test_is_for_fleets_that_count_first(self) -> None:
        few, cheap = punctual_town(seed=1), punctual_town(seed=1, fixed_cost=500)
        assert RuinRecreate(few, few.stops, seed=1).fleet_first
        assert not RuinRecreate(cheap, cheap.stops, seed=1).fleet_first

    def test_comes_first_in_a_cooling_from_hot(self) -> None:
        from routing.solving.searching.cooling import Stretch, cool

        asked = punctual_town(seed=4)
        shrunk, plain = (
            cool(
                asked,
                asked.stops,
                start=None,
                stretch=Stretch(first, 1),
                limit=Limit(iterations=5000),
                seed=1,
                hear=lambda sequences, share: None,
                halted=lambda: False,
                most_routes=0,
            ).best
            for first in (0, 0.01)
        )

        assert fleet(shrunk) < fleet(plain)
