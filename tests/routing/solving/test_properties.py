from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.solving.assemble import rank
from routing.solving.checking.checker import violations
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.insertion import construct
from routing.solving.inserting.locks import locked_start
from routing.solving.inserting.reasons import unfit
from routing.solving.inserting.units import unit_by_stop
from routing.solving.limit import Limit
from routing.solving.price import untimely
from routing.solving.problem import Problem, Step, Vehicle
from routing.solving.solution import Reason, Route
from routing.solving.solve import solve
from routing.solving.steps import stops_of
from routing.solving.timing.retime import check_route, retime
from tests.routing.solving.any_problem import problems
from tests.routing.solving.examples import examples
from tests.routing.solving.second_by_second import cheapest

FEW = Limit(iterations=8)
BY_THE_CLOCK = {Reason.SHIFT_TIME, Reason.TIME_WINDOW, Reason.BREAK, Reason.MAX_DURATION, Reason.REACHABLE}


class TestAnyProblem:
    @examples(100)
    @given(asked=problems())
    def test_is_solved_without_a_violation(self, asked: Problem) -> None:
        solution = solve(asked, limit=FEW, seed=1)

        assert violations(asked, solution) == []
        hopeless = {one.stop_id for one in unfit(asked)}
        hopeful = [stop for stop in asked.stops if stop.id not in hopeless]
        assert solution.rank <= rank(asked, construct(asked, hopeful, seed=1))

    @examples(20)
    @given(asked=problems())
    def test_leaves_out_for_a_reason_that_holds(self, asked: Problem) -> None:
        solution = solve(asked, limit=FEW, seed=1)

        for left in solution.unassigned:
            unit = unit_by_stop(asked)[left.stop_id]
            fits_alone = any(
                isinstance(_found(asked, vehicle, [*locked_start(asked, vehicle), *way]), Route)
                for vehicle in asked.vehicles
                for way in unit.ways
            )
            if left.reason == Reason.COSTS_MORE:
                assert unit.penalty is not None
            else:
                assert fits_alone == (left.reason == Reason.NO_ROOM)

    @examples(20)
    @given(asked=problems(), seed=st.integers(0, 3))
    def test_has_one_plan_for_a_seed(self, asked: Problem, seed: int) -> None:
        assert solve(asked, limit=FEW, seed=seed) == solve(asked, limit=FEW, seed=seed)


class TestRetime:
    @examples(80)
    @given(asked=problems(horizon_s=32), data=st.data())
    def test_agrees_with_trying_every_second(self, asked: Problem, data: st.DataObject) -> None:
        asked = _by_the_clock_alone(asked, max_duration_s=data.draw(st.none() | st.integers(4, 20)))
        vehicle = data.draw(st.sampled_from(asked.vehicles))
        steps: list[Step] = list(data.draw(st.permutations(asked.stops)))[:4]
        if vehicle.reload is not None and len(steps) > 1:
            steps.insert(data.draw(st.integers(1, len(steps) - 1)), vehicle.reload)
        seconds = range(vehicle.shift_start_s, vehicle.shift_end_s + 1)
        worths = {second: cheapest(asked, vehicle, tuple(steps), departure_s=second) for second in seconds}
        possible = [(*worth, -second) for second, worth in worths.items() if worth is not None]
        found = _found(asked, vehicle, steps)

        if isinstance(found, Route):
            cost = vehicle.cost_per_s * found.duration_s + untimely(found, stops_of(steps))
            assert (cost, found.end_s, -found.departure_s) == min(possible)
            check_route(asked, vehicle, steps)
        else:
            assert found.reason not in BY_THE_CLOCK or not possible
            with pytest.raises(DoesNotFit):
                check_route(asked, vehicle, steps)


def _by_the_clock_alone(asked: Problem, *, max_duration_s: int | None) -> Problem:
    """Without the rules that have nothing to do with times, and with fewer windows."""
    return replace(
        asked,
        vehicles=tuple(
            replace(
                one,
                locked=(),
                max_stops=None,
                max_distance_m=None,
                skills=frozenset(),
                max_duration_s=max_duration_s,
                reload=None if one.reload is None else replace(one.reload, most=1),
            )
            for one in asked.vehicles
        ),
        stops=tuple(
            replace(
                one,
                pickup=None,
                choice=None,
                demands=tuple(0 for _ in one.demands),
                collects=(),
                skills=frozenset(),
                windows=one.windows[1:],
                allowed_vehicles=None,
                refused_vehicles=frozenset(),
            )
            for one in asked.stops
        ),
    )


def _found(asked: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Route | DoesNotFit:
    try:
        return retime(asked, vehicle, steps)
    except DoesNotFit as refusal:
        return refusal
