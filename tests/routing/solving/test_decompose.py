import random
from dataclasses import replace

import numpy as np
import pytest

from bench.planning import day
from routing.solving.assemble import left_out, rank, sequence_cost
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit
from routing.solving.problem import UNREACHABLE, Profile, Sequences
from routing.solving.processes.named import named, resolved
from routing.solving.searching.asked import Asked
from routing.solving.searching.budget import Budget
from routing.solving.searching.decompose import Decomposition
from routing.solving.searching.map import points
from routing.solving.searching.parts import cut_out
from routing.solving.steps import stops_of
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.test_portfolio import without_breaks

DAY = without_breaks(day(stops=60, vehicles=8, seed=7))
TOWN = replace(DAY, stops=tuple(replace(one, windows=one.windows[:1]) for one in DAY.stops))
PLAN = construct(TOWN, TOWN.stops, seed=1)


class TestPoints:
    def test_lie_as_far_apart_as_the_ways_are_long(self) -> None:
        true = np.random.default_rng(1).random((40, 2)) * 4000
        apart = np.hypot(*(true[:, None] - true[None]).transpose(2, 0, 1))
        profile = Profile(duration_s=apart.astype(np.int32), distance_m=apart.astype(np.int32))

        found = points(profile, np.arange(40))

        again = np.hypot(*(found[:, None] - found[None]).transpose(2, 0, 1))
        assert np.abs(again - apart).max() < 10

    def test_are_found_for_one_place_and_for_islands(self) -> None:
        lonely = np.full((3, 3), UNREACHABLE, dtype=np.int32)
        np.fill_diagonal(lonely, 0)
        profile = Profile(duration_s=lonely, distance_m=lonely)

        assert points(profile, np.arange(1)).shape == (1, 2)
        assert np.isfinite(points(profile, np.arange(3))).all()


class TestShares:
    @pytest.mark.parametrize("by_angle", [True, False])
    def test_have_every_vehicle_and_every_stop_once(self, by_angle: bool) -> None:
        plan: Sequences = [*PLAN[:-1], PLAN[-1][:-3]]

        shares = Decomposition(TOWN, TOWN.stops).shares(plan, parts=3, chance=random.Random(1), by_angle=by_angle)

        assert sorted(number for share in shares for number in share.vehicles) == list(range(8))
        assert sorted(one.id for share in shares for one in share.stops) == sorted(one.id for one in TOWN.stops)

    def test_have_the_stops_of_their_vehicles(self) -> None:
        shares = Decomposition(TOWN, TOWN.stops).shares(PLAN, parts=2, chance=random.Random(1), by_angle=True)

        assert len(shares) == 2
        for share in shares:
            served = {one.id for number in share.vehicles for one in stops_of(PLAN[number])}
            assert served <= {one.id for one in share.stops}

    def test_are_about_as_large(self) -> None:
        shares = Decomposition(TOWN, TOWN.stops).shares(PLAN, parts=2, chance=random.Random(1), by_angle=True)

        assert max(len(share.stops) for share in shares) <= 45

    def test_lie_side_by_side(self) -> None:
        asked = problem(*(vehicle(str(number)) for number in range(4)), *(stop(place) for place in (1, 2, 8, 9)))
        plan = resolved(asked, [["at 1"], ["at 8"], ["at 2"], ["at 9"]])

        shares = Decomposition(asked, asked.stops).shares(plan, parts=2, chance=random.Random(3), by_angle=False)

        assert sorted(sorted(one.id for one in share.stops) for share in shares) == [["at 1", "at 2"], ["at 8", "at 9"]]

    def test_keep_the_ways_of_one_delivery_together(self) -> None:
        asked = problem(
            *(vehicle(str(number)) for number in range(4)),
            *(stop(place) for place in (1, 2, 8)),
            stop(3, choice="x"),
            stop(9, choice="x"),
            stop(5, "pickup"),
            stop(9, "delivery", pickup="pickup"),
        )
        plan = resolved(asked, [["at 1"], ["at 8"], ["at 2"], ["at 9"]])

        shares = Decomposition(asked, asked.stops).shares(plan, parts=4, chance=random.Random(3), by_angle=True)

        together = [{one.id for one in share.stops} for share in shares]
        assert any({"at 3", "at 9"} <= ids for ids in together)
        assert any({"pickup", "delivery"} <= ids for ids in together)


class TestCutOut:
    def test_is_a_problem_in_which_the_same_routes_cost_the_same(self) -> None:
        numbers = [1, 4, 6]
        part = cut_out(TOWN, numbers, [one for number in numbers for one in stops_of(PLAN[number])])
        plan = resolved(part, named([PLAN[number] for number in numbers]))

        assert part.places < TOWN.places
        whole = sum(sequence_cost(TOWN, TOWN.vehicles[number], PLAN[number]) for number in numbers)
        assert rank(part, plan) == (0, whole)

    def test_names_none_of_the_vehicles_that_are_not_in_it(self) -> None:
        one = stop(
            1,
            allowed_vehicles=frozenset({"a", "b"}),
            refused_vehicles=frozenset({"b", "c"}),
            vehicle_costs=(("a", 5), ("b", 7)),
        )
        asked = problem(vehicle(), vehicle("b"), vehicle("c"), one)

        (found,) = cut_out(asked, [0, 2], [one]).stops

        assert (found.allowed_vehicles, found.refused_vehicles) == (frozenset({"a"}), frozenset({"c"}))
        assert found.vehicle_costs == (("a", 5),)


class TestSearchInParts:
    def test_serves_all_and_is_the_same_each_time(self) -> None:
        from routing.solving.searching.epochs import cool_in_parts, in_threads

        def found() -> Sequences:
            return cool_in_parts(
                Asked(
                    problem=TOWN,
                    stops=TOWN.stops,
                    start=None,
                    seed=4,
                    budget=Budget(Limit(iterations=6000), lambda: False),
                    hear=lambda plan, share: None,
                ),
                until=0.9,
                lanes=2,
                most_routes=10,
                solve_parts=in_threads(2, lambda: False),
                hear=lambda plan, share: told.append(rank(TOWN, plan)),
                halted=lambda: False,
            ).best

        told: list[tuple[int, int]] = []
        best = found()

        assert left_out(TOWN, best) == []
        assert rank(TOWN, best) < rank(TOWN, PLAN)
        assert rank(TOWN, best) == min(told)
        assert found() == best


class TestServeWhatIsLeft:
    def test_finds_room_in_the_whole(self) -> None:
        from routing.solving.searching.cooling import Cooled
        from routing.solving.searching.leftover import serve_what_is_left

        number = max(range(len(PLAN)), key=lambda at: len(PLAN[at]))
        robbed = [steps[2:] if at == number else steps for at, steps in enumerate(PLAN)]
        asked = Asked(
            problem=TOWN,
            stops=TOWN.stops,
            start=None,
            seed=4,
            budget=Budget(Limit(iterations=2000), lambda: False),
            hear=lambda plan, share: None,
        )

        found = serve_what_is_left(
            asked,
            Cooled(robbed, robbed, rank(TOWN, robbed), []),
            until=1,
            hear=lambda plan, share: None,
            halted=lambda: False,
        )

        assert len(left_out(TOWN, robbed)) == 2
        assert left_out(TOWN, found.best) == []
        assert found.rank == rank(TOWN, found.best)
