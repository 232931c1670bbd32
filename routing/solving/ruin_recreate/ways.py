"""What lies between two nodes: seconds and metres."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.hours import arrival_by_hours_s
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.rows import distance_m_at, spot_at, travel_s_at

_UNREACHABLE = 2**31 - 1


@inlined
def way_s(task: Any, kind: Any, start: int, end: int) -> int:
    """Seconds to drive from one node to another and to park there; NEVER where there is no way."""
    here, there = spot_at(task, start).place, spot_at(task, end).place
    if there == NOWHERE:
        return 0
    travel_s = travel_s_at(task, kind.profile, here, there)
    if travel_s == _UNREACHABLE:
        return NEVER
    if task.parked and here != there:
        return travel_s + spot_at(task, end).setup_s
    return travel_s


@inlined
def way_m(task: Any, kind: Any, start: int, end: int) -> int:
    """Metres from one node to another."""
    there = spot_at(task, end).place
    if there == NOWHERE:
        return 0
    return distance_m_at(task, kind.profile, spot_at(task, start).place, there)


@inlined
def arrival_s(task: Any, kind: Any, start: int, end: int, time_s: int) -> int:
    """When a way begun then is over: the rule of `Profile` where travel times change with the hour."""
    if task.changes == 0:
        return time_s + way_s(task, kind, start, end)
    return arrival_by_hours_s(task, kind, start, end, time_s)
