"""Times of a route whose stops have one window each: from these, any insertion is judged in a few additions.

A piece of route turns a departure `t` into an end: `max(t + busy, earliest end)` for every `t` up to the latest
departure. Pieces are joined by addition and `max` (Vidal et al. 2013, section 4.3, in terms of departures).
"""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, Plan, Task
from routing.solving.ruin_recreate.ways import way_m, way_s


@inlined
def start_of(task: Task, route: int) -> int:
    """The node where the vehicle leaves."""
    return task.stops + 2 * route


@inlined
def end_of(task: Task, route: int) -> int:
    """The node where the vehicle ends."""
    return task.stops + 2 * route + 1


@inlined
def route_cost(task: Task, kind: Any, stops: int, distance_m: int, duration_s: int) -> int:
    """What a route costs that visits a stop; preferences and soft windows not counted."""
    cost = kind.fixed_cost + kind.cost_per_s * duration_s + kind.cost_per_m * distance_m
    if task.balance_per_h2:
        cost += task.balance_per_h2 * duration_s * duration_s // 12960000
    return cost + task.balance_per_stop2 * stops * stops


@inlined
def duration_s(plan: Plan, end: int) -> int:
    """The shortest duration of the route that ends at this node: waiting only where leaving later does not help."""
    node = plan.nodes[end]
    return max(node.busy_s, node.leave_s - node.depart_s)


@inlined
def go_forward(task: Task, plan: Plan, kind: Any, first: int, whole: bool) -> None:
    """Renew the times that depend on what lies before, from `first` to the end of its route.

    Unless `whole`, and where only the earliest time matters, only as far as something changes.
    """
    nodes, before, here = plan.nodes, plan.nodes[first].prev, first
    while True:
        spot, last = task.spots[here], plan.nodes[before]
        way = way_s(task, kind, before, here)
        start = max(last.leave_s + way, spot.open_s)
        leave = start + spot.service_s if start <= spot.close_s else NEVER
        if not whole and not task.timed and leave == nodes[here].leave_s and here != first:
            return
        nodes[here].leave_s = leave
        if task.timed:
            nodes[here].busy_s = last.busy_s + way + spot.service_s
            nodes[here].depart_s = min(last.depart_s, spot.close_s - last.busy_s - way)
        before, here = here, nodes[here].next
        if here < 0:
            return


@inlined
def go_backward(task: Task, plan: Plan, kind: Any, last: int, whole: bool) -> None:
    """Renew the times that depend on what follows, from `last` back to the start of its route, as `go_forward`."""
    nodes, after, here = plan.nodes, plan.nodes[last].next, last
    while True:
        spot, following = task.spots[here], plan.nodes[after]
        way = way_s(task, kind, here, after)
        latest = min(following.latest_s - way - spot.service_s, spot.close_s)
        if not whole and not task.timed and latest == nodes[here].latest_s and here != last:
            return
        nodes[here].latest_s = latest
        if task.timed:
            nodes[here].rest_s = spot.service_s + way + following.rest_s
            nodes[here].end_s = max(spot.open_s + nodes[here].rest_s, following.end_s)
        after, here = here, nodes[here].prev
        if here < 0:
            return


@inlined
def distance_of(task: Task, plan: Plan, kind: Any, route: int) -> int:
    """Metres of the whole route."""
    here, total = start_of(task, route), 0
    while plan.nodes[here].next >= 0:
        total += way_m(task, kind, here, plan.nodes[here].next)
        here = plan.nodes[here].next
    return total


@inlined
def renew(task: Task, plan: Plan, route: int) -> None:
    """Renew everything that is known of a route after stops were taken out of it."""
    kind, end = task.kinds[task.kind_of[route]], end_of(task, route)
    go_forward(task, plan, kind, plan.nodes[start_of(task, route)].next, True)
    go_backward(task, plan, kind, plan.nodes[end].prev, True)
    now = plan.routes[route]
    if now.stops == 0:
        now.distance_m = 0
        now.cost = 0
        return
    now.distance_m = distance_of(task, plan, kind, route)
    now.cost = NEVER
    if plan.nodes[end].leave_s < NEVER:
        now.cost = now.preference + route_cost(task, kind, now.stops, now.distance_m, duration_s(plan, end))
