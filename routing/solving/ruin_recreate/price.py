"""What an insertion costs, or that it cannot be."""

from typing import Any

from routing.solving.ruin_recreate.calls import line_cost
from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.line import line_up
from routing.solving.ruin_recreate.rows import (
    distance_m_at,
    distance_to_at,
    item,
    kind_of,
    node_at,
    piece_at,
    preference_at,
    route_at,
    spot_at,
)
from routing.solving.ruin_recreate.times import route_cost
from routing.solving.ruin_recreate.ways import way_s


@inlined
def added_cost(task: Any, plan: Any, work: Any, route: int, before: int, stop: int, bar: int) -> int:
    """What the route costs more with `stop` after the node `before`; NEVER where it cannot be or is not under `bar`.

    Load and permission are the caller's to check.
    """
    kind, after = kind_of(task, route), node_at(plan, before).next
    here, there, place = node_at(plan, before).place, node_at(plan, after).place, node_at(plan, stop).place
    added_m = distance_to_at(task, kind.profile, place, here)
    if there != NOWHERE:
        added_m += distance_m_at(task, kind.profile, place, there)
    if route_at(plan, route).stops:
        added_m -= node_at(plan, after).into_m
    if not task.timed:
        return _added_by_distance(task, plan, kind, route, before, stop, after, added_m, bar)
    added = _added_with_time(task, plan, kind, route, before, stop, after, added_m, bar)
    if added < bar and is_rich(task, plan, route, stop):
        return walked_cost(task, plan, work, route, before, stop, NOWHERE, NOWHERE, bar)
    return added


@inlined
def is_rich(task: Any, plan: Any, route: int, stop: int) -> bool:
    """Whether only an exact walk tells the times of the route with this stop."""
    now = route_at(plan, route)
    return kind_of(task, route).rich + now.rich + now.reloads + spot_at(task, stop).rich > 0


@inlined
def walked_cost(
    task: Any, plan: Any, work: Any, route: int, before: int, node: int, before_second: int, second: int, bar: int
) -> int:
    """What the route costs more with these nodes (see `line_up`), walked exactly; NEVER where not under `bar`."""
    count = line_up(task, plan, work, route, before, node, before_second, second)
    cost = line_cost(task, plan, work, route, count)
    added = cost - route_at(plan, route).cost
    return added if cost < NEVER and added < bar else NEVER


@inlined
def _added_by_distance(
    task: Any, plan: Any, kind: Any, route: int, before: int, stop: int, after: int, added_m: int, bar: int
) -> int:
    """Where time is free: it only has to suffice."""
    now = route_at(plan, route)
    added = kind.cost_per_m * added_m
    if task.balance_per_stop2:
        added += task.balance_per_stop2 * (2 * now.stops + 1)
    if not now.stops:
        added += kind.fixed_cost
    if task.preferred:
        added += preference_at(task, item(task.kind_numbers, route), stop)
    if added >= bar:
        return NEVER
    if task.limited and now.distance_m + added_m > kind.max_distance_m:
        return NEVER
    spot = spot_at(task, stop)
    start = max(node_at(plan, before).leave_s + way_s(task, kind, before, stop), spot.open_s)
    if start > spot.close_s:
        return NEVER
    if start + spot.service_s + way_s(task, kind, stop, after) > node_at(plan, after).latest_s:
        return NEVER
    return added


@inlined
def _added_with_time(
    task: Any, plan: Any, kind: Any, route: int, before: int, stop: int, after: int, added_m: int, bar: int
) -> int:
    """Where time costs: the piece up to `before`, the stop and the piece from `after` joined."""
    now, spot = route_at(plan, route), spot_at(task, stop)
    if task.limited and now.distance_m + added_m > kind.max_distance_m:
        return NEVER
    head, tail = piece_at(plan, before), piece_at(plan, after)
    there_s = way_s(task, kind, before, stop)
    start = max(node_at(plan, before).leave_s + there_s, spot.open_s)
    if start > spot.close_s:
        return NEVER
    on_s = spot.service_s + way_s(task, kind, stop, after)
    latest_s = node_at(plan, after).latest_s
    if start + on_s > latest_s:
        return NEVER
    busy_s = head.busy_s + there_s + on_s
    depart_s = min(head.depart_s, spot.close_s - head.busy_s - there_s, latest_s - busy_s)
    taken_s = max(busy_s + tail.rest_s, max(start + on_s + tail.rest_s, tail.end_s) - depart_s)
    if taken_s > kind.max_duration_s:
        return NEVER
    added = now.preference + route_cost(task, kind, now.stops + 1, now.distance_m + added_m, taken_s) - now.relaxed
    if task.preferred:
        added += preference_at(task, item(task.kind_numbers, route), stop)
    return added if added < bar else NEVER
