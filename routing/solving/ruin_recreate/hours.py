"""Ways whose seconds change with the hour: the rule in `Profile`, rounded up at every change of hours."""

from typing import Any

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE
from routing.solving.ruin_recreate.rows import break_at, change_s_at, hours_s_at, spot_at

_UNREACHABLE = 2**31 - 1


@inlined
def arrival_by_hours_s(task: Any, kind: Any, start: int, end: int, time_s: int) -> int:
    """When a way begun then is over, if not interrupted."""
    here, there = spot_at(task, start).place, spot_at(task, end).place
    if there == NOWHERE:
        return time_s
    rest_s = hours_s_at(task, kind.profile, _hours_at(task, kind, time_s), here, there)
    if rest_s == _UNREACHABLE:
        return NEVER
    return _driven_at(task, kind, here, there, time_s, rest_s) + (spot_at(task, end).setup_s if here != there else 0)


@inlined
def over_with_early_breaks_s(task: Any, kind: Any, start: int, end: int, time_s: int, first: int, last: int) -> int:
    """When a way begun then is over with these breaks in it, each as early as may be; NEVER where one is too late."""
    here, there = spot_at(task, start).place, spot_at(task, end).place
    rest_s, setup_s = 0, 0
    if there != NOWHERE:
        rest_s = hours_s_at(task, kind.profile, _hours_at(task, kind, time_s), here, there)
        setup_s = spot_at(task, end).setup_s if here != there else 0
    for number in range(first, last):
        pause = break_at(task, number)
        start_s = max(time_s, pause.earliest_s)
        if start_s > pause.latest_s:
            return NEVER
        driven_s = _driven_at(task, kind, here, there, time_s, rest_s)
        if driven_s <= start_s:
            rest_s, setup_s = 0, max(0, setup_s - (start_s - driven_s))
        else:
            rest_s = _rest_after(task, kind, here, there, time_s, start_s, rest_s, True)
        time_s = start_s + pause.duration_s
        rest_s = _rest_after(task, kind, here, there, start_s, time_s, rest_s, False)
    return _driven_at(task, kind, here, there, time_s, rest_s) + setup_s


@inlined
def _hours_at(task: Any, kind: Any, time_s: int) -> int:
    hours = 0
    while hours < task.changes and time_s >= change_s_at(task, kind.profile, hours):
        hours += 1
    return hours


@inlined
def _driven_at(task: Any, kind: Any, here: int, there: int, time_s: int, rest_s: int) -> int:
    """When a drive is over of which `rest_s` seconds of the hours in force are left."""
    hours, end_s = _hours_at(task, kind, time_s), time_s + rest_s
    while rest_s and hours < task.changes and end_s > change_s_at(task, kind.profile, hours):
        change_s = change_s_at(task, kind.profile, hours)
        end_s = change_s + _in_next_hours(task, kind, here, there, hours, end_s - change_s)
        hours += 1
    return end_s


@inlined
def _rest_after(
    task: Any, kind: Any, here: int, there: int, time_s: int, until_s: int, rest_s: int, driving: bool
) -> int:
    """What is left of a drive after driving, or standing, from one time to another."""
    hours = _hours_at(task, kind, time_s)
    while rest_s and hours < task.changes and until_s >= change_s_at(task, kind.profile, hours):
        change_s = change_s_at(task, kind.profile, hours)
        if driving:
            rest_s -= change_s - time_s
        rest_s = _in_next_hours(task, kind, here, there, hours, rest_s)
        time_s = change_s
        hours += 1
    return rest_s - (until_s - time_s) if driving else rest_s


@inlined
def _in_next_hours(task: Any, kind: Any, here: int, there: int, hours: int, rest_s: int) -> int:
    now_s = hours_s_at(task, kind.profile, hours, here, there)
    next_s = hours_s_at(task, kind.profile, hours + 1, here, there)
    return (rest_s * next_s + now_s - 1) // now_s if rest_s > 0 else 0
