"""The checker's part for the streets: every pair driven has a way, and the metres add up."""

from collections.abc import Iterator
from itertools import pairwise

from routing.solving.checking.halts import halts_of
from routing.solving.checking.violation import Violation
from routing.solving.problem import UNREACHABLE, Problem, Stop, Vehicle
from routing.solving.solution import Route


def way_violations(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    """Drives where there is no way, and another distance than the matrix has, or too long a one."""
    profile = problem.profiles[vehicle.profile]
    places = [vehicle.start_place, *(halt.place for halt in halts_of(vehicle, route, stops))]
    if vehicle.end_place is not None:
        places.append(vehicle.end_place)
    pairs = list(pairwise(places))
    if any(int(profile.duration_s[pair]) == UNREACHABLE for pair in pairs):
        yield Violation("reachable", vehicle.id, "drives where the streets give no way")
    distance_m = sum(int(profile.distance_m[pair]) for pair in pairs)
    if distance_m != route.distance_m:
        yield Violation("distance", vehicle.id, f"distance_m is {route.distance_m}, the matrix says {distance_m}")
    if vehicle.max_distance_m is not None and distance_m > vehicle.max_distance_m:
        yield Violation("max distance", vehicle.id, f"{distance_m} m over {vehicle.max_distance_m}")
