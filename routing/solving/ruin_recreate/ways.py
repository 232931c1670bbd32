"""What lies between two nodes: seconds and metres."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.rows import change_s_at, distance_m_at, hours_s_at, spot_at, travel_s_at

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
    here, there = spot_at(task, start).place, spot_at(task, end).place
    if there == NOWHERE:
        return time_s
    hours = 0
    while hours < task.changes and time_s >= change_s_at(task, kind.profile, hours):
        hours += 1
    travel_s = hours_s_at(task, kind.profile, hours, here, there)
    if travel_s == _UNREACHABLE:
        return NEVER
    parked_s = time_s + travel_s
    while hours < task.changes and parked_s > change_s_at(task, kind.profile, hours):
        change_s = change_s_at(task, kind.profile, hours)
        next_s = hours_s_at(task, kind.profile, hours + 1, here, there)
        parked_s = change_s + -(-(parked_s - change_s) * next_s // travel_s)
        travel_s = next_s
        hours += 1
    return parked_s + (spot_at(task, end).setup_s if here != there else 0)
