"""Puts stops into routes, takes them out, and takes a whole iteration back."""

from typing import Any

from routing.solving.ruin_recreate.calls import plan_of, renew, task_of, work_of
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NODE, NOWHERE, PIECE, ROUTE
from routing.solving.ruin_recreate.loads import put_on, renew_loads
from routing.solving.ruin_recreate.memory import copy_row
from routing.solving.ruin_recreate.rows import counts, item, kind_of, load_at, node_at, put, route_at, tally
from routing.solving.ruin_recreate.times import (
    duration_s,
    end_of,
    go_backward,
    go_forward,
    measure,
    route_cost,
    start_of,
)


@inlined
def save(task: Any, plan: Any, work: Any, route: int) -> None:
    """Remember a route as it is before this iteration touches it."""
    if item(work.touched, route):
        return
    number = counts(work).saved
    at = item(work.saved_from, number)
    here = start_of(task, route)
    while here >= 0:
        put(work.saved_nodes, at, here)
        copy_row(work.nodes_before, at, plan.nodes, here, NODE)
        if task.timed:
            copy_row(work.pieces_before, at, plan.pieces, here, PIECE)
        at += 1
        here = node_at(plan, here).next
    put(work.touched, route, 1)
    put(work.saved_routes, number, route)
    copy_row(work.routes_before, number, plan.routes, route, ROUTE)
    for name in range(task.names):
        put(work.load_before, number * task.names + name, load_at(task, plan, route, name))
    put(work.saved_from, number + 1, at)
    counts(work).saved = number + 1


@inlined
def take_out(task: Any, plan: Any, stop: int) -> None:
    """Unlink a stop; its route is the caller's to renew."""
    node = node_at(plan, stop)
    route, after = node.route, node.next
    unlink(task, plan, stop)
    put_on(task, plan, route, stop, -1)
    measure(task, plan, kind_of(task, route), after)
    if route_at(plan, route).stops == 0:
        tally(plan).used -= 1
        mark_empty(task, plan, route)


@inlined
def unlink(task: Any, plan: Any, here: int) -> None:
    """Take a node out of its list."""
    node = node_at(plan, here)
    node_at(plan, node.prev).next = node.next
    node_at(plan, node.next).prev = node.prev
    node.route = NOWHERE


@inlined
def link(task: Any, plan: Any, before: int, here: int) -> None:
    """Make a node stand after another; its times are the caller's to renew."""
    after, route = node_at(plan, before).next, node_at(plan, before).route
    node_at(plan, before).next = here
    node_at(plan, here).prev = before
    node_at(plan, here).next = after
    node_at(plan, after).prev = here
    node_at(plan, here).route = route
    kind = kind_of(task, route)
    measure(task, plan, kind, here)
    measure(task, plan, kind, after)


@inlined
def enter(task: Any, plan: Any, before: int, stop: int) -> None:
    """Link a stop and count it in; its route is the caller's to renew."""
    route = node_at(plan, before).route
    if route_at(plan, route).stops == 0:
        tally(plan).used += 1
    link(task, plan, before, stop)
    put_on(task, plan, route, stop, 1)


@apart
def put_in(task_at: int, plan_at: int, work_at: int, before: int, stop: int, added: int, _0: int) -> int:
    """Put a stop after the node `before` and renew its route, which costs `added` more."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    route, into_m = node_at(plan, before).route, node_at(plan, node_at(plan, before).next).into_m
    now = route_at(plan, route)
    was_empty, was_broken = now.stops == 0, now.cost >= NEVER
    enter(task, plan, before, stop)
    if was_broken:  # the streets know no way past what was taken out, or none that is quick enough
        renew(task, plan, work, route)
        return 0
    go_forward(task, plan, stop, False)
    go_backward(task, plan, stop, False)
    if task.loaded:
        renew_loads(task, plan, route)
    added_m = node_at(plan, stop).into_m + node_at(plan, node_at(plan, stop).next).into_m
    now.distance_m += added_m if was_empty else added_m - into_m
    now.cost += added
    now.relaxed = now.cost
    if task.timed:
        kind, taken_s = kind_of(task, route), duration_s(plan, end_of(task, route))
        now.relaxed = now.preference + route_cost(task, kind, now.stops, now.distance_m, taken_s)
    return 0


@inlined
def mark_empty(task: Any, plan: Any, route: int) -> None:
    """Let `empty_vehicle` find this one again."""
    kind = item(task.kind_numbers, route)
    put(plan.first_empty, kind, min(item(plan.first_empty, kind), item(task.rank_in_kind, route)))


@inlined
def empty_vehicle(task: Any, plan: Any, kind: int) -> int:
    """The first vehicle of this kind without a stop, or NOWHERE."""
    at, stop_at = item(plan.first_empty, kind), item(task.kind_starts, kind + 1)
    while at < stop_at and (
        route_at(plan, item(task.same_kind, at)).stops or item(plan.closed, item(task.same_kind, at))
    ):
        at += 1
    put(plan.first_empty, kind, at)
    return item(task.same_kind, at) if at < stop_at else NOWHERE
