"""Takes up a plan that is there already."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.calls import drop_reloads, renew
from routing.solving.ruin_recreate.change import enter, link, take_out, unlink
from routing.solving.ruin_recreate.compiled import compiled, inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.line import line_up
from routing.solving.ruin_recreate.loads import line_fits
from routing.solving.ruin_recreate.rows import (
    allowed_at,
    item,
    kind_of,
    node_at,
    put,
    request_at,
    route_at,
    spot_at,
    tally,
)
from routing.solving.ruin_recreate.times import end_of, measure, start_of


@compiled
def take_up(task: Any, plan: Any, work: Any, route: int, nodes: NDArray[np.int64]) -> None:
    """Drive through `nodes` in this order with an empty vehicle; of what cannot be driven only a part.

    The nodes are stops and reloads of this vehicle. Stops are taken out from the end until the route can be driven,
    but for those that are locked.
    """
    for node in nodes:
        last = node_at(plan, end_of(task, route)).prev
        if node < task.stops:
            enter(task, plan, last, node)
        else:
            link(task, plan, last, node)
            route_at(plan, route).reloads += 1
    renew(task, plan, work, route)
    for at in range(nodes.size - 1, -1, -1):
        if route_at(plan, route).stops == 0 or _can_be_driven(task, plan, work, route):
            break
        _drop(task, plan, nodes[at])
        renew(task, plan, work, route)
    drop_reloads(task, plan, work, route)
    renew(task, plan, work, route)


@compiled
def count_up(task: Any, plan: Any) -> None:
    """After all routes are taken up: who is absent, and what it all costs."""
    now = tally(plan)
    now.absent = now.cost = now.lost = 0
    for request in range(task.request_count):
        if not _is_served(task, plan, request):
            put(plan.absent, now.absent, request)
            now.absent += 1
            now.cost += request_at(task, request).penalty
            now.lost += request_at(task, request).must
    for route in range(task.vehicles):
        now.cost += route_at(plan, route).cost
    now.best_cost, now.best_lost = now.cost, now.lost
    for node in range(task.nodes):
        put(plan.best, node, node_at(plan, node).next)


@inlined
def _drop(task: Any, plan: Any, node: int) -> None:
    if node_at(plan, node).route == NOWHERE:
        return
    if node >= task.stops:
        after, route = node_at(plan, node).next, node_at(plan, node).route
        unlink(task, plan, node)
        measure(task, plan, kind_of(task, route), after)
        route_at(plan, route).reloads -= 1
        return
    partner = spot_at(task, node).partner
    if partner != NOWHERE and spot_at(task, node).pickup and node_at(plan, partner).route != NOWHERE:
        take_out(task, plan, partner)
    if spot_at(task, node).locked:
        return
    if partner != NOWHERE and node_at(plan, partner).route != NOWHERE and not spot_at(task, partner).locked:
        take_out(task, plan, partner)
    take_out(task, plan, node)


@inlined
def _can_be_driven(task: Any, plan: Any, work: Any, route: int) -> bool:
    kind, now = kind_of(task, route), route_at(plan, route)
    if now.cost >= NEVER or now.stops > kind.max_stops or now.distance_m > kind.max_distance_m:
        return False
    count = line_up(task, plan, work, route, NOWHERE, NOWHERE, NOWHERE, NOWHERE)
    return line_fits(task, work, route, count) and _may_all_serve(task, plan, route)


@inlined
def _may_all_serve(task: Any, plan: Any, route: int) -> bool:
    """Whether the vehicle may serve them all, and each pair is whole and in one trip, in order."""
    here = node_at(plan, start_of(task, route)).next
    while node_at(plan, here).next >= 0:
        if here < task.stops and not (
            allowed_at(task, item(task.kind_numbers, route), here) and _follows_its_pickup(task, plan, here)
        ):
            return False
        here = node_at(plan, here).next
    return True


@inlined
def _follows_its_pickup(task: Any, plan: Any, stop: int) -> bool:
    """Whether a stop that has a pickup has it before it in its trip; a pickup, whether its delivery is on the route."""
    partner = spot_at(task, stop).partner
    if partner == NOWHERE:
        return True
    if spot_at(task, stop).pickup:
        return node_at(plan, partner).route == node_at(plan, stop).route
    here = node_at(plan, stop).prev
    while here < task.stops:
        if here == partner:
            return True
        here = node_at(plan, here).prev
    return False


@inlined
def _is_served(task: Any, plan: Any, request: int) -> bool:
    what = request_at(task, request)
    if what.pair:
        return node_at(plan, spot_at(task, item(task.members, what.first)).partner).route != NOWHERE
    served = 0
    for at in range(what.first, what.first + what.count):
        served += node_at(plan, item(task.members, at)).route != NOWHERE
    return served > 0
