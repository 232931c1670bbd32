"""Ruin: adjacent string removal (Christiaens and Vanden Berghe 2020, section 4.1)."""

from routing.solving.ruin_recreate.chance import below, chance
from routing.solving.ruin_recreate.change import save, take_out
from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.layout import NOWHERE, PENDING, SAVED, Plan, Settings, Task, Work
from routing.solving.ruin_recreate.times import renew


@inlined
def ruin(task: Task, plan: Plan, work: Work, settings: Settings) -> None:
    """Take strings of stops out of routes near a random one; their requests are then pending."""
    served = task.stops - plan.tally[0].absent
    longest = min(settings.longest_string, served / max(1, plan.tally[0].used))
    most_strings = 4.0 * settings.removed / (1.0 + longest) - 1.0
    strings = int(chance(work.word) * most_strings + 1.0)
    seed = below(work.word, task.stops)
    for rank in range(-1, task.close_by.shape[1]):
        stop = seed if rank < 0 else task.close_by[seed, rank]
        route = plan.nodes[stop].route
        if route == NOWHERE or work.touched[route]:
            continue
        save(task, plan, work, route)
        _remove_string(task, plan, work, settings, stop, longest)
        renew(task, plan, route)
        strings -= 1
        if strings == 0:
            return


@inlined
def _remove_string(task: Task, plan: Plan, work: Work, settings: Settings, stop: int, longest: float) -> None:
    """Take out a string that holds `stop`, of a length up to `longest`; half of the strings spare a part within."""
    first, last = work.saved_from[work.counts[SAVED] - 1] + 1, work.saved_from[work.counts[SAVED]] - 2
    size = last - first + 1
    length = min(size, int(chance(work.word) * min(float(size), longest) + 1.0))
    spared = _spared(work, settings, length, size)
    at = first
    while work.saved_nodes[at] != stop:
        at += 1
    whole = length + spared
    low, high = max(first, at - whole + 1), min(at, last - whole + 1)
    begin = low + below(work.word, high - low + 1)
    spare_from = begin + whole
    if spared:
        spare_from = begin + 1 + below(work.word, length - 1)
    for number in range(begin, begin + whole):
        if number < spare_from or number >= spare_from + spared:
            _remove(task, plan, work, work.saved_nodes[number])


@inlined
def _spared(work: Work, settings: Settings, length: int, size: int) -> int:
    """How many stops inside the string are preserved ("split string")."""
    if length == size or length < 2 or chance(work.word) >= settings.split:
        return 0
    spared = 1
    while length + spared < size and chance(work.word) < settings.deeper:
        spared += 1
    return spared


@inlined
def _remove(task: Task, plan: Plan, work: Work, stop: int) -> None:
    if task.spots[stop].locked:
        return
    take_out(task, plan, stop)
    work.pending[work.counts[PENDING]] = task.spots[stop].request
    work.counts[PENDING] += 1
