"""The checker's part for the clock: arrivals, windows, waiting, shift and duration of one route."""

from collections.abc import Iterator

from routing.solving.checking.drive import arrival_s
from routing.solving.checking.halts import Halt, halts_of
from routing.solving.checking.violation import Violation
from routing.solving.problem import Problem, Profile, Stop, Vehicle
from routing.solving.solution import Route, Visit


def times_violations(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    """Every time in the route that the matrix, the windows or the shift contradict."""
    yield from _shift(vehicle, route)
    for visit, stop in zip(route.visits, stops, strict=True):
        yield from _visit(route, visit, stop)
    yield from _drives(problem.profiles[vehicle.profile], vehicle, route, halts_of(vehicle, route, stops))


def _shift(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    if route.departure_s < vehicle.shift_start_s or route.end_s > vehicle.shift_end_s:
        yield Violation("shift", vehicle.id, f"works from {route.departure_s} to {route.end_s}")
    duration_s = route.end_s - route.departure_s
    if vehicle.max_duration_s is not None and duration_s > vehicle.max_duration_s:
        yield Violation("max duration", vehicle.id, f"{duration_s} s over {vehicle.max_duration_s}")


def _visit(route: Route, visit: Visit, stop: Stop) -> Iterator[Violation]:
    if visit.waiting_s != visit.start_s - visit.arrival_s - _paused(route, visit.arrival_s, visit.start_s):
        yield Violation("waiting", stop.id, f"is {visit.waiting_s}, but the times say otherwise")
    if stop.windows and not any(start_s <= visit.start_s < end_s for start_s, end_s in stop.windows):
        yield Violation("window", stop.id, f"is served at {visit.start_s}, outside {stop.windows}")


def _drives(profile: Profile, vehicle: Vehicle, route: Route, halts: list[Halt]) -> Iterator[Violation]:
    place, left_s, travel_s = vehicle.start_place, route.departure_s, 0
    for halt in halts:
        setup_s = 0 if halt.stop is None or halt.place == place else halt.stop.setup_s
        expected_s = _arrival(profile, place, halt.place, setup_s=setup_s, left_s=left_s, route=route)
        yield from _halt(route, halt, expected_s=expected_s)
        travel_s += expected_s - left_s - setup_s - _paused(route, left_s, expected_s)
        place, left_s = halt.place, halt.departure_s
    home_s = left_s
    if vehicle.end_place is not None:
        home_s = _arrival(profile, place, vehicle.end_place, setup_s=0, left_s=left_s, route=route)
        travel_s += home_s - left_s - _paused(route, left_s, home_s)
    home_s += _paused(route, home_s, route.end_s)
    if route.end_s != home_s:
        yield Violation("end", vehicle.id, f"end_s is {route.end_s}, expected {home_s}")
    if travel_s != route.travel_s:
        yield Violation("travel", vehicle.id, f"travel_s is {route.travel_s}, the matrix says {travel_s}")


def _arrival(profile: Profile, start: int, end: int, *, setup_s: int, left_s: int, route: Route) -> int:
    breaks = [pause for pause in route.breaks if pause.end_s > left_s]
    return arrival_s(profile, start, end, setup_s=setup_s, left_s=left_s, breaks=breaks)


def _halt(route: Route, halt: Halt, *, expected_s: int) -> Iterator[Violation]:
    if halt.arrival_s != expected_s:
        yield Violation("arrival", halt.who, f"is {halt.arrival_s}, expected {expected_s}")
    if halt.start_s < halt.arrival_s:
        yield Violation("start", halt.who, "is served before the vehicle arrives")
    if halt.departure_s != halt.start_s + halt.lasts_s:
        yield Violation("service", halt.who, f"takes {halt.departure_s - halt.start_s} s, not {halt.lasts_s}")
    if halt.stop is None and halt.start_s != halt.arrival_s + _paused(route, halt.arrival_s, halt.start_s):
        yield Violation("waiting", halt.who, "waits at its depot before it reloads")
    if any(pause.start_s < halt.start_s < pause.end_s for pause in route.breaks):
        yield Violation("break", halt.who, "is begun in the middle of a break")
    if _paused(route, halt.start_s, halt.departure_s):
        yield Violation("break", halt.who, "is served during a break")
    if any(pause.start_s < halt.arrival_s < pause.end_s for pause in route.breaks):
        yield Violation("break", halt.who, "is reached in the middle of a break")


def _paused(route: Route, start_s: int, end_s: int) -> int:
    """The seconds of breaks between then and then."""
    return sum(max(0, min(pause.end_s, end_s) - max(pause.start_s, start_s)) for pause in route.breaks)
