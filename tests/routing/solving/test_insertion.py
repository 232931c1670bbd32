from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.planning import day
from routing.solving.assemble import left_out
from routing.solving.inserting.fits import DoesNotFit
from routing.solving.inserting.insertion import construct, insert_all
from routing.solving.inserting.repair import repair
from routing.solving.inserting.rounds import Rounds
from routing.solving.inserting.units import units_of
from routing.solving.problem import Problem, Reload, Step, Stop, Vehicle
from routing.solving.steps import stops_of
from routing.solving.timing.retime import check_route
from tests.routing.solving.any_problem import problems
from tests.routing.solving.examples import examples
from tests.routing.solving.instances import problem, stop, vehicle


class TestPlacements:
    @examples(40)
    @given(asked=problems(), seed=st.integers(0, 9))
    def test_miss_nothing_that_can_be_driven(self, asked: Problem, seed: int) -> None:
        half = construct(asked, asked.stops[::2], seed=seed)
        served = {one.id for steps in half for one in stops_of(steps)}
        rounds = Rounds(asked, half)

        for unit in units_of(asked):
            if served & {one.id for one in unit.stops}:
                continue
            found = [(placement.vehicle, placement.steps) for placement in rounds.placements(unit)]
            for number, (driver, steps) in enumerate(zip(asked.vehicles, half, strict=True)):
                for way in unit.ways:
                    for after in _everywhere(driver, steps, way):
                        assert (number, after) in found or not _drivable(asked, driver, after)

    def test_keep_what_fits_to_the_second_and_the_metre(self) -> None:
        """Out to 1 for 100 s, at 2 in its last second, home in the last second of the shift."""
        driver = vehicle(shift_end_s=500, max_distance_m=4000)
        asked = problem(driver, stop(2, windows=((200, 301),)), stop(1, service_s=100, windows=((0, 101),)))
        first, second = asked.stops

        found = [placement.steps for placement in Rounds(asked, [[first]]).placements(units_of(asked)[1])]

        assert found == [[second, first]]

    def test_begin_with_the_shortest_way_round(self) -> None:
        asked = problem(vehicle(), stop(2), stop(5), stop(4))
        rounds = Rounds(asked, [[asked.stops[0], asked.stops[1]]])

        best = next(rounds.placements(units_of(asked)[2]))

        assert [one.id for one in stops_of(best.steps)] == ["at 2", "at 4", "at 5"]


class TestConstruct:
    @examples(25)
    @given(asked=problems(), seed=st.integers(0, 3))
    def test_leaves_nothing_out_that_fits(self, asked: Problem, seed: int) -> None:
        sequences = construct(asked, asked.stops, seed=seed)
        before = [list(steps) for steps in sequences]

        must = [one for one in left_out(asked, sequences) if one.penalty is None]
        insert_all(asked, sequences, must)

        assert sequences == before

    def test_brings_what_locked_pickups_ask_for_in_the_order_that_fits(self) -> None:
        asked = problem(
            vehicle(locked=("near shop", "far shop")),
            stop(1, "near shop"),
            stop(2, "far shop"),
            stop(3, "late", service_s=10, pickup="near shop"),
            stop(4, "early", pickup="far shop", windows=((400, 401),)),
        )

        (steps,) = construct(asked, asked.stops, seed=1)

        assert [one.id for one in stops_of(steps)] == ["near shop", "far shop", "early", "late"]

    def test_serves_hundreds_of_stops(self) -> None:
        asked = day(stops=300, vehicles=14, seed=1)

        assert left_out(asked, construct(asked, asked.stops, seed=1)) == []


class TestRepair:
    @examples(25)
    @given(asked=problems(), seed=st.integers(0, 3))
    def test_makes_anything_drivable(self, asked: Problem, seed: int) -> None:
        """Routes of a problem without locks, pairs, choices and loads, mended for the one that has them."""
        lax = replace(
            asked,
            vehicles=tuple(replace(one, locked=()) for one in asked.vehicles),
            stops=tuple(
                replace(one, pickup=None, choice=None, demands=tuple(0 for _ in one.demands)) for one in asked.stops
            ),
        )
        own = {one.id: one for one in asked.stops}
        routes = construct(lax, lax.stops, seed=seed)
        wrong = [[step if isinstance(step, Reload) else own[step.id] for step in steps] for steps in routes]

        mended = repair(asked, wrong)

        for driver, steps in zip(asked.vehicles, mended, strict=True):
            assert _drivable(asked, driver, steps) if steps else not driver.locked
        ids = [one.id for steps in mended for one in stops_of(steps)]
        assert len(set(ids)) == len(ids)
        choices = [one.choice for steps in mended for one in stops_of(steps) if one.choice is not None]
        assert len(set(choices)) == len(choices)

    def test_leaves_to_each_what_it_is_locked_to(self) -> None:
        """The first drives to the other place of a choice that the second is locked to."""
        asked = problem(
            vehicle(), vehicle("b", locked=("box",)), stop(1, "home", choice="c"), stop(2, "box", choice="c"), stop(3)
        )
        home, box, other = asked.stops

        assert repair(asked, [[home, other], []]) == [[other], [box]]

    @examples(25)
    @given(asked=problems(), seed=st.integers(0, 3))
    def test_leaves_a_plan_that_can_be_driven_as_it_is(self, asked: Problem, seed: int) -> None:
        sequences = construct(asked, asked.stops, seed=seed)

        assert repair(asked, sequences) == sequences


def _everywhere(driver: Vehicle, steps: list[Step], way: Sequence[Stop]) -> Iterator[list[Step]]:
    """The way at all positions, with and without a reload beside it."""
    for index in range(len(driver.locked), len(steps) + 1):
        before, after = steps[:index], steps[index:]
        yield [*before, *way, *after]
        if driver.reload is not None:
            yield [*before, driver.reload, *way, *after]
            yield [*before, *way, driver.reload, *after]
        for further in range(1, len(after) + 1) if len(way) == 2 else ():
            yield [*before, way[0], *after[:further], way[1], *after[further:]]


def _drivable(asked: Problem, driver: Vehicle, steps: Sequence[Step]) -> bool:
    try:
        check_route(asked, driver, steps)
    except DoesNotFit:
        return False
    return True
