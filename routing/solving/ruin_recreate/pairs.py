"""A pickup and its delivery: removed together, inserted together, in every pair of positions of a route."""

from typing import Any

from routing.solving.ruin_recreate.calls import plan_of, task_of, work_of
from routing.solving.ruin_recreate.chance import until_rare
from routing.solving.ruin_recreate.change import empty_vehicle
from routing.solving.ruin_recreate.compiled import apart, inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.loads import may_serve
from routing.solving.ruin_recreate.price import is_rich, walked_cost
from routing.solving.ruin_recreate.rows import (
    capacity_at,
    collect_at,
    counts,
    item,
    kind_of,
    near_at,
    node_at,
    onboard_at,
    piece_at,
    preference_at,
    put,
    route_at,
    spot_at,
)
from routing.solving.ruin_recreate.times import route_cost, start_of
from routing.solving.ruin_recreate.ways import way_m, way_s


@apart
def best_pair(task_at: int, plan_at: int, work_at: int, pickup: int, _1: int, _2: int, _3: int) -> int:
    """What a pickup and its delivery cost more in their cheapest places.

    The node before the pickup, and the node before the delivery (the pickup itself where it follows), are in `COUNTS`.
    """
    task, plan, work = task_of(task_at), plan_of(plan_at), work_of(work_at)
    counts(work).cost = NEVER
    counts(work).before = counts(work).before_second = NOWHERE
    delivery = spot_at(task, pickup).partner
    if node_at(plan, pickup).route != NOWHERE:
        _best_delivery(task, plan, work, pickup, delivery)
        return counts(work).cost
    counts(work).pairs_tried += 1
    stamp = counts(work).pairs_tried
    for end in range(2):
        stop = pickup if end == 0 else delivery
        for rank in range(task.near_width):
            route = node_at(plan, near_at(task, stop, rank).stop).route
            if route != NOWHERE and item(work.tried, route) != stamp:
                put(work.tried, route, stamp)
                _best_in_route(task, plan, work, route, pickup, delivery)
    for kind in range(task.kind_count):
        route = empty_vehicle(task, plan, kind)
        if route != NOWHERE:
            _best_in_route(task, plan, work, route, pickup, delivery)
    return counts(work).cost


@inlined
def _best_in_route(
    task: Any,
    plan: Any,
    work: Any,
    route: int,
    pickup: int,
    delivery: int,
) -> None:
    """Note what is cheaper in this route."""
    if not may_serve(task, plan, route, pickup) or not may_serve(task, plan, route, delivery):
        return
    kind = kind_of(task, route)
    if route_at(plan, route).stops + 2 > kind.max_stops:
        return
    before = start_of(task, route)
    while node_at(plan, before).next >= 0:
        if not spot_at(task, before).sealed:
            _best_after(task, plan, work, kind, route, before, pickup, delivery)
        before = node_at(plan, before).next


@inlined
def _best_after(
    task: Any,
    plan: Any,
    work: Any,
    kind: Any,
    route: int,
    before: int,
    pickup: int,
    delivery: int,
) -> None:
    """With the pickup after `before`: carry the route on from there, and try the delivery after each node."""
    spot, after = spot_at(task, pickup), node_at(plan, before).next
    way = way_s(task, kind, before, pickup)
    start_s = max(node_at(plan, before).leave_s + way, spot.open_s)
    if start_s > spot.close_s or not _fits(task, plan, route, before, pickup):
        return
    leave_s = start_s + spot.service_s
    busy_s = piece_at(plan, before).busy_s + way + spot.service_s
    depart_s = min(piece_at(plan, before).depart_s, spot.close_s - piece_at(plan, before).busy_s - way)
    was_m = node_at(plan, after).into_m if route_at(plan, route).stops else 0
    first_m = way_m(task, kind, before, pickup) - was_m
    onto_m = way_m(task, kind, pickup, after)
    here, following, best = pickup, after, counts(work).cost
    while True:
        counts(work).blink_in -= 1
        if counts(work).blink_in > 0:
            gone_m = 0 if here == pickup else onto_m - node_at(plan, following).into_m
            cost = _cost(
                task, plan, kind, route, here, delivery, following, first_m + gone_m, leave_s, busy_s, depart_s, best
            )
            if cost < best and (is_rich(task, plan, route, pickup) or spot_at(task, delivery).rich):
                cost = walked_cost(task, plan, work, route, before, pickup, here, delivery, best)
            if cost < best:
                best = cost
                _note(work, cost, before, here)
        else:
            counts(work).blink_in = until_rare(work, task.blink)
        if following >= task.stops or not _fits(task, plan, route, following, pickup):
            return
        way = way_s(task, kind, here, following)
        spot = spot_at(task, following)
        if leave_s + way > node_at(plan, following).latest_s:
            return
        depart_s = min(depart_s, spot.close_s - busy_s - way)
        busy_s += way + spot.service_s
        leave_s = max(leave_s + way, spot.open_s) + spot.service_s
        here, following = following, node_at(plan, following).next


@inlined
def _note(work: Any, cost: int, before: int, before_delivery: int) -> None:
    now = counts(work)
    now.cost, now.before, now.before_second = cost, before, before_delivery


@inlined
def _fits(task: Any, plan: Any, route: int, node: int, pickup: int) -> bool:
    """Whether what the pickup takes fits beside what is on board when leaving this node."""
    for name in range(task.names):
        if onboard_at(task, plan, node, name) + collect_at(task, pickup, name) > capacity_at(
            task, item(task.kind_numbers, route), name
        ):
            return False
    return True


@inlined
def _cost(
    task: Any,
    plan: Any,
    kind: Any,
    route: int,
    here: int,
    delivery: int,
    after: int,
    added_m: int,
    leave_s: int,
    busy_s: int,
    depart_s: int,
    bar: int,
) -> int:
    """With the delivery between `here`, left at `leave_s`, and `after`; the rest as `price.added_cost`."""
    now, spot, tail = route_at(plan, route), spot_at(task, delivery), piece_at(plan, after)
    added_m += way_m(task, kind, here, delivery) + way_m(task, kind, delivery, after)
    added = kind.cost_per_m * added_m + (0 if now.stops else kind.fixed_cost)
    if (not task.timed and added >= bar) or now.distance_m + added_m > kind.max_distance_m:
        return NEVER
    way = way_s(task, kind, here, delivery)
    start_s = max(leave_s + way, spot.open_s)
    on_s = spot.service_s + way_s(task, kind, delivery, after)
    if start_s > spot.close_s or start_s + on_s > node_at(plan, after).latest_s:
        return NEVER
    added_preference = 0
    if task.preferred:
        of = item(task.kind_numbers, route)
        added_preference = preference_at(task, of, delivery) + preference_at(task, of, spot_at(task, delivery).partner)
    if not task.timed:
        return added + added_preference + task.balance_per_stop2 * 4 * (now.stops + 1)
    depart_s = min(depart_s, spot.close_s - busy_s - way, node_at(plan, after).latest_s - busy_s - way - on_s)
    busy_s += way + on_s + tail.rest_s
    taken_s = max(busy_s, max(start_s + on_s + tail.rest_s, tail.end_s) - depart_s)
    if taken_s > kind.max_duration_s:
        return NEVER
    total = now.preference + route_cost(task, kind, now.stops + 2, now.distance_m + added_m, taken_s)
    return total + added_preference - now.relaxed


@inlined
def _best_delivery(task: Any, plan: Any, work: Any, pickup: int, delivery: int) -> None:
    """The delivery alone, after a pickup that is locked."""
    route, here = node_at(plan, pickup).route, pickup
    while True:
        if not spot_at(task, here).sealed:
            cost = walked_cost(task, plan, work, route, here, delivery, NOWHERE, NOWHERE, counts(work).cost)
            if cost < counts(work).cost:
                _note(work, cost, NOWHERE, here)
        here = node_at(plan, here).next
        if here >= task.stops:
            return
