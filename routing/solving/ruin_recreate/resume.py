"""Takes up a plan that is there already."""

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.change import link, put_in, take_out
from routing.solving.ruin_recreate.compiled import compiled, inlined
from routing.solving.ruin_recreate.layout import NEVER, Plan, Task
from routing.solving.ruin_recreate.price import added_cost, may_carry
from routing.solving.ruin_recreate.times import end_of, renew


@compiled
def take_up(task: Task, plan: Plan, route: int, stops: NDArray[np.int64]) -> None:
    """Drive `stops` in this order with an empty vehicle; where that cannot be, only those that fit one by one."""
    if stops.size == 0:
        return
    for stop in stops:
        _append(task, plan, route, stop)
    renew(task, plan, route)
    if plan.routes[route].cost < NEVER and _in_bounds(task, plan, route, stops):
        return
    for stop in stops:
        take_out(task, plan, stop)
    renew(task, plan, route)
    for stop in stops:
        before = plan.nodes[end_of(task, route)].prev
        if may_carry(task, plan, route, stop):
            added = added_cost(task, plan, route, before, stop, NEVER)
            if added < NEVER:
                put_in(task, plan, route, before, stop, added)


@compiled
def count_up(task: Task, plan: Plan) -> None:
    """After all routes are taken up: who is absent, and what it all costs."""
    tally = plan.tally[0]
    tally.absent = tally.cost = tally.lost = 0
    for request in range(task.requests.size):
        if not _is_served(task, plan, request):
            plan.absent[tally.absent] = request
            tally.absent += 1
            tally.cost += task.requests[request].penalty
            tally.lost += task.requests[request].must
    for route in range(task.vehicles):
        tally.cost += plan.routes[route].cost
    tally.best_cost, tally.best_lost = tally.cost, tally.lost
    for node in range(plan.nodes.size):
        plan.best[node] = plan.nodes[node].next


@inlined
def _append(task: Task, plan: Plan, route: int, stop: int) -> None:
    end, now = end_of(task, route), plan.routes[route]
    link(plan, plan.nodes[end].prev, stop, end, route)
    for name in range(plan.load.shape[1]):
        plan.load[route, name] += task.demand[stop, name]
    if task.preference.size:
        now.preference += task.preference[task.kind_of[route], stop]
    if now.stops == 0:
        plan.tally[0].used += 1
    now.stops += 1


@inlined
def _in_bounds(task: Task, plan: Plan, route: int, stops: NDArray[np.int64]) -> bool:
    kind, now = task.kind_of[route], plan.routes[route]
    for name in range(plan.load.shape[1]):
        if plan.load[route, name] > task.capacity[kind, name]:
            return False
    for stop in stops:
        if not task.allowed[kind, stop]:
            return False
    return now.stops <= task.kinds[kind].max_stops and now.distance_m <= task.kinds[kind].max_distance_m


@inlined
def _is_served(task: Task, plan: Plan, request: int) -> bool:
    what = task.requests[request]
    served = 0
    for at in range(what.first, what.first + what.count):
        served += plan.nodes[task.members[at]].route >= 0
    return served > 0
