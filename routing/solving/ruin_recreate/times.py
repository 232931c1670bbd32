"""Times of a route whose stops have one window each: from these, any insertion is judged in a few additions.

A piece of route turns a departure `t` into an end: `max(t + busy, earliest end)` for every `t` up to the latest
departure. Pieces are joined by addition and `max` (Vidal et al. 2013, section 4.3, in terms of departures). Of a rich
route they are bounds: nothing that they forbid is possible.
"""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import TOO_LATE
from routing.solving.ruin_recreate.rows import node_at, piece_at, spot_at
from routing.solving.ruin_recreate.ways import way_m, way_s


@inlined
def start_of(task: Any, route: int) -> int:
    """The node where the vehicle leaves."""
    return task.stops + 2 * route


@inlined
def end_of(task: Any, route: int) -> int:
    """The node where the vehicle ends."""
    return task.stops + 2 * route + 1


@inlined
def route_cost(task: Any, kind: Any, stops: int, distance_m: int, duration_s: int) -> int:
    """What a route costs that visits a stop; preferences and soft windows not counted."""
    cost = kind.fixed_cost + kind.cost_per_s * duration_s + kind.cost_per_m * distance_m
    if task.balance_per_h2:
        cost += task.balance_per_h2 * duration_s * duration_s // 12960000
    return cost + task.balance_per_stop2 * stops * stops


@inlined
def duration_s(plan: Any, end: int) -> int:
    """The shortest duration of the route that ends at this node: waiting only where leaving later does not help."""
    piece = piece_at(plan, end)
    return max(piece.busy_s, node_at(plan, end).leave_s - piece.depart_s)


@inlined
def within(time_s: int) -> int:
    """As it is kept: nothing further off than TOO_LATE."""
    return min(max(time_s, -TOO_LATE), TOO_LATE)


@inlined
def measure(task: Any, plan: Any, kind: Any, node: int) -> None:
    """Renew what is known of the way into a node."""
    before = node_at(plan, node).prev
    node_at(plan, node).into_m = way_m(task, kind, before, node)
    node_at(plan, node).into_s = within(way_s(task, kind, before, node))


@inlined
def go_forward(task: Any, plan: Any, first: int, whole: bool) -> None:
    """Renew the times that depend on what lies before, from `first` to the end of its route.

    Unless `whole`, and where only the earliest time matters, only as far as something changes.
    """
    before, here = node_at(plan, first).prev, first
    while here >= 0:
        spot, way = spot_at(task, here), node_at(plan, here).into_s
        start = max(node_at(plan, before).leave_s + way, spot.open_s)
        leave = start + spot.service_s if start <= spot.close_s else TOO_LATE
        if not whole and not task.timed and leave == node_at(plan, here).leave_s and here != first:
            return
        node_at(plan, here).leave_s = leave
        if task.timed:
            last = piece_at(plan, before)
            piece_at(plan, here).busy_s = within(last.busy_s + way + spot.service_s)
            piece_at(plan, here).depart_s = within(min(last.depart_s, spot.close_s - last.busy_s - way))
        before, here = here, node_at(plan, here).next


@inlined
def go_backward(task: Any, plan: Any, last: int, whole: bool) -> None:
    """Renew the times that depend on what follows, from `last` back to the start of its route, as `go_forward`."""
    after, here = node_at(plan, last).next, last
    while here >= 0:
        spot, way = spot_at(task, here), node_at(plan, after).into_s
        latest = within(min(node_at(plan, after).latest_s - way - spot.service_s, spot.close_s))
        if not whole and not task.timed and latest == node_at(plan, here).latest_s and here != last:
            return
        node_at(plan, here).latest_s = latest
        if task.timed:
            following = piece_at(plan, after)
            rest = within(spot.service_s + way + following.rest_s)
            piece_at(plan, here).rest_s = rest
            piece_at(plan, here).end_s = within(max(spot.open_s + rest, following.end_s))
        after, here = here, node_at(plan, here).prev
