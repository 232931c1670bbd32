"""The exact walk: what a route costs with breaks, several windows, soft windows and travel by hours.

It finds times that can be kept, and nearly the cheapest: never better than what `retime` makes of the same order.
Each pass walks the route from one departure on, for every number of breaks done the earliest way (`STATE`), and keeps
by how much the departure could move later with nothing else moving (forward time slack, Savelsbergh 1992).
"""

from typing import Any

from routing.solving.ruin_recreate.calls import task_of, work_of
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.hours import over_with_early_breaks_s
from routing.solving.ruin_recreate.layout import NEVER
from routing.solving.ruin_recreate.loads import line_fits
from routing.solving.ruin_recreate.rows import break_at, item, kind_of, preference_at, spot_at, state_at, window_at
from routing.solving.ruin_recreate.times import route_cost
from routing.solving.ruin_recreate.ways import arrival_s, way_m

_PASSES = 4
"""Departures tried, each after the last that leaves the end where it is."""


@apart
def walk_line(task_at: int, plan_at: int, work_at: int, route: int, count: int, _0: int, _1: int) -> int:
    """What the route written in `Work.line` costs; NEVER where it cannot be driven."""
    task, work = task_of(task_at), work_of(work_at)
    kind = kind_of(task, route)
    distance_m = stops = preference = 0
    for at in range(1, count):
        distance_m += way_m(task, kind, item(work.line, at - 1), item(work.line, at))
        if item(work.line, at) < task.stops:
            stops += 1
            if task.preferred:
                preference += preference_at(task, item(task.kind_numbers, route), item(work.line, at))
    if distance_m > kind.max_distance_m or stops > kind.max_stops:
        return NEVER
    if task.loaded and not line_fits(task, work, route, count):
        return NEVER
    return min(NEVER, preference + _cheapest(task, work, kind, count, stops, distance_m))


@inlined
def _cheapest(task: Any, work: Any, kind: Any, count: int, stops: int, distance_m: int) -> int:
    """The cheapest of some departures, with and without waiting for soft windows to begin."""
    best = NEVER
    for patient in range(1 + task.early):
        departure_s, between_s = spot_at(task, item(work.line, 0)).open_s, NEVER
        for _ in range(_PASSES):
            _walk(task, work, kind, count, departure_s, patient)
            cost, same_s, same_end_s, next_s = _end(task, work, kind, count, stops, distance_m)
            best = min(best, cost)
            if cost >= NEVER and same_s >= NEVER:
                break
            if between_s < NEVER:
                departure_s, between_s = between_s, NEVER
            elif same_end_s > same_s:
                departure_s, between_s = same_end_s, (same_s + same_end_s) // 2
            else:
                departure_s = next_s
            if departure_s >= NEVER:
                break
    return best


@inlined
def _walk(task: Any, work: Any, kind: Any, count: int, departure_s: int, patient: int) -> None:
    """Fill the states of the last leg."""
    breaks = kind.breaks_to - kind.breaks_from
    for done in range(breaks + 1):
        state = state_at(task, work, 0, done)
        over_s = 0 if done == 0 else break_at(task, kind.breaks_from + done - 1).over_s
        state.departure_s = max(departure_s, over_s)
        state.leave_s = NEVER if over_s >= NEVER else state.departure_s
        state.idle_s = state.untimely = 0
        state.delay_s = state.punctual_s = spot_at(task, item(work.line, 0)).close_s - state.departure_s
    for at in range(1, count):
        for done in range(breaks + 1):
            state_at(task, work, at % 2, done).leave_s = NEVER
            for before in range(done + 1):
                _step(task, work, kind, at, before, done, patient)


@inlined
def _step(task: Any, work: Any, kind: Any, at: int, before: int, done: int, patient: int) -> None:
    """One leg with the breaks from `before` to `done` in it, kept if none so far is earlier."""
    last, now = state_at(task, work, (at + 1) % 2, before), state_at(task, work, at % 2, done)
    if last.leave_s >= NEVER:
        return
    here, spot = item(work.line, at - 1), spot_at(task, item(work.line, at))
    ready_s, idle_s, delay_s = _ready(task, kind, here, item(work.line, at), last, before, done)
    start_s, latest_s = _begin(task, spot, ready_s, patient)
    leave_s = start_s + spot.service_s
    if leave_s >= now.leave_s:
        return
    now.leave_s = leave_s
    now.departure_s = last.departure_s
    now.idle_s = idle_s + start_s - ready_s
    now.delay_s = min(delay_s, latest_s - start_s + now.idle_s)
    now.punctual_s = min(last.punctual_s, now.delay_s)
    now.untimely = last.untimely
    if spot.early_per_h and start_s < spot.soft_open_s:
        now.untimely += spot.early_per_h * (spot.soft_open_s - start_s) // 3600
    if spot.late_per_h:
        now.punctual_s = min(now.punctual_s, max(0, spot.soft_close_s - 1 - start_s) + now.idle_s)
        now.untimely += spot.late_per_h * max(0, start_s - spot.soft_close_s) // 3600


@inlined
def _begin(task: Any, spot: Any, ready_s: int, patient: int) -> tuple[int, int]:
    """When the service begins that may begin from `ready_s` on, and the end of the window in which it does."""
    if ready_s > spot.close_s:
        return NEVER, NEVER
    open_s, close_s = spot.open_s, spot.close_s
    for number in range(spot.windows_from, spot.windows_to):
        open_s, close_s = window_at(task, number, 0), window_at(task, number, 1)
        if ready_s <= close_s:
            break
    start_s = max(ready_s, open_s)
    if patient and spot.early_per_h and start_s < spot.soft_open_s <= close_s:
        start_s = spot.soft_open_s
    return start_s, close_s


@inlined
def _ready(task: Any, kind: Any, here: int, there: int, last: Any, before: int, done: int) -> tuple[int, int, int]:
    """When the way and the breaks are over, what was idled so far, and how much later one may leave at most.

    By hours the breaks are all on arrival, or else all as early as they may be, whichever is over first.
    """
    time_s, idle_s, delay_s, early_s = last.leave_s, last.idle_s, last.delay_s, NEVER
    arrived_s = arrival_s(task, kind, here, there, time_s)
    if arrived_s >= NEVER:
        return NEVER, 0, 0
    rest_s = arrived_s - time_s
    if task.changes and before < done:
        time_s, rest_s = arrived_s, 0
        first, after = kind.breaks_from + before, kind.breaks_from + done
        early_s = over_with_early_breaks_s(task, kind, here, there, last.leave_s, first, after)
    for number in range(kind.breaks_from + before, kind.breaks_from + done):
        pause = break_at(task, number)
        start_s = max(time_s, pause.earliest_s)
        if start_s > pause.latest_s:
            return early_s, idle_s, delay_s
        delay_s = min(delay_s, pause.latest_s - time_s + idle_s)
        driven_s = min(rest_s, start_s - time_s)
        idle_s += start_s - time_s - driven_s
        rest_s -= driven_s
        time_s = start_s + pause.duration_s
    if early_s < time_s + rest_s:
        return early_s, idle_s, delay_s
    return time_s + rest_s, idle_s, delay_s


@inlined
def _end(task: Any, work: Any, kind: Any, count: int, stops: int, distance_m: int) -> tuple[int, int, int, int]:
    """The cheapest end that a walk came to, and three departures of it: the latest with every start the same or
    punctual, the latest with the same end, and the next that may find other windows. NEVER where there is none.

    By hours a later departure changes the ways, so that what it costs is only known after another walk.
    """
    best = same_s = same_end_s = next_s = NEVER
    for done in range(kind.breaks_to - kind.breaks_from + 1):
        state = state_at(task, work, (count - 1) % 2, done)
        if state.leave_s >= NEVER or not _others_after(task, kind, done, state.leave_s):
            continue
        punctual_s = 0 if task.changes else max(0, min(state.idle_s, state.punctual_s))
        later_s = max(punctual_s, min(state.idle_s, state.delay_s))
        taken_s = state.leave_s - state.departure_s - punctual_s
        cost = NEVER - 1
        if taken_s <= kind.max_duration_s:
            cost = state.untimely + route_cost(task, kind, stops, distance_m, taken_s)
        if cost < best:
            best, same_s = cost, state.departure_s + punctual_s
            same_end_s = state.departure_s + later_s
            next_s = _next_departure(task, kind, same_end_s, state.idle_s > later_s)
    return (NEVER if best == NEVER - 1 else best), same_s, same_end_s, next_s


@inlined
def _next_departure(task: Any, kind: Any, departure_s: int, idle: bool) -> int:
    """The first after this one that may shorten the route: by other windows, or by a break before leaving."""
    if idle:
        return departure_s + 1
    for number in range(kind.breaks_from, kind.breaks_to):
        if break_at(task, number).over_s > departure_s:
            return break_at(task, number).over_s
    return NEVER


@inlined
def _others_after(task: Any, kind: Any, done: int, end_s: int) -> bool:
    """Whether the breaks not taken need not have begun at the end."""
    owed = 0
    for number in range(kind.breaks_from + done, kind.breaks_to):
        owed += end_s > break_at(task, number).latest_s
    return owed == 0
