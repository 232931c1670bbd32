"""Turns sequences of stops into a timed and priced solution."""

from collections.abc import Sequence

from routing.solving.problem import Problem, Sequences, Stop, Vehicle
from routing.solving.retime import retime
from routing.solving.solution import Cost, Route, Solution, Unassigned


def route_cost(vehicle: Vehicle, route: Route) -> int:
    """What the route costs at its vehicle's rates."""
    return vehicle.fixed_cost + vehicle.cost_per_s * route.duration_s + vehicle.cost_per_m * route.distance_m


def left_out(problem: Problem, sequences: Sequences) -> list[Stop]:
    """The stops that stand in no sequence, in the order of the problem."""
    served = {stop.id for sequence in sequences for stop in sequence}
    return [stop for stop in problem.stops if stop.id not in served]


def rank(problem: Problem, sequences: Sequences) -> tuple[int, int]:
    """As `Solution.rank`, without building one. Raises `DoesNotFit` when a sequence cannot be driven."""
    total, left = 0, left_out(problem, sequences)
    for vehicle, stops in zip(problem.vehicles, sequences, strict=True):
        if stops:
            total += route_cost(vehicle, retime(problem, vehicle, stops))
    return sum(stop.penalty is None for stop in left), total + sum(stop.penalty or 0 for stop in left)


def assemble(problem: Problem, sequences: Sequences, *, unassigned: Sequence[Unassigned], found_by: str) -> Solution:
    """The solution that drives these sequences. Raises `DoesNotFit` when one of them cannot be driven."""
    used = [
        (vehicle, retime(problem, vehicle, stops))
        for vehicle, stops in zip(problem.vehicles, sequences, strict=True)
        if stops
    ]
    return Solution(
        routes=tuple(route for _, route in used),
        unassigned=tuple(unassigned),
        cost=_cost(problem, used, left_out(problem, sequences)),
        found_by=found_by,
    )


def _cost(problem: Problem, used: Sequence[tuple[Vehicle, Route]], left: Sequence[Stop]) -> Cost:
    service_s = {stop.id: stop.service_s for stop in problem.stops}
    visits = [visit for _, route in used for visit in route.visits]
    penalties = sum(stop.penalty or 0 for stop in left)
    return Cost(
        travel_s=sum(route.travel_s for _, route in used),
        distance_m=sum(route.distance_m for _, route in used),
        waiting_s=sum(visit.waiting_s for visit in visits),
        service_s=sum(service_s[visit.stop_id] for visit in visits),
        break_s=sum(pause.end_s - pause.start_s for _, route in used for pause in route.breaks),
        fixed=sum(vehicle.fixed_cost for vehicle, _ in used),
        penalties=penalties,
        total=penalties + sum(route_cost(vehicle, route) for vehicle, route in used),
        must_left_out=sum(stop.penalty is None for stop in left),
    )
