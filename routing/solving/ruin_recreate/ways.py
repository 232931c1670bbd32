"""What lies between two nodes: seconds and metres."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE, Task

_UNREACHABLE = 2**31 - 1


@inlined
def way_s(task: Task, kind: Any, start: int, end: int) -> int:
    """Seconds to drive from one node to another and to park there; NEVER where there is no way."""
    here, there = task.spots[start].place, task.spots[end].place
    if there == NOWHERE:
        return 0
    travel_s = task.duration_s[kind.profile, here, there]
    if travel_s == _UNREACHABLE:
        return NEVER
    if task.parked and here != there:
        return travel_s + task.spots[end].setup_s
    return travel_s


@inlined
def way_m(task: Task, kind: Any, start: int, end: int) -> int:
    """Metres from one node to another."""
    there = task.spots[end].place
    if there == NOWHERE:
        return 0
    return task.distance_m[kind.profile, task.spots[start].place, there]
