from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.solving.assemble import rank
from routing.solving.checker import violations
from routing.solving.fits import DoesNotFit
from routing.solving.insertion import construct
from routing.solving.limit import Limit
from routing.solving.locks import locked_start
from routing.solving.problem import Problem, Step, Vehicle
from routing.solving.retime import retime
from routing.solving.solution import Reason, Route
from routing.solving.solve import solve
from routing.solving.units import unit_by_stop
from tests.routing.solving.any_problem import problems
from tests.routing.solving.second_by_second import earliest_end

NO_CLOCK = settings(deadline=None, suppress_health_check=list(HealthCheck))
FEW = Limit(iterations=8)
BY_THE_CLOCK = {Reason.SHIFT_TIME, Reason.TIME_WINDOW, Reason.BREAK, Reason.MAX_DURATION, Reason.REACHABLE}


class TestAnyProblem:
    @settings(NO_CLOCK, max_examples=100)
    @given(asked=problems())
    def test_is_solved_without_a_violation(self, asked: Problem) -> None:
        solution = solve(asked, limit=FEW, seed=1)

        assert violations(asked, solution) == []
        assert solution.rank <= rank(asked, construct(asked, asked.stops, seed=1))

    @settings(NO_CLOCK, max_examples=40)
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

    @settings(NO_CLOCK, max_examples=20)
    @given(asked=problems(), seed=st.integers(0, 3))
    def test_has_one_plan_for_a_seed(self, asked: Problem, seed: int) -> None:
        assert solve(asked, limit=FEW, seed=seed) == solve(asked, limit=FEW, seed=seed)


class TestRetime:
    @settings(NO_CLOCK, max_examples=200)
    @given(asked=problems(horizon_s=32), data=st.data())
    def test_agrees_with_trying_every_second(self, asked: Problem, data: st.DataObject) -> None:
        asked = _plain(asked)
        vehicle = data.draw(st.sampled_from(asked.vehicles))
        stops = tuple(data.draw(st.permutations(asked.stops)))[:4]
        ends = {
            second: earliest_end(asked, vehicle, stops, departure_s=second)
            for second in range(vehicle.shift_start_s, vehicle.shift_end_s + 1)
        }
        possible = [
            (end_s - second if vehicle.cost_per_s else 0, end_s, -second)
            for second, end_s in ends.items()
            if end_s is not None and end_s - second <= (vehicle.max_duration_s or 10**6)
        ]
        found = _found(asked, vehicle, stops)

        if isinstance(found, Route):
            duration_s = found.duration_s if vehicle.cost_per_s else 0
            assert (duration_s, found.end_s, -found.departure_s) == min(possible)
        else:
            assert found.reason not in BY_THE_CLOCK or not possible


def _plain(asked: Problem) -> Problem:
    """Without what trying every second does not know."""
    return replace(
        asked,
        profiles={name: replace(profile, hours=()) for name, profile in asked.profiles.items()},
        vehicles=tuple(replace(vehicle, locked=()) for vehicle in asked.vehicles),
        stops=tuple(replace(stop, setup_s=0, soft_window=None, pickup=None, choice=None) for stop in asked.stops),
    )


def _found(asked: Problem, vehicle: Vehicle, stops: Sequence[Step]) -> Route | DoesNotFit:
    try:
        return retime(asked, vehicle, stops)
    except DoesNotFit as refusal:
        return refusal
