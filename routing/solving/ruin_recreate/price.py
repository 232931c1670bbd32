"""What an insertion costs, or that it cannot be."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, Plan, Task
from routing.solving.ruin_recreate.times import route_cost
from routing.solving.ruin_recreate.ways import way_m, way_s


@inlined
def may_carry(task: Task, plan: Plan, route: int, stop: int) -> bool:
    """Whether the vehicle may serve the stop, and has room for it."""
    kind = task.kind_of[route]
    if task.masked and not task.allowed[kind, stop]:
        return False
    for name in range(task.demand.shape[1]):
        if plan.load[route, name] + task.demand[stop, name] > task.capacity[kind, name]:
            return False
    return not task.limited or plan.routes[route].stops < task.kinds[kind].max_stops


@inlined
def added_cost(task: Task, plan: Plan, route: int, before: int, stop: int, bar: int) -> int:
    """What the route costs more with `stop` after the node `before`; NEVER where it cannot be or is not under `bar`.

    Load and permission are the caller's to check.
    """
    kind = task.kinds[task.kind_of[route]]
    after = plan.nodes[before].next
    added_m = way_m(task, kind, before, stop) + way_m(task, kind, stop, after)
    if plan.routes[route].stops:
        added_m -= way_m(task, kind, before, after)
    if task.limited and plan.routes[route].distance_m + added_m > kind.max_distance_m:
        return NEVER
    if task.timed:
        return _added_with_time(task, plan, kind, route, before, stop, after, added_m, bar)
    return _added_by_distance(task, plan, kind, route, before, stop, after, added_m, bar)


@inlined
def _added_by_distance(
    task: Task, plan: Plan, kind: Any, route: int, before: int, stop: int, after: int, added_m: int, bar: int
) -> int:
    """Where time is free: it only has to suffice."""
    stops = plan.routes[route].stops
    added = kind.cost_per_m * added_m + task.balance_per_stop2 * (2 * stops + 1)
    if not stops:
        added += kind.fixed_cost
    if task.preference.size:
        added += task.preference[task.kind_of[route], stop]
    if added >= bar:
        return NEVER
    spot = task.spots[stop]
    start = max(plan.nodes[before].leave_s + way_s(task, kind, before, stop), spot.open_s)
    if start > spot.close_s:
        return NEVER
    if start + spot.service_s + way_s(task, kind, stop, after) > plan.nodes[after].latest_s:
        return NEVER
    return added


@inlined
def _added_with_time(
    task: Task, plan: Plan, kind: Any, route: int, before: int, stop: int, after: int, added_m: int, bar: int
) -> int:
    """Where time costs: the piece up to `before`, the stop and the piece from `after` joined."""
    spot, head, tail = task.spots[stop], plan.nodes[before], plan.nodes[after]
    there_s = way_s(task, kind, before, stop)
    start = max(head.leave_s + there_s, spot.open_s)
    if start > spot.close_s:
        return NEVER
    on_s = spot.service_s + way_s(task, kind, stop, after)
    if start + on_s > tail.latest_s:
        return NEVER
    busy_s = head.busy_s + there_s + on_s
    depart_s = min(head.depart_s, spot.close_s - head.busy_s - there_s, tail.latest_s - busy_s)
    end_s = max(start + on_s + tail.rest_s, tail.end_s)
    taken_s = max(busy_s + tail.rest_s, end_s - depart_s)
    if taken_s > kind.max_duration_s:
        return NEVER
    now = plan.routes[route]
    cost = now.preference + route_cost(task, kind, now.stops + 1, now.distance_m + added_m, taken_s)
    if task.preference.size:
        cost += task.preference[task.kind_of[route], stop]
    return cost - now.cost if cost - now.cost < bar else NEVER
