from dataclasses import replace

from routing.solving.timing.retime import retime
from routing.solving.timing.timed import timed
from tests.routing.solving.instances import problem, stop, vehicle


class TestTimed:
    def test_is_what_retime_says(self) -> None:
        asked = problem(vehicle(), stop(1), stop(2))

        for _ in range(2):
            for order in (asked.stops, asked.stops[::-1]):
                assert timed(asked, asked.vehicles[0], order) == retime(asked, asked.vehicles[0], order)

    def test_tells_vehicles_stops_and_problems_of_one_name_apart(self) -> None:
        asked = problem(vehicle(), stop(1))
        (driver,), (one,) = asked.vehicles, asked.stops
        slow = replace(one, service_s=50)
        assert timed(asked, driver, [one]).end_s == 200

        assert timed(asked, driver, [slow]).duration_s == 250
        assert timed(asked, replace(driver, end_place=None), [one]).end_s == 100
        assert timed(replace(asked, profiles={"bicycle": asked.profiles["car"]}), driver, [one]).end_s == 100

    def test_times_a_route_once(self) -> None:
        asked = problem(vehicle(), stop(1))

        assert timed(asked, asked.vehicles[0], asked.stops) is timed(asked, asked.vehicles[0], list(asked.stops))
