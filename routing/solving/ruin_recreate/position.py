"""The cheapest place for one stop."""

from typing import Any

from routing.solving.ruin_recreate.calls import cost_with_reload, plan_of, task_of, work_of
from routing.solving.ruin_recreate.chance import until_rare
from routing.solving.ruin_recreate.change import empty_vehicle
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NODE, NOWHERE, ROUTE
from routing.solving.ruin_recreate.loads import has_room, may_serve
from routing.solving.ruin_recreate.memory import row
from routing.solving.ruin_recreate.price import added_cost
from routing.solving.ruin_recreate.reloads import NO_RELOAD
from routing.solving.ruin_recreate.rows import counts, demand_at, item, near_at, node_at, put, spot_at
from routing.solving.ruin_recreate.times import start_of

_FIRST = 8
"""Neighbours that are looked at first: what it costs there shows that most others are dearer."""


@apart
def best_position(task_at: int, plan_at: int, work_at: int, stop: int, bar: int, _1: int, _2: int) -> int:
    """What it costs more, if less than `bar`; the node before it and how it is reloaded are in `COUNTS`."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    best, best_before, best_how = bar, NOWHERE, NO_RELOAD
    blink_in = counts(work).blink_in
    for turn in range(2):
        for at in range(_sift(task, plan, work, stop, turn, best)):
            rank, sides = item(work.likely, at) // 4, item(work.likely, at) % 4
            neighbour = near_at(task, stop, rank).stop
            route = node_at(plan, neighbour).route
            if not may_serve(task, plan, route, stop):
                continue
            if task.names > 1 and not task.loaded and not has_room(task, plan, route, neighbour, stop):
                continue
            for side in range(2):
                if not sides & (1 + side):
                    continue
                before = neighbour if side == 0 else node_at(plan, neighbour).prev
                blink_in -= 1
                if blink_in <= 0:
                    blink_in = until_rare(work, task.blink)
                    continue
                if task.sealing and spot_at(task, before).sealed:
                    continue
                if not task.loaded or has_room(task, plan, route, before, stop):
                    cost, how = added_cost(task, plan, work, route, before, stop, best), NO_RELOAD
                else:
                    cost = cost_with_reload(task, plan, work, route, before, stop, best)
                    how = counts(work).how
                if cost < best:
                    best, best_before, best_how = cost, before, how
    counts(work).blink_in = blink_in
    best, best_before, best_how = _or_an_empty_vehicle(task, plan, work, stop, best, best_before, best_how)
    counts(work).before, counts(work).how = best_before, best_how
    return best


@inlined
def _sift(task: Any, plan: Any, work: Any, stop: int, turn: int, bar: int) -> int:
    """Note in `Work.likely` beside whom there may be room and time for less than `bar`; how many there are.

    That is judged by the one way from or to each neighbour alone; first only the nearest, for a bar. The loop has no
    branches that depend on the plan: they are too random to be guessed, and each wrong guess costs more than all that
    is worked out here.
    """
    count, spot, nodes, routes, likely = 0, spot_at(task, stop), plan.nodes, plan.routes, work.likely
    by_metres, least_per_m = (task.loaded | task.timed) == 0, task.least_per_m
    over_a_reload = task.loaded != 0  # the way may lead, and then that from neighbour to stop tells nothing
    close_s, ready_s = spot.close_s, spot.open_s + spot.service_s
    demand = demand_at(task, stop, 0) if task.names else 0
    for rank in range(_FIRST * turn, task.near_width if turn else min(_FIRST, task.near_width)):
        near = near_at(task, stop, rank)
        here = row(nodes, near.stop, NODE)
        after = (here.leave_s + near.from_s <= close_s) | over_a_reload
        ahead = (ready_s + near.to_s <= here.latest_s) | over_a_reload
        if by_metres:
            from_m = near.from_m - row(nodes, max(0, here.next), NODE).into_m
            to_m = near.to_m - here.into_m
            after &= (from_m <= 0) | (from_m * least_per_m < bar)
            ahead &= (to_m <= 0) | (to_m * least_per_m < bar)
        room = demand <= row(routes, max(0, here.route), ROUTE).room
        put(likely, count, 4 * rank + after + 2 * ahead)
        count += (here.route != NOWHERE) & room & (after | ahead)
    return count


@inlined
def _or_an_empty_vehicle(
    task: Any, plan: Any, work: Any, stop: int, best: int, best_before: int, best_how: int
) -> tuple[int, int, int]:
    """The same, or a vehicle that stands unused where that costs less, or where a route is to be opened.

    One stop alone rarely pays for another route, though several would: where routes are long, none was ever opened.
    """
    for kind in range(task.kind_count):
        route = empty_vehicle(task, plan, kind)
        if route == NOWHERE or not may_serve(task, plan, route, stop):
            continue
        before = start_of(task, route)
        if has_room(task, plan, route, before, stop):
            cost = added_cost(task, plan, work, route, before, stop, NEVER if counts(work).opening else best)
            if cost < best or (counts(work).opening and cost < NEVER):
                counts(work).opening = 0
                best, best_before, best_how = cost, before, NO_RELOAD
    return best, best_before, best_how
