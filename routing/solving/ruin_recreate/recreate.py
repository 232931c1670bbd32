"""Recreate: greedy insertion with blinks (Christiaens and Vanden Berghe 2020, section 4.2)."""

from typing import Any

from routing.solving.ruin_recreate.calls import best_pair, best_position, put_in, put_in_with_reload, renew
from routing.solving.ruin_recreate.chance import chance
from routing.solving.ruin_recreate.change import enter, save
from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.reloads import NO_RELOAD
from routing.solving.ruin_recreate.rows import (
    counts,
    item,
    key_at,
    node_at,
    put,
    request_at,
    set_key,
    sort_key_at,
    spot_at,
    tally,
)

SHARES = (4.0, 8.0, 10.0, 11.0, 13.0, 15.0, 17.0)
"""How often each order is drawn, summed up: random, demand, far, close (the paper's 4, 4, 2, 1); then short window,
early window, late window (its orders for time windows, 2 each)."""

_GENEROUS = 0.1
"""Share of iterations in which optional stops are inserted though they cost more than leaving them out: together they
may be worth it."""


@inlined
def recreate(task: Any, plan: Any, work: Any) -> None:
    """Insert every pending request where it costs least; what has no place is absent."""
    _sort(task, work)
    generous = chance(work) < _GENEROUS
    for at in range(counts(work).pending):
        request = item(work.pending, at)
        bar = NEVER
        if not request_at(task, request).must and not generous:
            bar = request_at(task, request).penalty
        if request_at(task, request).pair:
            served = _insert_pair(task, plan, work, request, bar)
        else:
            served = _insert_one(task, plan, work, request, bar)
        if not served:
            put(plan.absent, tally(plan).absent, request)
            tally(plan).absent += 1


@inlined
def _sort(task: Any, work: Any) -> None:
    """Put the pending requests in one of the orders: insertion sort, for there are ten or so."""
    drawn, order = chance(work) * SHARES[6], 0
    while drawn >= SHARES[order]:
        order += 1
    for at in range(counts(work).pending):
        request = item(work.pending, at)
        key = chance(work) if order == 0 else sort_key_at(task, order - 1, request)
        to = at - 1
        while to >= 0 and key_at(work, to) > key:
            set_key(work, to + 1, key_at(work, to))
            put(work.pending, to + 1, item(work.pending, to))
            to -= 1
        set_key(work, to + 1, key)
        put(work.pending, to + 1, request)


@inlined
def _insert_pair(task: Any, plan: Any, work: Any, request: int, bar: int) -> bool:
    """Insert a pickup and its delivery if they cost less than `bar`; whether it was done."""
    pickup = item(task.members, request_at(task, request).first)
    cost = best_pair(task, plan, work, pickup)
    before, before_delivery = counts(work).before, counts(work).before_second
    if cost >= bar:
        return False
    route = node_at(plan, before_delivery if before == NOWHERE else before).route
    save(task, plan, work, route)
    if before != NOWHERE:
        enter(task, plan, before, pickup)
    enter(task, plan, before_delivery, spot_at(task, pickup).partner)
    renew(task, plan, work, route)
    return True


@inlined
def _insert_one(task: Any, plan: Any, work: Any, request: int, bar: int) -> bool:
    """Insert the alternative that costs least if it costs less than `bar`; whether it was done."""
    what = request_at(task, request)
    best, best_before, best_stop, best_how = bar, NOWHERE, NOWHERE, NO_RELOAD
    for at in range(what.first, what.first + what.count):
        stop = item(task.members, at)
        cost = best_position(task, plan, work, stop, best)
        if cost < best:
            best, best_before, best_stop, best_how = cost, counts(work).before, stop, counts(work).how
    if best_before == NOWHERE:
        return False
    save(task, plan, work, node_at(plan, best_before).route)
    if best_how == NO_RELOAD:
        put_in(task, plan, work, best_before, best_stop, best)
    else:
        put_in_with_reload(task, plan, work, best_before, best_stop, best_how)
    return True
