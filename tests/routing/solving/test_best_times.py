"""The cheapest times of a fixed order where a longest duration and untimely services pull in different directions."""

import random
from dataclasses import replace

import pytest

from routing.solving.price import untimely
from routing.solving.problem import Balance, Measure, Problem, SoftWindow, Vehicle
from routing.solving.timing.retime import retime
from tests.routing.solving.instances import pause, problem, profile, stop, vehicle
from tests.routing.solving.second_by_second import cheapest


def _strained(seed: int) -> Problem:
    """Three stops with preferred times far apart, a driver who may not work that long, and a break in between."""
    chance = random.Random(seed)
    soft = [
        SoftWindow(
            start_s=start_s,
            end_s=start_s + chance.randrange(1, 5),
            early_cost_per_h=chance.choice((1000, 4000, 9000)),
            late_cost_per_h=chance.choice((1000, 3000, 7000)),
        )
        for start_s in (chance.randrange(3, 15), chance.randrange(18, 32), chance.randrange(35, 48))
    ]
    breaks = (pause(20, 30, 4),) if chance.random() < 0.3 else ()
    driver = vehicle(shift_end_s=60, cost_per_s=chance.randrange(2), breaks=breaks)
    visits = [stop(place, soft_window=window) for place, window in zip((1, 2, 1), soft, strict=True)]
    visits = [replace(one, id=str(number), service_s=number) for number, one in enumerate(visits)]
    return problem(driver, *visits, bicycle=profile(step_s=3))


class TestRetimeWithinADuration:
    @pytest.mark.parametrize("seed", range(12))
    def test_agrees_with_trying_every_second(self, seed: int) -> None:
        free = _strained(seed)
        longest_s = retime(free, free.vehicles[0], free.stops).duration_s
        shortest_s = 3 * 4 + 3 + 4 * len(free.vehicles[0].breaks)
        driver = replace(free.vehicles[0], max_duration_s=(longest_s + shortest_s) // 2)
        asked = replace(free, vehicles=(driver,))

        route = retime(asked, driver, asked.stops)

        worth = driver.cost_per_s * route.duration_s + untimely(route, list(asked.stops))
        assert (worth, route.end_s, -route.departure_s) == _best(asked, driver)


def _best(asked: Problem, driver: Vehicle) -> tuple[float, float, int]:
    worths = {second: cheapest(asked, driver, asked.stops, departure_s=second) for second in range(61)}
    return min((*worth, -second) for second, worth in worths.items() if worth is not None)


class TestRetimeForBalance:
    @pytest.mark.parametrize(("measure", "taken_s"), [(Measure.TIME, 200), (Measure.STOPS, 300)])
    def test_takes_the_shortest_duration_where_that_is_balanced(self, measure: Measure, taken_s: int) -> None:
        """The driver's time costs nothing: who leaves at once is back first, with the break on the way."""
        driver = vehicle(cost_per_s=0, breaks=(pause(100, 150, 100),))
        asked = problem(driver, stop(1), balance=Balance(measure=measure, cost=1))

        assert retime(asked, driver, asked.stops).duration_s == taken_s
