"""Ruin: adjacent string removal (Christiaens and Vanden Berghe 2020, section 5.1)."""

from typing import Any

from routing.solving.ruin_recreate.calls import drop_reloads, plan_of, renew, task_of, work_of
from routing.solving.ruin_recreate.chance import below, chance
from routing.solving.ruin_recreate.change import save, take_out
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NOWHERE
from routing.solving.ruin_recreate.rows import close_by_at, counts, item, node_at, put, route_at, spot_at, tally


@apart
def ruin(task_at: int, plan_at: int, work_at: int, _0: int, _1: int, _2: int, _3: int) -> int:
    """Take strings of stops out of routes near a random one; their requests are then pending."""
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    longest = min(task.longest_string, tally(plan).served / max(1, tally(plan).used))
    most_strings = 4.0 * task.removed / (1.0 + longest) - 1.0
    strings = int(chance(work) * most_strings + 1.0)
    seed = below(work, task.stops)
    for rank in range(-1, task.close_width):
        stop = seed if rank < 0 else close_by_at(task, seed, rank)
        route = node_at(plan, stop).route
        if route == NOWHERE or item(work.touched, route):
            continue
        save(task, plan, work, route)
        _remove_string(task, plan, work, stop, longest)
        if route_at(plan, route).reloads:
            drop_reloads(task, plan, work, route)
        renew(task, plan, work, route)
        strings -= 1
        if strings == 0:
            break
    return 0


@inlined
def _remove_string(task: Any, plan: Any, work: Any, stop: int, longest: float) -> None:
    """Take out a string that holds `stop`, of a length up to `longest`; half of the strings spare a part within."""
    first, last = item(work.saved_from, counts(work).saved - 1) + 1, item(work.saved_from, counts(work).saved) - 2
    size = last - first + 1
    length = min(size, int(chance(work) * min(float(size), longest) + 1.0))
    spared = _spared(task, work, length, size)
    at = first
    while item(work.saved_nodes, at) != stop:
        at += 1
    whole = length + spared
    low, high = max(first, at - whole + 1), min(at, last - whole + 1)
    begin = low + below(work, high - low + 1)
    spare_from = begin + whole
    if spared:
        spare_from = begin + 1 + below(work, length - 1)
    for number in range(begin, begin + whole):
        if number < spare_from or number >= spare_from + spared:
            _remove(task, plan, work, item(work.saved_nodes, number))


@inlined
def _spared(task: Any, work: Any, length: int, size: int) -> int:
    """How many stops inside the string are preserved ("split string"): one, or in the `wide` ones nearly all others.

    The paper has narrow ones only. Wide ones take a head and a tail of a route at once.
    """
    if length == size or length < 2 or chance(work) >= task.split:
        return 0
    spared = 1
    if chance(work) < task.wide:
        while length + spared < size and chance(work) >= task.narrower:
            spared += 1
    return spared


@inlined
def _remove(task: Any, plan: Any, work: Any, node: int) -> None:
    """Take out a stop, and its partner with it, unless it is locked, a reload, or gone already."""
    if node >= task.stops or spot_at(task, node).locked or node_at(plan, node).route == NOWHERE:
        return
    partner = spot_at(task, node).partner
    if partner != NOWHERE:
        if spot_at(task, node).pickup and spot_at(task, partner).locked:
            return
        if not spot_at(task, partner).locked:
            take_out(task, plan, partner)
    take_out(task, plan, node)
    put(work.pending, counts(work).pending, spot_at(task, node).request)
    counts(work).pending += 1
