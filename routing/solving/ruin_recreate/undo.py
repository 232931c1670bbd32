"""Takes a whole iteration back."""

from typing import Any

from routing.solving.ruin_recreate.calls import plan_of, task_of, work_of
from routing.solving.ruin_recreate.change import mark_empty
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NODE, NOWHERE, PIECE, ROUTE
from routing.solving.ruin_recreate.loads import renew_loads
from routing.solving.ruin_recreate.memory import copy_row
from routing.solving.ruin_recreate.rows import counts, item, node_at, put, route_at, set_load, tally
from routing.solving.ruin_recreate.times import start_of


@apart
def take_back(task_at: int, plan_at: int, work_at: int, _0: int, _1: int, _2: int, _3: int) -> int:
    """Restore every route that was saved, and who is absent."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    for at in range(counts(work).saved):
        _forget(task, plan, item(work.saved_routes, at))
    for at in range(counts(work).saved):
        _restore(task, plan, work, at)
    for at in range(counts(work).absent_before):
        put(plan.absent, at, item(work.absent_before, at))
    tally(plan).absent = counts(work).absent_before
    return 0


@inlined
def _forget(task: Any, plan: Any, route: int) -> None:
    here = node_at(plan, start_of(task, route)).next
    while node_at(plan, here).next >= 0:
        node_at(plan, here).route = NOWHERE
        here = node_at(plan, here).next


@inlined
def _restore(task: Any, plan: Any, work: Any, number: int) -> None:
    route = item(work.saved_routes, number)
    had = route_at(plan, route).stops
    for at in range(item(work.saved_from, number), item(work.saved_from, number + 1)):
        copy_row(plan.nodes, item(work.saved_nodes, at), work.nodes_before, at, NODE)
        if task.timed:
            copy_row(plan.pieces, item(work.saved_nodes, at), work.pieces_before, at, PIECE)
    copy_row(plan.routes, route, work.routes_before, number, ROUTE)
    for name in range(task.names):
        set_load(task, plan, route, name, item(work.load_before, number * task.names + name))
    if task.loaded:
        renew_loads(task, plan, route)
    has = route_at(plan, route).stops
    tally(plan).served += has - had
    if had and not has:
        tally(plan).used -= 1
        mark_empty(task, plan, route)
    elif has and not had:
        tally(plan).used += 1
