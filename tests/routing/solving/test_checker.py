from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing.solving.checking.checker import violations
from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.solution import BreakTaken, Reason, Solution, Unassigned
from tests.routing.solving.by_hand import drive
from tests.routing.solving.instances import pause, problem, stop, vehicle, with_an_island

ROUND = problem(
    vehicle("a", capacities=(3,), breaks=(pause(150, 150, 50),), skills=frozenset({"cold"}), fixed_cost=7),
    vehicle("b", capacities=(3,)),
    stop(1, "first", service_s=10, windows=((100, 101),), demands=(1,), allowed_vehicles=frozenset({"a"})),
    stop(3, "second", service_s=10, demands=(2,), windows=((0, 100), (1000, 1100)), skills=frozenset({"cold"})),
    stop(2, "third", demands=(3,), refused_vehicles=frozenset({"a"})),
    stop(9, "never", demands=(0,), penalty=3),
    capacity_names=("parcels",),
)
type Change = Callable[[Solution], Solution]


@pytest.fixture(scope="module")
def right() -> Solution:
    return drive(ROUND, "first second", "third")


def on_route(**fields: Any) -> Change:
    def change(solution: Solution) -> Solution:
        first, *others = solution.routes
        return replace(solution, routes=(replace(first, **fields), *others))

    return change


def on_visit(number: int, **later_by: int) -> Change:
    def change(solution: Solution) -> Solution:
        visits = list(solution.routes[0].visits)
        moved = {field: getattr(visits[number], field) + seconds for field, seconds in later_by.items()}
        visits[number] = replace(visits[number], **moved)
        return on_route(visits=tuple(visits))(solution)

    return change


def on_cost(field: str) -> Change:
    def change(solution: Solution) -> Solution:
        return replace(solution, cost=replace(solution.cost, **{field: getattr(solution.cost, field) + 1}))

    return change


def visits_reversed(solution: Solution) -> Solution:
    return on_route(visits=solution.routes[0].visits[::-1])(solution)


def vehicles_swapped(solution: Solution) -> Solution:
    first, second = solution.routes
    return replace(solution, routes=(replace(second, vehicle_id="a"), replace(first, vehicle_id="b")))


def left_out_too(solution: Solution) -> Solution:
    again = Unassigned(stop_id="first", reason=Reason.NO_ROOM, detail="")
    return replace(solution, unassigned=(*solution.unassigned, again))


def routes_out_of_order(solution: Solution) -> Solution:
    return replace(solution, routes=solution.routes[::-1])


WRONG: dict[str, tuple[Change, str]] = {
    "a stop forgotten": (lambda solution: replace(solution, unassigned=()), "once"),
    "a stop twice": (left_out_too, "once"),
    "a route forgotten": (lambda solution: replace(solution, routes=solution.routes[:1]), "once"),
    "a route twice": (lambda solution: replace(solution, routes=solution.routes[:1] * 2), "vehicle"),
    "routes out of order": (routes_out_of_order, "vehicle"),
    "a route without stops": (on_route(visits=()), "vehicle"),
    "an unknown vehicle": (on_route(vehicle_id="z"), "vehicle"),
    "another order": (visits_reversed, "arrival"),
    "a vehicle that may not": (vehicles_swapped, "allowed"),
    "a vehicle that cannot": (vehicles_swapped, "skill"),
    "too early at a stop": (on_visit(0, arrival_s=-1, waiting_s=1), "arrival"),
    "served before arriving": (on_visit(1, arrival_s=700), "start"),
    "waiting that is not": (on_visit(1, waiting_s=1), "waiting"),
    "served outside of the window": (on_visit(1, start_s=100, departure_s=100, waiting_s=100), "window"),
    "served when the window has just closed": (on_visit(0, start_s=1, departure_s=1, waiting_s=1), "window"),
    "a service cut short": (on_visit(1, departure_s=-1), "service"),
    "home too early": (on_route(end_s=1), "end"),
    "left too early": (on_route(departure_s=-1), "shift"),
    "a break forgotten": (on_route(breaks=()), "break"),
    "a break too late": (on_route(breaks=(BreakTaken(start_s=151, end_s=201),)), "break"),
    "a break too short": (on_route(breaks=(BreakTaken(start_s=150, end_s=199),)), "break"),
    "a break during a service": (on_route(breaks=(BreakTaken(start_s=105, end_s=155),)), "break"),
    "two breaks for one": (on_route(breaks=(BreakTaken(start_s=150, end_s=200),) * 2), "break"),
    "a break after the route": (on_route(breaks=(BreakTaken(start_s=9000, end_s=9050),)), "break"),
    "another distance": (on_route(distance_m=1), "distance"),
    "another time on the road": (on_route(travel_s=1), "travel"),
    **{f"another {field}": (on_cost(field), "cost") for field in ("travel_s", "distance_m", "waiting_s", "service_s")},
    **{f"another cost: {field}": (on_cost(field), "cost") for field in ("break_s", "fixed", "penalties", "total")},
    "a stop that must be served, uncounted": (on_cost("must_left_out"), "cost"),
}

STRICTER: dict[str, tuple[dict[str, Any], str]] = {
    "capacity": ({"capacities": (2,)}, "capacity"),
    "distance": ({"max_distance_m": 5_999}, "max distance"),
    "duration": ({"max_duration_s": 500}, "max duration"),
    "number of stops": ({"max_stops": 1}, "tour size"),
    "end of the shift": ({"shift_end_s": 1309}, "shift"),
    "begin of the shift": ({"shift_start_s": 1}, "shift"),
    "skills": ({"skills": frozenset()}, "skill"),
    "breaks": ({"breaks": (pause(150, 150, 50), pause(1050, 1060, 5))}, "break"),
    "end place": ({"end_place": 4}, "travel"),
}


class TestChecker:
    def test_accepts_a_right_plan(self, right: Solution) -> None:
        assert violations(ROUND, right) == []
        assert [route.vehicle_id for route in right.routes] == ["a", "b"]
        assert right.routes[0].breaks == (BreakTaken(start_s=150, end_s=200),)

    @pytest.mark.parametrize("name", WRONG)
    def test_sees(self, right: Solution, name: str) -> None:
        change, rule = WRONG[name]

        assert rule in {violation.rule for violation in violations(ROUND, change(right))}

    @pytest.mark.parametrize("name", STRICTER)
    def test_sees_a_plan_break_a_stricter(self, right: Solution, name: str) -> None:
        fields, rule = STRICTER[name]
        first, *others = ROUND.vehicles
        stricter = replace(ROUND, vehicles=(replace(first, **fields), *others))

        assert rule in {violation.rule for violation in violations(stricter, right)}

    def test_sees_a_drive_where_there_is_no_way(self, right: Solution) -> None:
        torn = replace(ROUND, profiles={"bicycle": with_an_island(3)})

        assert "reachable" in {violation.rule for violation in violations(torn, right)}

    def test_sees_a_stop_that_is_not_in_the_problem(self, right: Solution) -> None:
        fewer = _without(ROUND, "never")

        assert [violation.rule for violation in violations(fewer, right)] == ["stop"]
        assert [violation.who for violation in violations(_without(ROUND, "first"), right)] == ["first"]

    def test_sees_an_arrival_in_the_middle_of_a_break(self) -> None:
        asked = problem(vehicle(breaks=(pause(100, 100, 50),)), stop(1, "it", windows=((150, 151),)))
        solution = drive(asked, "it")
        (route,) = solution.routes
        visit = replace(route.visits[0], arrival_s=route.visits[0].arrival_s + 20)
        blurred = replace(solution, routes=(replace(route, visits=(visit,)),))

        assert "break" in {violation.rule for violation in violations(asked, blurred)}


def _without(asked: Problem, stop_id: str) -> Problem:
    kept: tuple[Stop, ...] = tuple(stop for stop in asked.stops if stop.id != stop_id)
    vehicles: tuple[Vehicle, ...] = asked.vehicles
    return replace(asked, stops=kept, vehicles=vehicles)
