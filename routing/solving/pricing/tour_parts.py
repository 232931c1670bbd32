"""A tour cut in two at each position: every way worth having to drive the part before it, and the part after it.

A part that keeps to certain windows, with its breaks on certain drives, is three numbers: its shortest duration, and
the first and the last second at which it can begin so. Two such parts make a third in a few additions (Vidal, Crainic,
Gendreau and Prins, "A hybrid genetic algorithm with adaptive diversity management for a large class of vehicle routing
problems with time-windows", 2013). Here a part also says how many of the breaks are over where it is cut.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from routing.solving.problem import Break, Step, Stop, Vehicle

EVER = 2**40


class Part(NamedTuple):
    """Begins at `first_s` to `last_s`, then lasts `duration_s`; before that it waits, after that it is too late.

    `breaks`: how many are over where the part is cut off.
    """

    duration_s: int
    first_s: int
    last_s: int
    breaks: int


class Pauses(NamedTuple):
    """Breaks on one drive: they make it longer by `duration_s`.

    It is not over before `first_s`, pauses included, and must have begun by `last_s`.
    """

    duration_s: int
    first_s: int
    last_s: int


IMPOSSIBLE = Part(0, 2 * EVER, -EVER, 0)


def heads(vehicle: Vehicle, steps: Sequence[Step], ways_s: Sequence[int]) -> list[list[Part]]:
    """By position the parts that end where the step before it is done; `ways_s` lead to the steps and to the end."""
    table, found = pauses(vehicle.breaks), [_begins(vehicle)]
    for step, way_s in zip(steps, ways_s, strict=False):
        done = [
            joined(joined(part, drive(way_s, table[part.breaks][breaks]), breaks), service, breaks)
            for part in found[-1]
            for breaks in range(part.breaks, len(table))
            for service in _services(step)
        ]
        found.append(_worth_having(done))
    return found


def tails(vehicle: Vehicle, steps: Sequence[Step], ways_s: Sequence[int]) -> list[list[Part]]:
    """By position the parts that begin on arrival at the step after it, or at the end."""
    table, found = pauses(vehicle.breaks), [_ends(vehicle)]
    for step, way_s in zip(reversed(steps), reversed(ways_s), strict=False):
        done = [
            joined(service, joined(drive(way_s, table[breaks][part.breaks]), part, breaks), breaks)
            for part in found[-1]
            for breaks in range(part.breaks + 1)
            for service in _services(step)
        ]
        found.append(_worth_having(done))
    return found[::-1]


def shortest(vehicle: Vehicle, steps: Sequence[Step], ways_s: Sequence[int]) -> int:
    """Seconds that the whole tour lasts at least; zero while it stands."""
    if not steps:
        return 0
    table, begins = pauses(vehicle.breaks), _begins(vehicle)
    wholes = (
        joined(joined(begin, drive(ways_s[0], table[begin.breaks][rest.breaks]), 0), rest, 0)
        for begin in begins
        for rest in tails(vehicle, steps, ways_s)[0]
        if begin.breaks <= rest.breaks
    )
    return min(whole.duration_s for whole in wholes if whole != IMPOSSIBLE)


def joined(first: Part, second: Part, breaks: int) -> Part:
    """Two parts, one after the other at once, or IMPOSSIBLE."""
    if first.first_s + first.duration_s > second.last_s:
        return IMPOSSIBLE
    waiting_s = max(0, second.first_s - first.duration_s - first.last_s)
    return Part(
        first.duration_s + waiting_s + second.duration_s,
        max(second.first_s - first.duration_s, first.first_s) - waiting_s,
        min(second.last_s - first.duration_s, first.last_s),
        breaks,
    )


def drive(way_s: int, during: Pauses) -> Part:
    """A drive with pauses during it."""
    return Part(way_s + during.duration_s, during.first_s - way_s - during.duration_s, during.last_s, 0)


def pauses(breaks: Sequence[Break]) -> list[list[Pauses]]:
    """By how many breaks are over before a drive and after it, what those between mean for it.

    Each begins as early as it may. What is left of the drive is driven whenever no break is due.
    """
    numbers = range(len(breaks) + 1)
    return [[_pauses(breaks[before:after]) for after in numbers] for before in numbers]


def _pauses(breaks: Sequence[Break]) -> Pauses:
    first_s, last_s, duration_s = -EVER, EVER, 0
    for pause in breaks:
        if first_s > pause.latest_start_s:
            return Pauses(0, 0, -EVER)
        first_s = max(first_s, pause.earliest_start_s) + pause.duration_s
        last_s = min(last_s, pause.latest_start_s - duration_s)
        duration_s += pause.duration_s
    return Pauses(duration_s, first_s, last_s)


def _begins(vehicle: Vehicle) -> list[Part]:
    """Leaving the start, with the first breaks over before that, if any."""
    found = [Part(0, vehicle.shift_start_s, vehicle.shift_end_s, 0)]
    time_s = 0
    for number, pause in enumerate(vehicle.breaks, start=1):
        time_s = max(time_s, pause.earliest_start_s)
        if time_s > pause.latest_start_s:
            break
        time_s += pause.duration_s
        found.append(Part(0, max(vehicle.shift_start_s, time_s), vehicle.shift_end_s, number))
    return [part for part in found if part.first_s <= part.last_s]


def _ends(vehicle: Vehicle) -> list[Part]:
    """Being at the end, before the breaks that are still to come need have begun."""
    latest = [pause.latest_start_s for pause in vehicle.breaks]
    ends = [
        Part(0, vehicle.shift_start_s, min([vehicle.shift_end_s, *latest[breaks:]]), breaks)
        for breaks in range(len(latest) + 1)
    ]
    return [part for part in ends if part.first_s <= part.last_s]


def _services(step: Step) -> list[Part]:
    """What is done at a step, by the window in which it begins."""
    if not isinstance(step, Stop):
        return [Part(step.duration_s, -EVER, EVER, 0)]
    return [Part(step.service_s, start_s, end_s - 1, 0) for start_s, end_s in step.windows or ((-EVER, EVER),)]


def _worth_having(parts: Iterable[Part]) -> list[Part]:
    """Those that no other makes needless: none that is as short, and can end as early and begin as late."""
    kept: list[Part] = []
    for part in sorted({*parts} - {IMPOSSIBLE}, key=lambda part: (part.breaks, part.duration_s, part.first_s)):
        if not any(_replaces(other, part) for other in kept):
            kept.append(part)
    return kept


def _replaces(one: Part, other: Part) -> bool:
    return (
        one.breaks == other.breaks
        and one.duration_s <= other.duration_s
        and one.last_s >= other.last_s
        and one.first_s + one.duration_s <= other.first_s + other.duration_s
    )
