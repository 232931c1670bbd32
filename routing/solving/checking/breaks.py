"""The checker's part for breaks: in their times, one after the other, and none forgotten."""

from collections.abc import Iterator

from routing.solving.checking.violation import Violation
from routing.solving.problem import Vehicle
from routing.solving.solution import Route


def break_violations(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """Breaks that overlap, lie outside of the route, or are not the ones that the vehicle owes during it."""
    edges = [time_s for pause in route.breaks for time_s in (pause.start_s, pause.end_s)]
    if sorted(edges) != edges or any(not route.departure_s <= time_s <= route.end_s for time_s in edges):
        yield Violation("break", vehicle.id, "has breaks that overlap or lie outside of the route")
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
