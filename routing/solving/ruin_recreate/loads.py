"""What is on board, and whether more fits.

At a trip's start the vehicle holds what its stops demand, but for those that have a pickup; at a stop the demands go
off, then what it collects comes on; a pickup collects what its delivery demands. A reload begins the next trip.
"""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.rows import (
    allowed_at,
    capacity_at,
    collect_at,
    demand_at,
    item,
    kind_at,
    load_at,
    node_at,
    onboard_at,
    peak_after_at,
    peak_before_at,
    preference_at,
    route_at,
    set_load,
    set_onboard,
    set_peak_after,
    set_peak_before,
    spot_at,
    tally,
)
from routing.solving.ruin_recreate.times import start_of


@inlined
def may_serve(task: Any, plan: Any, route: int, stop: int) -> bool:
    """Whether permission, skills and the number of stops let the vehicle serve one more, this one."""
    kind = item(task.kind_numbers, route)
    if task.masked and not allowed_at(task, kind, stop):
        return False
    return not task.limited or route_at(plan, route).stops < kind_at(task, kind).max_stops


@inlined
def has_room(task: Any, plan: Any, route: int, before: int, stop: int) -> bool:
    """Whether the stop fits on board after the node `before`, without another reload."""
    kind = item(task.kind_numbers, route)
    for name in range(task.names):
        room = capacity_at(task, kind, name)
        if not task.loaded:
            if load_at(task, plan, route, name) + demand_at(task, stop, name) > room:
                return False
        elif (
            peak_before_at(task, plan, before, name) + demand_at(task, stop, name) > room
            or peak_after_at(task, plan, before, name) + collect_at(task, stop, name) > room
        ):
            return False
    return True


@inlined
def put_on(task: Any, plan: Any, route: int, stop: int, sign: int) -> None:
    """Count a stop in (1) or out (-1) of the sums of its route."""
    for name in range(task.names):
        now = load_at(task, plan, route, name)
        set_load(task, plan, route, name, now + sign * demand_at(task, stop, name))
    if task.names:
        route_at(plan, route).room -= sign * demand_at(task, stop, 0)
    if task.preferred:
        route_at(plan, route).preference += sign * preference_at(task, item(task.kind_numbers, route), stop)
    route_at(plan, route).rich += sign * spot_at(task, stop).rich
    route_at(plan, route).stops += sign
    tally(plan).served += sign


@inlined
def is_aboard(task: Any, node: int) -> bool:
    """Whether its demand is on board from the trip's start."""
    return spot_at(task, node).partner < 0 or spot_at(task, node).pickup


@inlined
def renew_loads(task: Any, plan: Any, route: int) -> None:
    """Work out what is on board of a whole route, trip by trip."""
    head = start_of(task, route)
    while head >= 0:
        tail = _fill(task, plan, head)
        _rank(task, plan, head, tail)
        head = node_at(plan, tail).next
        if head >= 0 and not spot_at(task, head).reload:
            return  # the end


@inlined
def _fill(task: Any, plan: Any, head: int) -> int:
    """Set what is on board from `head`, a start or a reload, to the last stop of its trip, which is the answer."""
    for name in range(task.names):
        set_onboard(task, plan, head, name, 0)
    here = node_at(plan, head).next
    while here < task.stops:
        if is_aboard(task, here):
            for name in range(task.names):
                now = onboard_at(task, plan, head, name)
                set_onboard(task, plan, head, name, now + demand_at(task, here, name))
        here = node_at(plan, here).next
    before, here = head, node_at(plan, head).next
    while here < task.stops:
        for name in range(task.names):
            now = onboard_at(task, plan, before, name) + collect_at(task, here, name)
            set_onboard(task, plan, here, name, now - demand_at(task, here, name))
        before, here = here, node_at(plan, here).next
    return before


@inlined
def _rank(task: Any, plan: Any, head: int, tail: int) -> None:
    for name in range(task.names):
        most, here = 0, head
        while True:
            most = max(most, onboard_at(task, plan, here, name))
            set_peak_before(task, plan, here, name, most)
            if here == tail:
                break
            here = node_at(plan, here).next
        most = 0
        while True:
            most = max(most, onboard_at(task, plan, here, name))
            set_peak_after(task, plan, here, name, most)
            if here == head:
                break
            here = node_at(plan, here).prev


@inlined
def line_fits(task: Any, work: Any, route: int, count: int) -> bool:
    """Whether all that the first `count` nodes of `Work.line` ask for fits on board, and no reload tears a pair."""
    if not _pairs_are_whole(task, work, count):
        return False
    for name in range(task.names):
        room = capacity_at(task, item(task.kind_numbers, route), name)
        total = change = most = 0
        for at in range(1, count):
            node = item(work.line, at)
            if node >= task.stops:
                if total + most > room:
                    return False
                total = change = most = 0
                continue
            if is_aboard(task, node):
                total += demand_at(task, node, name)
            change += collect_at(task, node, name) - demand_at(task, node, name)
            most = max(most, change)
    return True


@inlined
def _pairs_are_whole(task: Any, work: Any, count: int) -> bool:
    owed = 0
    for at in range(1, count):
        spot = spot_at(task, item(work.line, at))
        if spot.partner >= 0:
            owed += 1 if spot.pickup else -1
        if spot.reload and owed:
            return False
    return True
