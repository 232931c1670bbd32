"""Several trips: where a vehicle goes back to reload."""

from typing import Any

from routing.solving.ruin_recreate.calls import plan_of, renew, task_of, work_of
from routing.solving.ruin_recreate.change import enter, link, unlink
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.line import line_without
from routing.solving.ruin_recreate.loads import line_fits
from routing.solving.ruin_recreate.price import walked_cost
from routing.solving.ruin_recreate.rows import counts, item, kind_of, node_at, route_at, spot_at
from routing.solving.ruin_recreate.times import measure, start_of

NO_RELOAD, RELOAD_AFTER, RELOAD_BEFORE = 0, 1, 2
"""With what else a stop is inserted."""


@apart
def cost_with_reload(task_at: int, plan_at: int, work_at: int, route: int, before: int, stop: int, bar: int) -> int:
    """What the stop costs after the node `before` with a reload after or before it, and which of both; NEVER where
    neither can be."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    best = NEVER
    reload = _free_reload(task, plan, route)
    if reload == NOWHERE:
        return NEVER
    if node_at(plan, before).next < task.stops:
        cost = walked_cost(task, plan, work, route, before, stop, stop, reload, bar)
        if cost < min(best, bar):
            best = cost
            counts(work).how = RELOAD_AFTER
    if before < task.stops:
        cost = walked_cost(task, plan, work, route, before, reload, reload, stop, bar)
        if cost < min(best, bar):
            best = cost
            counts(work).how = RELOAD_BEFORE
    return best


@apart
def put_in_with_reload(task_at: int, plan_at: int, work_at: int, before: int, stop: int, how: int, _0: int) -> int:
    """Put a stop and a reload after the node `before`, and renew the route."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    route = node_at(plan, before).route
    reload = _free_reload(task, plan, route)
    enter(task, plan, before, stop)
    link(task, plan, stop if how == RELOAD_AFTER else before, reload)
    route_at(plan, route).reloads += 1
    renew(task, plan, work, route)
    return 0


@inlined
def _free_reload(task: Any, plan: Any, route: int) -> int:
    for reload in range(item(task.reloads_from, route), item(task.reloads_from, route + 1)):
        if node_at(plan, reload).route == NOWHERE:
            return reload
    return NOWHERE


@apart
def drop_reloads(task_at: int, plan_at: int, work_at: int, route: int, _0: int, _1: int, _2: int) -> int:
    """Take out the reloads that have no stop before or after them, or are no longer needed for the load."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    here = node_at(plan, start_of(task, route)).next
    while here >= 0:
        node = node_at(plan, here)
        following = node.next
        if spot_at(task, here).reload:
            lonely = node.prev >= task.stops or following >= task.stops
            if lonely or line_fits(task, work, route, line_without(task, plan, work, route, here)):
                unlink(task, plan, here)
                measure(task, plan, kind_of(task, route), following)
                route_at(plan, route).reloads -= 1
        here = following
    return 0
