"""Exchanges the ends of two routes (2-opt*, Potvin and Rousseau 1995): more stops at once than any removal takes.

Christiaens and Vanden Berghe 2020 has no such move. It costs little beside a removal and repair: what comes of it is
known from the times of the two routes before anything is moved.
"""

from typing import Any

from routing.solving.ruin_recreate.calls import plan_of, renew, task_of, work_of
from routing.solving.ruin_recreate.chance import below
from routing.solving.ruin_recreate.change import mark_empty, save
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.loads import put_on
from routing.solving.ruin_recreate.rows import (
    capacity_at,
    demand_at,
    item,
    kind_of,
    load_at,
    near_at,
    node_at,
    piece_at,
    route_at,
    spot_at,
    tally,
)
from routing.solving.ruin_recreate.times import end_of, measure, route_cost
from routing.solving.ruin_recreate.ways import way_m, way_s

_NEAR = 30
"""Neighbours looked at; with all sixty the plans were no better."""


@apart
def exchange_tails(task_at: int, plan_at: int, work_at: int, bar: int, _0: int, _1: int, _2: int) -> int:
    """Join a random stop to a near one of another route where that costs least; 1 if it was done.

    It is not done where both routes together would cost `bar` or more than now.
    """
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    stop = below(work, task.stops)
    seed = node_at(plan, stop)
    if seed.route == NOWHERE:
        return 0
    best, best_before, best_after = bar, NOWHERE, NOWHERE
    kind = item(task.kind_numbers, seed.route)
    for rank in range(min(_NEAR, task.near_width)):
        near = near_at(task, stop, rank)
        here = node_at(plan, near.stop)
        if here.route == NOWHERE or item(task.kind_numbers, here.route) != kind:
            continue
        if here.route == seed.route:
            continue
        if seed.leave_s + near.to_s <= here.latest_s:
            cost = _added(task, plan, stop, near.stop, best)
            if cost < best:
                best, best_before, best_after = cost, stop, near.stop
        if here.leave_s + near.from_s <= seed.latest_s:
            cost = _added(task, plan, near.stop, stop, best)
            if cost < best:
                best, best_before, best_after = cost, near.stop, stop
    if best_before == NOWHERE:
        return 0
    first, second = node_at(plan, best_before).route, node_at(plan, best_after).route
    save(task, plan, work, first)
    save(task, plan, work, second)
    _exchange(task, plan, best_before, best_after)
    renew(task, plan, work, first)
    renew(task, plan, work, second)
    return 1


@inlined
def _added(task: Any, plan: Any, before: int, after: int, bar: int) -> int:
    """What both routes cost more if `after` and what follows it comes behind `before`, and what followed that behind
    the node before `after`; NEVER where it cannot be or is not under `bar`.

    Of rich routes the least it may be.
    """
    left, right = node_at(plan, after).prev, node_at(plan, before).next
    if task.sealing and (spot_at(task, before).sealed or spot_at(task, left).sealed):
        return NEVER
    first, second = node_at(plan, before).route, node_at(plan, after).route
    kind, now, other = kind_of(task, first), route_at(plan, first), route_at(plan, second)
    one_less = node_at(plan, left).prev < 0 and node_at(plan, right).next < 0
    joined_m = way_m(task, kind, before, after) - node_at(plan, after).into_m
    left_m = (0 if one_less else way_m(task, kind, left, right)) - node_at(plan, right).into_m
    by_ways = not (task.timed or task.balance_per_stop2 or one_less)
    if by_ways and kind.cost_per_m * (joined_m + left_m) >= bar:
        return NEVER
    taken_s = _taken_s(task, plan, kind, before, after)
    other_taken_s = 0 if one_less else _taken_s(task, plan, kind, left, right)
    if max(taken_s, other_taken_s) > kind.max_duration_s:
        return NEVER
    more_stops = more_m = 0  # without limits it does not matter which of the two routes has them
    if task.limited or task.balance_per_stop2:
        more_stops, more_m = _behind(task, plan, after, right)
    stops, other_stops = now.stops + more_stops, other.stops - more_stops
    distance_m, other_m = now.distance_m + joined_m + more_m, other.distance_m + left_m - more_m
    if task.limited and (max(stops, other_stops) > kind.max_stops or max(distance_m, other_m) > kind.max_distance_m):
        return NEVER
    added = now.preference + other.preference + route_cost(task, kind, stops, distance_m, taken_s)
    if not one_less:
        added += route_cost(task, kind, other_stops, other_m, other_taken_s)
    added -= now.relaxed + other.relaxed
    if added >= bar or not _have_room(task, plan, first, second, before, left):
        return NEVER
    return added


@inlined
def _taken_s(task: Any, plan: Any, kind: Any, before: int, after: int) -> int:
    """The shortest duration of a route that goes on with `after` behind `before`; 0 where that does not matter, NEVER
    where it is too late. See `times`."""
    way = way_s(task, kind, before, after)
    arrival_s, latest_s = node_at(plan, before).leave_s + way, node_at(plan, after).latest_s
    if arrival_s > latest_s:
        return NEVER
    if not task.timed:
        return 0
    head, tail = piece_at(plan, before), piece_at(plan, after)
    busy_s = head.busy_s + way
    depart_s = min(head.depart_s, latest_s - busy_s)
    return max(busy_s + tail.rest_s, max(arrival_s + tail.rest_s, tail.end_s) - depart_s)


@inlined
def _behind(task: Any, plan: Any, after: int, right: int) -> tuple[int, int]:
    """How many stops more there are from `after` on than from `right` on, and metres on the ways between them."""
    stops = distance_m = 0
    for sign in range(-1, 2, 2):
        here = after if sign > 0 else right
        while node_at(plan, here).next >= 0:
            stops += sign
            here = node_at(plan, here).next
            distance_m += sign * node_at(plan, here).into_m
    return stops, distance_m


@inlined
def _have_room(task: Any, plan: Any, first: int, second: int, before: int, left: int) -> bool:
    """Whether the load of either route fits after the exchange."""
    for name in range(task.names):
        room = capacity_at(task, item(task.kind_numbers, first), name)
        head, rest = _load_up_to(task, plan, before, name), _load_up_to(task, plan, left, name)
        now, other = load_at(task, plan, first, name), load_at(task, plan, second, name)
        if head + other - rest > room or rest + now - head > room:
            return False
    return True


@inlined
def _load_up_to(task: Any, plan: Any, node: int, name: int) -> int:
    total = 0
    while node_at(plan, node).prev >= 0:
        total += demand_at(task, node, name)
        node = node_at(plan, node).prev
    return total


@inlined
def _exchange(task: Any, plan: Any, before: int, after: int) -> None:
    """Change the links; times and cost of both routes are the caller's to renew."""
    first, second = node_at(plan, before).route, node_at(plan, after).route
    left, right = node_at(plan, after).prev, node_at(plan, before).next
    end, other_end = end_of(task, first), end_of(task, second)
    last, other_last = node_at(plan, end).prev, node_at(plan, other_end).prev
    _move(task, plan, right, second)
    _move(task, plan, after, first)
    _join(task, plan, before, after)
    _join(task, plan, other_last, end)
    if right == end:
        _join(task, plan, left, other_end)
    else:
        _join(task, plan, left, right)
        _join(task, plan, last, other_end)
    if route_at(plan, second).stops == 0:
        tally(plan).used -= 1
        mark_empty(task, plan, second)


@inlined
def _move(task: Any, plan: Any, first: int, route: int) -> None:
    """Count the stops from this one on to another route."""
    here = first
    while node_at(plan, here).next >= 0:
        put_on(task, plan, node_at(plan, here).route, here, -1)
        node_at(plan, here).route = route
        put_on(task, plan, route, here, 1)
        here = node_at(plan, here).next


@inlined
def _join(task: Any, plan: Any, before: int, after: int) -> None:
    node_at(plan, before).next = after
    node_at(plan, after).prev = before
    measure(task, plan, kind_of(task, node_at(plan, before).route), after)
