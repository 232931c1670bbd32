"""Recreate: greedy insertion with blinks (Christiaens and Vanden Berghe 2020, section 4.2)."""

from routing.solving.ruin_recreate.chance import chance
from routing.solving.ruin_recreate.change import empty_vehicle, put_in, save
from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE, PENDING, Plan, Settings, Task, Work
from routing.solving.ruin_recreate.price import added_cost, may_carry
from routing.solving.ruin_recreate.times import start_of

SHARES = (4.0, 8.0, 10.0, 11.0, 13.0, 15.0, 17.0)
"""How often each order is drawn, summed up: random, demand, far, close (the paper's 4, 4, 2, 1); then short window,
early window, late window (its orders for time windows, 2 each)."""


@inlined
def recreate(task: Task, plan: Plan, work: Work, settings: Settings) -> None:
    """Insert every pending request where it costs least; what has no place is absent."""
    _sort(task, work)
    plan.tally[0].absent = 0
    for at in range(work.counts[PENDING]):
        _insert(task, plan, work, settings, work.pending[at])


@inlined
def _sort(task: Task, work: Work) -> None:
    """Put the pending requests in one of the orders: insertion sort, for there are ten or so."""
    drawn, order = chance(work.word) * SHARES[-1], 0
    while drawn >= SHARES[order]:
        order += 1
    pending, keys = work.pending, work.keys
    for at in range(work.counts[PENDING]):
        request = pending[at]
        key = chance(work.word) if order == 0 else task.sort_keys[order - 1, request]
        to = at - 1
        while to >= 0 and keys[to] > key:
            keys[to + 1] = keys[to]
            pending[to + 1] = pending[to]
            to -= 1
        keys[to + 1] = key
        pending[to + 1] = request


@inlined
def _insert(task: Task, plan: Plan, work: Work, settings: Settings, request: int) -> None:
    what = task.requests[request]
    best, best_before, best_stop = NEVER, NOWHERE, NOWHERE
    for at in range(what.first, what.first + what.count):
        stop = task.members[at]
        cost, before = _best_position(task, plan, work, settings, stop, best)
        if before == NOWHERE and best_before == NOWHERE:
            cost, before = _on_an_empty_vehicle(task, plan, stop)
        if cost < best:
            best, best_before, best_stop = cost, before, stop
    if best_before == NOWHERE:
        plan.absent[plan.tally[0].absent] = request
        plan.tally[0].absent += 1
        return
    route = plan.nodes[best_before].route
    save(task, plan, work, route)
    put_in(task, plan, route, best_before, best_stop, best)


@inlined
def _best_position(task: Task, plan: Plan, work: Work, settings: Settings, stop: int, bar: int) -> tuple[int, int]:
    """The cheapest place beside a neighbour: what it costs more, and the node before it (or NOWHERE)."""
    best, best_before = bar, NOWHERE
    for rank in range(task.near.shape[1]):
        neighbour = task.near[stop, rank]
        route = plan.nodes[neighbour].route
        if route == NOWHERE or not may_carry(task, plan, route, stop):
            continue
        for side in range(2):
            before = neighbour if side == 0 else plan.nodes[neighbour].prev
            if chance(work.word) < settings.blink or task.spots[before].sealed:
                continue
            cost = added_cost(task, plan, route, before, stop, best)
            if cost < best:
                best, best_before = cost, before
    return best, best_before


@inlined
def _on_an_empty_vehicle(task: Task, plan: Plan, stop: int) -> tuple[int, int]:
    """The cheapest kind of vehicle that stands unused, as `_best_position`."""
    best, best_before = NEVER, NOWHERE
    for kind in range(task.kinds.size):
        route = empty_vehicle(task, plan, kind)
        if route == NOWHERE or not may_carry(task, plan, route, stop):
            continue
        cost = added_cost(task, plan, route, start_of(task, route), stop, best)
        if cost < best:
            best, best_before = cost, start_of(task, route)
    return best, best_before
