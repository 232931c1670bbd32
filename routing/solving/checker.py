"""The independent judge of a plan: plain arithmetic over problem and solution, sharing no code with any search.

It covers every rule of the problem and every number of the solution. The rule for breaks is the one that `retime`
states.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from routing.solving.check_times import times_violations
from routing.solving.problem import UNREACHABLE, Problem, Stop, Vehicle
from routing.solving.solution import Cost, Route, Solution
from routing.solving.violation import Violation


@dataclass(frozen=True, slots=True)
class _Known:
    vehicles: dict[str, Vehicle]
    stops: dict[str, Stop]


def violations(problem: Problem, solution: Solution) -> list[Violation]:
    """Everything that is wrong with the solution; an empty list is a plan that can be driven."""
    known = _Known({vehicle.id: vehicle for vehicle in problem.vehicles}, {stop.id: stop for stop in problem.stops})
    strangers = list(_strangers(solution, known))
    if strangers:
        return strangers
    found = [*_each_stop_once(problem, solution), *_vehicles_once(problem, solution)]
    for route in solution.routes:
        vehicle = known.vehicles[route.vehicle_id]
        stops = [known.stops[visit.stop_id] for visit in route.visits]
        found += _allowed(vehicle, stops)
        found += _loads(problem, vehicle, stops)
        found += _ways(problem, vehicle, route, stops)
        found += times_violations(problem, vehicle, route, stops)
    found += _cost(problem, solution, known)
    return found


def _strangers(solution: Solution, known: _Known) -> Iterator[Violation]:
    for route in solution.routes:
        if route.vehicle_id not in known.vehicles:
            yield Violation("vehicle", route.vehicle_id, "is not in the problem")
    for stop_id in [visit.stop_id for route in solution.routes for visit in route.visits]:
        if stop_id not in known.stops:
            yield Violation("stop", stop_id, "is not in the problem")
    for left in solution.unassigned:
        if left.stop_id not in known.stops:
            yield Violation("stop", left.stop_id, "is left out, but not in the problem")


def _each_stop_once(problem: Problem, solution: Solution) -> Iterator[Violation]:
    counts = Counter(visit.stop_id for route in solution.routes for visit in route.visits)
    counts.update(left.stop_id for left in solution.unassigned)
    for stop in problem.stops:
        if counts[stop.id] != 1:
            yield Violation("once", stop.id, f"stands {counts[stop.id]} times in the plan")


def _vehicles_once(problem: Problem, solution: Solution) -> Iterator[Violation]:
    order = [route.vehicle_id for route in solution.routes]
    if order != [vehicle.id for vehicle in problem.vehicles if vehicle.id in order]:
        yield Violation("vehicle", ",".join(order), "a vehicle has two routes, or they are out of order")
    for route in solution.routes:
        if not route.visits:
            yield Violation("vehicle", route.vehicle_id, "has a route without a stop")


def _allowed(vehicle: Vehicle, stops: list[Stop]) -> Iterator[Violation]:
    for stop in stops:
        if stop.allowed_vehicles is not None and vehicle.id not in stop.allowed_vehicles:
            yield Violation("allowed", stop.id, f"{vehicle.id} is not allowed")
        if vehicle.id in stop.refused_vehicles:
            yield Violation("allowed", stop.id, f"{vehicle.id} is refused")
        if not stop.skills <= vehicle.skills:
            yield Violation("skill", stop.id, f"{vehicle.id} lacks {sorted(stop.skills - vehicle.skills)}")


def _loads(problem: Problem, vehicle: Vehicle, stops: list[Stop]) -> Iterator[Violation]:
    for kind, name in enumerate(problem.capacity_names):
        load = sum(stop.demands[kind] for stop in stops)
        if load > vehicle.capacities[kind]:
            yield Violation("capacity", vehicle.id, f"{name}: {load} over {vehicle.capacities[kind]}")
    if vehicle.max_stops is not None and len(stops) > vehicle.max_stops:
        yield Violation("tour size", vehicle.id, f"{len(stops)} stops over {vehicle.max_stops}")


def _ways(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    profile = problem.profiles[vehicle.profile]
    places = [vehicle.start_place, *(stop.place for stop in stops)]
    if vehicle.end_place is not None:
        places.append(vehicle.end_place)
    pairs = list(pairwise(places))
    durations = [int(profile.duration_s[pair]) for pair in pairs]
    if UNREACHABLE in durations:
        yield Violation("reachable", vehicle.id, "drives where the streets give no way")
    if sum(durations) != route.travel_s:
        yield Violation("travel", vehicle.id, f"travel_s is {route.travel_s}, the matrix says {sum(durations)}")
    distance_m = sum(int(profile.distance_m[pair]) for pair in pairs)
    if distance_m != route.distance_m:
        yield Violation("distance", vehicle.id, f"distance_m is {route.distance_m}, the matrix says {distance_m}")
    if vehicle.max_distance_m is not None and distance_m > vehicle.max_distance_m:
        yield Violation("max distance", vehicle.id, f"{distance_m} m over {vehicle.max_distance_m}")


def _cost(problem: Problem, solution: Solution, known: _Known) -> Iterator[Violation]:
    used = [(route, known.vehicles[route.vehicle_id]) for route in solution.routes]
    left = [known.stops[one.stop_id] for one in solution.unassigned]
    visits = [visit for route in solution.routes for visit in route.visits]
    fixed = sum(vehicle.fixed_cost for _, vehicle in used)
    penalties = sum(stop.penalty for stop in left if stop.penalty is not None)
    driven = sum(
        vehicle.cost_per_s * (route.end_s - route.departure_s) + vehicle.cost_per_m * route.distance_m
        for route, vehicle in used
    )
    right = Cost(
        travel_s=sum(route.travel_s for route in solution.routes),
        distance_m=sum(route.distance_m for route in solution.routes),
        waiting_s=sum(visit.waiting_s for visit in visits),
        service_s=sum(known.stops[visit.stop_id].service_s for visit in visits),
        break_s=sum(pause.end_s - pause.start_s for route in solution.routes for pause in route.breaks),
        fixed=fixed,
        penalties=penalties,
        total=fixed + penalties + driven,
        must_left_out=sum(stop.penalty is None for stop in left),
    )
    for field in Cost.__slots__:
        if getattr(solution.cost, field) != getattr(right, field):
            told = getattr(solution.cost, field)
            yield Violation("cost", field, f"is {told}, adds up to {getattr(right, field)}")
