"""The cheapest place for one stop."""

from typing import Any

from routing.solving.ruin_recreate.calls import cost_with_reload, plan_of, task_of, work_of
from routing.solving.ruin_recreate.chance import until_rare
from routing.solving.ruin_recreate.change import empty_vehicle
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NOWHERE
from routing.solving.ruin_recreate.loads import has_room, may_serve
from routing.solving.ruin_recreate.price import added_cost
from routing.solving.ruin_recreate.reloads import NO_RELOAD
from routing.solving.ruin_recreate.rows import counts, near_at, node_at, spot_at
from routing.solving.ruin_recreate.times import start_of


@apart
def best_position(task_at: int, plan_at: int, work_at: int, stop: int, bar: int, _1: int, _2: int) -> int:
    """What it costs more, if less than `bar`; the node before it and how it is reloaded are in `COUNTS`."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    best, best_before, best_how = bar, NOWHERE, NO_RELOAD
    blink_in = counts(work).blink_in
    for rank in range(task.near_width):
        neighbour = near_at(task, stop, rank)
        route = node_at(plan, neighbour).route
        if route == NOWHERE or not may_serve(task, plan, route, stop):
            continue
        if not task.loaded and not has_room(task, plan, route, neighbour, stop):
            continue
        for side in range(2):
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
def _or_an_empty_vehicle(
    task: Any, plan: Any, work: Any, stop: int, best: int, best_before: int, best_how: int
) -> tuple[int, int, int]:
    """The same, or a vehicle that stands unused where that costs less."""
    for kind in range(task.kind_count):
        route = empty_vehicle(task, plan, kind)
        if route == NOWHERE or not may_serve(task, plan, route, stop):
            continue
        before = start_of(task, route)
        if has_room(task, plan, route, before, stop):
            cost = added_cost(task, plan, work, route, before, stop, best)
            if cost < best:
                best, best_before, best_how = cost, before, NO_RELOAD
    return best, best_before, best_how
