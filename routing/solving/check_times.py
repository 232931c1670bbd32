"""The checker's part for the clock: arrivals, windows, waiting, breaks, shift and duration of one route."""

from collections.abc import Iterator

from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.solution import BreakTaken, Route, Visit
from routing.solving.violation import Violation


def times_violations(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    """Every time in the route that the matrix, the windows, the breaks or the shift contradict."""
    yield from _shift(vehicle, route)
    yield from _breaks(vehicle, route)
    duration_s = problem.profiles[vehicle.profile].duration_s
    place, left_s = vehicle.start_place, route.departure_s
    for visit, stop in zip(route.visits, stops, strict=True):
        travel_s = int(duration_s[place, stop.place])
        yield from _visit(route, visit, stop, left_s=left_s, travel_s=travel_s)
        place, left_s = stop.place, visit.departure_s
    last_s = 0 if vehicle.end_place is None else int(duration_s[place, vehicle.end_place])
    paused_s = sum(_overlap(pause, left_s, route.end_s) for pause in route.breaks)
    if route.end_s != left_s + last_s + paused_s:
        yield Violation("end", vehicle.id, f"end_s is {route.end_s}, expected {left_s + last_s + paused_s}")


def _shift(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    if route.departure_s < vehicle.shift_start_s or route.end_s > vehicle.shift_end_s:
        yield Violation("shift", vehicle.id, f"works from {route.departure_s} to {route.end_s}")
    duration_s = route.end_s - route.departure_s
    if vehicle.max_duration_s is not None and duration_s > vehicle.max_duration_s:
        yield Violation("max duration", vehicle.id, f"{duration_s} s over {vehicle.max_duration_s}")


def _visit(route: Route, visit: Visit, stop: Stop, *, left_s: int, travel_s: int) -> Iterator[Violation]:
    on_the_way_s = sum(_overlap(pause, left_s, visit.arrival_s) for pause in route.breaks)
    if visit.arrival_s != left_s + travel_s + on_the_way_s:
        yield Violation("arrival", stop.id, f"is {visit.arrival_s}, expected {left_s + travel_s + on_the_way_s}")
    if visit.start_s < visit.arrival_s:
        yield Violation("start", stop.id, "is served before the vehicle arrives")
    paused_s = sum(_overlap(pause, visit.arrival_s, visit.start_s) for pause in route.breaks)
    if visit.waiting_s != visit.start_s - visit.arrival_s - paused_s:
        yield Violation("waiting", stop.id, f"is {visit.waiting_s}, but the times say otherwise")
    if visit.departure_s != visit.start_s + stop.service_s:
        yield Violation("service", stop.id, f"takes {visit.departure_s - visit.start_s} s, not {stop.service_s}")
    if stop.windows and not any(start_s <= visit.start_s < end_s for start_s, end_s in stop.windows):
        yield Violation("window", stop.id, f"is served at {visit.start_s}, outside {stop.windows}")
    if any(_overlap(pause, visit.start_s, visit.departure_s) for pause in route.breaks):
        yield Violation("break", stop.id, "is served during a break")


def _breaks(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    edges = [time_s for pause in route.breaks for time_s in (pause.start_s, pause.end_s)]
    if sorted(edges) != edges or any(not route.departure_s <= time_s <= route.end_s for time_s in edges):
        yield Violation("break", vehicle.id, "has breaks that overlap or lie outside of the route")
    for visit in route.visits:
        if any(pause.start_s < visit.arrival_s < pause.end_s for pause in route.breaks):
            yield Violation("break", visit.stop_id, "is reached in the middle of a break")
    spare = len(vehicle.breaks) - len(route.breaks)
    if not any(_honoured(vehicle, route, before=before) for before in range(spare + 1)):
        yield Violation("break", vehicle.id, f"does not take its {len(vehicle.breaks)} breaks as they are due")


def _honoured(vehicle: Vehicle, route: Route, *, before: int) -> bool:
    """Whether the first `before` breaks fit in ahead of the route, the next are those taken, the others come after."""
    owed = vehicle.breaks[before : before + len(route.breaks)]
    after = vehicle.breaks[before + len(route.breaks) :]
    free_s = 0
    for pause in vehicle.breaks[:before]:
        free_s = max(free_s, pause.earliest_start_s)
        if free_s > pause.latest_start_s:
            return False
        free_s += pause.duration_s
    in_time = all(
        pause.earliest_start_s <= taken.start_s <= pause.latest_start_s
        and taken.end_s - taken.start_s == pause.duration_s
        for pause, taken in zip(owed, route.breaks, strict=True)
    )
    ahead = before == 0 or free_s <= route.departure_s
    return ahead and in_time and all(route.end_s <= pause.latest_start_s for pause in after)


def _overlap(pause: BreakTaken, start_s: int, end_s: int) -> int:
    return max(0, min(pause.end_s, end_s) - max(pause.start_s, start_s))
