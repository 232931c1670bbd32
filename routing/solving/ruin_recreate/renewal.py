"""Works out anew what is known of a route."""

from typing import Any

from routing.solving.ruin_recreate.calls import line_cost, plan_of, task_of, work_of
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE, TOO_LATE
from routing.solving.ruin_recreate.line import line_up
from routing.solving.ruin_recreate.loads import renew_loads
from routing.solving.ruin_recreate.rows import kind_of, node_at, route_at
from routing.solving.ruin_recreate.times import duration_s, end_of, go_backward, go_forward, route_cost, start_of


@apart
def renew(task_at: int, plan_at: int, work_at: int, route: int, _0: int, _1: int, _2: int) -> int:
    """Times, loads and cost of a route whose links and ways are right."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    end, now = end_of(task, route), route_at(plan, route)
    go_forward(task, plan, node_at(plan, start_of(task, route)).next, True)
    go_backward(task, plan, node_at(plan, end).prev, True)
    if task.loaded:
        renew_loads(task, plan, route)
    now.distance_m = now.relaxed = now.cost = 0
    if now.stops == 0:
        return 0
    now.distance_m = _distance_m(task, plan, route)
    now.relaxed = now.cost = NEVER
    if node_at(plan, end).leave_s >= TOO_LATE:
        return 0
    kind = kind_of(task, route)
    taken_s = duration_s(plan, end) if task.timed else 0
    now.relaxed = now.cost = now.preference + route_cost(task, kind, now.stops, now.distance_m, taken_s)
    if kind.rich + now.rich + now.reloads:
        count = line_up(task, plan, work, route, NOWHERE, NOWHERE, NOWHERE, NOWHERE)
        now.cost = line_cost(task, plan, work, route, count)
    return 0


@inlined
def _distance_m(task: Any, plan: Any, route: int) -> int:
    here, total = node_at(plan, start_of(task, route)).next, 0
    while here >= 0:
        total += node_at(plan, here).into_m
        here = node_at(plan, here).next
    return total
