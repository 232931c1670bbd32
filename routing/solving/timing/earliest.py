"""The earliest end of a fixed sequence, by a recursion over (legs done, breaks done).

Earlier is never worse for the end, because a driver may wait: so one time for each number of breaks done is enough.
"""

from collections.abc import Sequence

from routing.solving.problem import UNREACHABLE, Break, Vehicle
from routing.solving.timing.legs import Leg, Schedule, first_start
from routing.solving.timing.way import Way, over


def earliest(
    vehicle: Vehicle, legs: Sequence[Leg], begin_s: int, *, breaks: tuple[Break, ...] | None = None
) -> Schedule | None:
    """The schedule with the earliest end that leaves at `begin_s` or later."""
    if breaks is None:
        breaks = vehicle.breaks
    states = {0: begin_s}
    for skipped, end_s in enumerate(ends_of_breaks_before_leaving(vehicle)[: len(breaks)], start=1):
        states[skipped] = max(begin_s, end_s)
    departures = states
    steps: list[dict[int, int]] = []
    for leg in legs:
        states, step = _advance(states, leg, breaks)
        steps.append(step)
    ends = [
        (end_s, done)
        for done, end_s in states.items()
        if end_s <= vehicle.shift_end_s and all(end_s <= pause.latest_start_s for pause in breaks[done:])
    ]
    if not ends:
        return None
    end_s, done = min(ends)
    by_leg: list[int] = []
    for step in reversed(steps):
        by_leg.append(done - step[done])
        done = step[done]
    return Schedule(departures[done], end_s, done, tuple(reversed(by_leg)))


def leave_late(vehicle: Vehicle, legs: Sequence[Leg], found: Schedule) -> Schedule:
    """The same end with the latest departure, by halving: an end never gets earlier by leaving later."""
    low, best = found.departure_s, found
    high = found.end_s - sum(leg.least_s for leg in legs)
    while low < high:
        middle = (low + high + 1) // 2
        later = earliest(vehicle, legs, middle)
        if later is None or later.end_s > found.end_s:
            high = middle - 1
        else:
            low, best = max(middle, later.departure_s), later
    return best


def ends_of_breaks_before_leaving(vehicle: Vehicle) -> list[int]:
    """When the first, the first two, ... breaks are over if taken before the route leaves."""
    ends: list[int] = []
    time_s = 0
    for pause in vehicle.breaks:
        start_s = max(time_s, pause.earliest_start_s)
        if start_s > pause.latest_start_s:
            break
        time_s = start_s + pause.duration_s
        ends.append(time_s)
    return ends


def _advance(states: dict[int, int], leg: Leg, breaks: tuple[Break, ...]) -> tuple[dict[int, int], dict[int, int]]:
    """One leg on: by breaks done, the earliest time after its service, and how many breaks were done before it."""
    after: dict[int, int] = {}
    came_from: dict[int, int] = {}
    for before, time_s in states.items():
        for done in range(before, len(breaks) + 1):
            ready_s = _ready(leg.way, time_s, breaks[before:done])
            start_s = None if ready_s is None else first_start(ready_s, leg.windows)
            if start_s is not None and start_s + leg.service_s < after.get(done, UNREACHABLE):
                after[done] = start_s + leg.service_s
                came_from[done] = before
    return after, came_from


def _ready(way: Way, time_s: int, breaks: Sequence[Break]) -> int | None:
    """When the way and these breaks are all over, if the breaks can begin in their times."""
    if not breaks:
        return way.arrival(time_s)
    leg = way.drive(time_s, breaks)
    return None if leg is None else over(leg)
