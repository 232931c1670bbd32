"""A walk is quick and may be too careful, but what it promises, exact times keep."""

from hypothesis import given
from hypothesis import strategies as st

from routing.solving.assemble import sequence_cost
from routing.solving.price import balance
from routing.solving.problem import Break, Measure, Problem, SoftWindow, Step
from routing.solving.timing.retime import retime
from routing.solving.timing.walk import IMPOSSIBLE, Walker, alone
from tests.routing.solving.any_problem import problems
from tests.routing.solving.instances import problem, stop, vehicle
from tests.routing.solving.test_properties import examples


class TestAWalk:
    @examples(150)
    @given(asked=problems(), data=st.data())
    def test_never_promises_what_exact_times_do_not_keep(self, asked: Problem, data: st.DataObject) -> None:
        walker = Walker(asked)
        free = [each for each in asked.stops if alone(asked, each)]
        for number, driven in enumerate(asked.vehicles):
            if driven.locked:
                continue
            order = data.draw(st.permutations(free)) if free else []
            order = [each for each in order if walker.may_serve(number, each.id) and each.id not in asked.locked_to]
            cost = walker.cost(number, order)
            if order and cost < IMPOSSIBLE:
                steps: list[Step] = [*order]
                by_time = asked.balance is not None and asked.balance.measure is Measure.TIME
                fair = balance(asked, retime(asked, driven, steps)) if by_time else 0
                assert sequence_cost(asked, driven, steps) - fair <= cost

    def test_costs_what_the_best_times_cost_where_nothing_is_to_be_chosen(self) -> None:
        asked = problem(vehicle(), stop(1, service_s=60), stop(3, service_s=60))

        assert Walker(asked).cost(0, asked.stops) == sequence_cost(asked, asked.vehicles[0], [*asked.stops])

    def test_waits_where_being_early_is_dearer(self) -> None:
        early = SoftWindow(start_s=500, end_s=900, early_cost_per_h=7200)
        asked = problem(vehicle(), stop(1), stop(2, soft_window=early))

        assert Walker(asked).starts(0, asked.stops) == [100, 500]

    def test_takes_a_break_when_its_time_has_come(self) -> None:
        pause = Break(earliest_start_s=150, latest_start_s=250, duration_s=300)
        asked = problem(vehicle(breaks=(pause,)), stop(1), stop(2))

        assert Walker(asked).starts(0, asked.stops) == [100, 500]

    def test_knows_what_the_way_adds_at_each_place(self) -> None:
        asked = problem(vehicle(locked=("at 1",)), stop(1), stop(4), stop(6))
        one, two, new = asked.stops

        found = Walker(asked).detours(0, [one, two], new)

        assert found.costs == {1: 400, 2: 400}
        assert found.least == 400
