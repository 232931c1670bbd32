"""Puts stops into routes, takes them out, and takes a whole iteration back."""

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import ABSENT_BEFORE, NEVER, NOWHERE, SAVED, Plan, Task, Work
from routing.solving.ruin_recreate.times import go_backward, go_forward, renew, start_of
from routing.solving.ruin_recreate.ways import way_m


@inlined
def save(task: Task, plan: Plan, work: Work, route: int) -> None:
    """Remember a route as it is before this iteration touches it."""
    if work.touched[route]:
        return
    number = work.counts[SAVED]
    at = work.saved_from[number]
    here = start_of(task, route)
    while here >= 0:
        work.saved_nodes[at] = here
        work.nodes_before[at] = plan.nodes[here]
        at += 1
        here = plan.nodes[here].next
    work.touched[route] = 1
    work.saved_routes[number] = route
    work.routes_before[number] = plan.routes[route]
    for name in range(plan.load.shape[1]):
        work.load_before[number, name] = plan.load[route, name]
    work.saved_from[number + 1] = at
    work.counts[SAVED] = number + 1


@inlined
def take_out(task: Task, plan: Plan, stop: int) -> None:
    """Unlink a stop; its route's times and cost are the caller's to renew."""
    node = plan.nodes[stop]
    route = node.route
    plan.nodes[node.prev].next = node.next
    plan.nodes[node.next].prev = node.prev
    node.route = NOWHERE
    for name in range(plan.load.shape[1]):
        plan.load[route, name] -= task.demand[stop, name]
    if task.preference.size:
        plan.routes[route].preference -= task.preference[task.kind_of[route], stop]
    plan.routes[route].stops -= 1
    if plan.routes[route].stops == 0:
        plan.tally[0].used -= 1
        mark_empty(task, plan, route)


@inlined
def put_in(task: Task, plan: Plan, route: int, before: int, stop: int, added: int) -> None:
    """Link a stop after the node `before` and renew its route, which costs `added` more."""
    kind, now = task.kinds[task.kind_of[route]], plan.routes[route]
    after = plan.nodes[before].next
    added_m = way_m(task, kind, before, stop) + way_m(task, kind, stop, after)
    if now.stops:
        added_m -= way_m(task, kind, before, after)
    else:
        plan.tally[0].used += 1
    link(plan, before, stop, after, route)
    for name in range(plan.load.shape[1]):
        plan.load[route, name] += task.demand[stop, name]
    if task.preference.size:
        now.preference += task.preference[task.kind_of[route], stop]
    now.stops += 1
    now.distance_m += added_m
    if now.cost >= NEVER:  # the streets know no way past what was taken out
        renew(task, plan, route)
        return
    now.cost += added
    go_forward(task, plan, kind, stop, False)
    go_backward(task, plan, kind, stop, False)


@inlined
def link(plan: Plan, before: int, node: int, after: int, route: int) -> None:
    """Make `node` stand between two others."""
    plan.nodes[before].next = node
    plan.nodes[node].prev = before
    plan.nodes[node].next = after
    plan.nodes[after].prev = node
    plan.nodes[node].route = route


@inlined
def mark_empty(task: Task, plan: Plan, route: int) -> None:
    """Let `empty_vehicle` find this one again."""
    kind = task.kind_of[route]
    plan.first_empty[kind] = min(plan.first_empty[kind], task.rank_in_kind[route])


@inlined
def empty_vehicle(task: Task, plan: Plan, kind: int) -> int:
    """The first vehicle of this kind without a stop, or NOWHERE."""
    at, stop_at = plan.first_empty[kind], task.kind_starts[kind + 1]
    while at < stop_at and plan.routes[task.same_kind[at]].stops:
        at += 1
    plan.first_empty[kind] = at
    return task.same_kind[at] if at < stop_at else NOWHERE


@inlined
def take_back(task: Task, plan: Plan, work: Work) -> None:
    """Restore every route that was saved, and who is absent."""
    for at in range(work.counts[SAVED]):
        _forget(task, plan, work.saved_routes[at])
    for at in range(work.counts[SAVED]):
        _restore(task, plan, work, at)
    for at in range(work.counts[ABSENT_BEFORE]):
        plan.absent[at] = work.absent_before[at]
    plan.tally[0].absent = work.counts[ABSENT_BEFORE]


@inlined
def _forget(task: Task, plan: Plan, route: int) -> None:
    here = plan.nodes[start_of(task, route)].next
    while plan.nodes[here].next >= 0:
        plan.nodes[here].route = NOWHERE
        here = plan.nodes[here].next


@inlined
def _restore(task: Task, plan: Plan, work: Work, number: int) -> None:
    route = work.saved_routes[number]
    had = plan.routes[route].stops
    for at in range(work.saved_from[number], work.saved_from[number + 1]):
        plan.nodes[work.saved_nodes[at]] = work.nodes_before[at]
    plan.routes[route] = work.routes_before[number]
    for name in range(plan.load.shape[1]):
        plan.load[route, name] = work.load_before[number, name]
    has = plan.routes[route].stops
    if had and not has:
        plan.tally[0].used -= 1
        mark_empty(task, plan, route)
    elif has and not had:
        plan.tally[0].used += 1
