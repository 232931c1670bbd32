"""A smaller fleet: one route less, until nobody finds a place (Christiaens and Vanden Berghe 2020, section 5.3)."""

from typing import Any

from routing.solving.ruin_recreate.calls import renew
from routing.solving.ruin_recreate.change import take_out
from routing.solving.ruin_recreate.compiled import compiled
from routing.solving.ruin_recreate.layout import NOWHERE
from routing.solving.ruin_recreate.rows import item, node_at, put, request_at, route_at, spot_at, tally
from routing.solving.ruin_recreate.times import start_of


@compiled
def close_a_route(task: Any, plan: Any, work: Any) -> None:
    """Make those of the route absent who have been so least often, and close it and every unused vehicle."""
    chosen = least = -1
    for route in range(task.vehicles):
        if route_at(plan, route).stops == 0:
            put(plan.closed, route, 1)
            continue
        often = route_at(plan, route).stops
        here = node_at(plan, start_of(task, route)).next
        while node_at(plan, here).next >= 0:
            often += task.stops * item(plan.absences, spot_at(task, here).request)
            here = node_at(plan, here).next
        if chosen < 0 or often < least:
            chosen, least = route, often
    if chosen < 0:
        return
    put(plan.closed, chosen, 1)
    put(plan.moved, chosen, 1)
    now = tally(plan)
    now.cost -= route_at(plan, chosen).cost
    here = node_at(plan, start_of(task, chosen)).next
    while node_at(plan, here).next >= 0:
        after, request = node_at(plan, here).next, spot_at(task, here).request
        take_out(task, plan, here)
        partner = spot_at(task, here).partner
        if partner == NOWHERE or node_at(plan, partner).route == NOWHERE:
            put(plan.absent, now.absent, request)
            now.absent += 1
            now.lost += request_at(task, request).must
            now.cost += request_at(task, request).penalty
        here = after
    renew(task, plan, work, chosen)
