"""The independent judge of a plan: plain arithmetic over problem and solution, sharing no code with any search.

It covers every rule of the problem and every number of the solution. The rule for breaks is the one that `retime`
states.
"""

from collections import Counter
from collections.abc import Iterator

from routing.solving.checking.breaks import break_violations
from routing.solving.checking.cost import cost_violations
from routing.solving.checking.loads import load_violations
from routing.solving.checking.numbers import number_violations
from routing.solving.checking.order import order_violations
from routing.solving.checking.times import times_violations
from routing.solving.checking.violation import Violation
from routing.solving.checking.ways import way_violations
from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.solution import Solution


def violations(problem: Problem, solution: Solution) -> list[Violation]:
    """Everything that is wrong with the solution; an empty list is a plan that can be driven."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    stops = {stop.id: stop for stop in problem.stops}
    strangers = [*_strangers(solution, vehicles, stops), *number_violations(solution)]
    if strangers:
        return strangers
    found = [*_each_once(problem, solution), *_vehicles_once(problem, solution), *_locks_kept(problem, solution)]
    deliveries = [stop for stop in problem.stops if stop.pickup is not None]
    for route in solution.routes:
        vehicle = vehicles[route.vehicle_id]
        served = [stops[visit.stop_id] for visit in route.visits]
        found += _allowed(vehicle, served)
        misplaced = list(order_violations(deliveries, vehicle, route, served))
        found += misplaced
        if any(violation.rule == "reload" for violation in misplaced):
            continue  # without its reloads a route has no ways and no trips to look at
        found += load_violations(problem, vehicle, route, served)
        found += way_violations(problem, vehicle, route, served)
        found += break_violations(vehicle, route)
        found += times_violations(problem, vehicle, route, served)
    found += cost_violations(problem, solution, vehicles, stops)
    return found


def _strangers(solution: Solution, vehicles: dict[str, Vehicle], stops: dict[str, Stop]) -> Iterator[Violation]:
    for route in solution.routes:
        if route.vehicle_id not in vehicles:
            yield Violation("vehicle", route.vehicle_id, "is not in the problem")
    for stop_id in [visit.stop_id for route in solution.routes for visit in route.visits]:
        if stop_id not in stops:
            yield Violation("stop", stop_id, "is not in the problem")
    for left in solution.unassigned:
        if left.stop_id not in stops:
            yield Violation("stop", left.stop_id, "is left out, but not in the problem")


def _each_once(problem: Problem, solution: Solution) -> Iterator[Violation]:
    served = Counter(visit.stop_id for route in solution.routes for visit in route.visits)
    told = Counter(left.stop_id for left in solution.unassigned)
    choices: dict[str, list[str]] = {}
    for stop in problem.stops:
        if stop.choice is not None:
            choices.setdefault(stop.choice, []).append(stop.id)
        elif served[stop.id] + told[stop.id] != 1:
            yield Violation("once", stop.id, f"stands {served[stop.id] + told[stop.id]} times in the plan")
    for choice, ids in choices.items():
        visits = sum(served[id] for id in ids)
        if visits > 1:
            yield Violation("choice", choice, f"is served {visits} times")
        if [told[id] for id in ids] != [int(visits == 0)] + [0] * (len(ids) - 1):
            yield Violation("choice", choice, "of a choice that is not served the first stop is left out, and no other")


def _vehicles_once(problem: Problem, solution: Solution) -> Iterator[Violation]:
    order = [route.vehicle_id for route in solution.routes]
    if order != [vehicle.id for vehicle in problem.vehicles if vehicle.id in order]:
        yield Violation("vehicle", ",".join(order), "a vehicle has two routes, or they are out of order")
    for route in solution.routes:
        if not route.visits:
            yield Violation("vehicle", route.vehicle_id, "has a route without a stop")


def _locks_kept(problem: Problem, solution: Solution) -> Iterator[Violation]:
    begins = {route.vehicle_id: route for route in solution.routes}
    for vehicle in problem.vehicles:
        if not vehicle.locked:
            continue
        route = begins.get(vehicle.id)
        visits = () if route is None else route.visits
        first = tuple(visit.stop_id for visit in visits[: len(vehicle.locked)])
        if first != vehicle.locked:
            yield Violation("lock", vehicle.id, f"begins with {first}, is locked to {vehicle.locked}")
        if route is not None and any(halt.after < len(vehicle.locked) for halt in route.reloads):
            yield Violation("lock", vehicle.id, "reloads among the stops that it is locked to")


def _allowed(vehicle: Vehicle, stops: list[Stop]) -> Iterator[Violation]:
    for stop in stops:
        if stop.allowed_vehicles is not None and vehicle.id not in stop.allowed_vehicles:
            yield Violation("allowed", stop.id, f"{vehicle.id} is not allowed")
        if vehicle.id in stop.refused_vehicles:
            yield Violation("allowed", stop.id, f"{vehicle.id} is refused")
        if not stop.skills <= vehicle.skills:
            yield Violation("skill", stop.id, f"{vehicle.id} lacks {sorted(stop.skills - vehicle.skills)}")
        if stop.excluded_skills & vehicle.skills:
            yield Violation("skill", stop.id, f"{vehicle.id} has {sorted(stop.excluded_skills & vehicle.skills)}")
