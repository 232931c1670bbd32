"""When a fixed sequence can be driven: the shortest time, the earliest end for it, or the rule that forbids it.

The times come from a recursion over (stops done, breaks done): earlier is never worse, because a driver may wait.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.solving.fits import DoesNotFit
from routing.solving.problem import UNREACHABLE, Break, SoftWindow, Vehicle, Window
from routing.solving.solution import Reason
from routing.solving.way import Way, over


@dataclass(frozen=True, slots=True)
class Leg:
    """A way and what follows it: a service, a reload, or nothing at the end."""

    way: Way
    service_s: int = 0
    windows: tuple[Window, ...] = ()
    soft_window: SoftWindow | None = None

    @property
    def least_s(self) -> int:
        """The shortest that it may take, without waiting."""
        return self.way.least_s + self.service_s


@dataclass(frozen=True, slots=True)
class Schedule:
    """An answer of the recursion: how many breaks lie before leaving, and in each leg."""

    departure_s: int
    end_s: int
    skipped: int
    breaks_by_leg: tuple[int, ...]

    @property
    def duration_s(self) -> int:
        """Seconds from leaving to the end."""
        return self.end_s - self.departure_s


def schedule(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    """The times of `legs` in this order. Raises `DoesNotFit` with the reason if there are none.

    Where the vehicle's time costs, the shortest of all, and of these the one that ends first; else the one that ends
    first. For its end it leaves as late as possible.
    """
    first = _first(vehicle, legs)
    most = UNREACHABLE if vehicle.max_duration_s is None else vehicle.max_duration_s
    choices = (found for found in _choices(vehicle, legs, first) if found.duration_s <= most)
    if vehicle.cost_per_s:
        best = min(choices, key=lambda found: (found.duration_s, found.end_s), default=None)
    else:
        best = next(choices, None)
    if best is None:
        raise DoesNotFit(Reason.MAX_DURATION, f"takes {first.duration_s} s, {vehicle.id} works {most} s")
    return best


def check_schedule(vehicle: Vehicle, legs: Sequence[Leg]) -> None:
    """Raise `DoesNotFit` as `schedule` does, in a fraction of its time where no longest duration is set."""
    if vehicle.max_duration_s is None:
        _first(vehicle, legs)
    else:
        schedule(vehicle, legs)


def _first(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    found = _earliest(vehicle, legs, vehicle.shift_start_s)
    if found is None:
        raise DoesNotFit(*_why_not(vehicle, legs))
    return found


def _choices(vehicle: Vehicle, legs: Sequence[Leg], first: Schedule) -> Iterator[Schedule]:
    """For every end that could be worth it the schedule that leaves latest, in the order of their ends.

    After one that left as late as it could, going later only pays where a stop falls into its next window or a break
    moves before the departure; without waiting and breaks nothing can be shorter.
    """
    least = sum(leg.least_s for leg in legs)
    later = _ends_of_breaks_before_leaving(vehicle)
    found: Schedule | None = first
    while found is not None:
        found = _leave_late(vehicle, legs, found)
        yield found
        paused_s = sum(pause.duration_s for pause in _taken(vehicle, found))
        idle = found.duration_s > least + paused_s
        later = [begin_s for begin_s in later if begin_s > found.departure_s]
        if not idle and not later:
            return
        found = _earliest(vehicle, legs, found.departure_s + 1 if idle else later[0])


def _taken(vehicle: Vehicle, found: Schedule) -> tuple[Break, ...]:
    return vehicle.breaks[found.skipped : found.skipped + sum(found.breaks_by_leg)]


def _why_not(vehicle: Vehicle, legs: Sequence[Leg]) -> tuple[Reason, str]:
    """Which rule leaves no schedule: drop the breaks, then the windows, and see what becomes possible."""
    plain = [Leg(leg.way, leg.service_s) for leg in legs]
    least = sum(leg.least_s for leg in legs)
    shift_s = vehicle.shift_end_s - vehicle.shift_start_s
    if least > shift_s:
        return Reason.SHIFT_TIME, f"takes {least} s at least, the shift of {vehicle.id} has {shift_s} s"
    if not _possible(vehicle, legs, breaks=()):
        return Reason.TIME_WINDOW, f"{vehicle.id} cannot be there within a window and back within the shift"
    if not _possible(vehicle, plain, breaks=vehicle.breaks):
        return Reason.BREAK, f"the breaks of {vehicle.id} leave too little of the shift"
    return Reason.BREAK, f"the breaks of {vehicle.id} and the windows exclude each other"


def _possible(vehicle: Vehicle, legs: Sequence[Leg], *, breaks: tuple[Break, ...]) -> bool:
    return _earliest(vehicle, legs, vehicle.shift_start_s, breaks=breaks) is not None


def _leave_late(vehicle: Vehicle, legs: Sequence[Leg], found: Schedule) -> Schedule:
    """The same end with the latest departure, by halving: an end never gets earlier by leaving later."""
    low, best = found.departure_s, found
    busy_s = sum(leg.least_s for leg in legs)
    high = found.end_s - busy_s
    while low < high:
        middle = (low + high + 1) // 2
        later = _earliest(vehicle, legs, middle)
        if later is None or later.end_s > found.end_s:
            high = middle - 1
        else:
            low, best = max(middle, later.departure_s), later
    return best


def _earliest(
    vehicle: Vehicle, legs: Sequence[Leg], begin_s: int, *, breaks: tuple[Break, ...] | None = None
) -> Schedule | None:
    """The schedule with the earliest end that leaves at `begin_s` or later."""
    if breaks is None:
        breaks = vehicle.breaks
    states = {0: begin_s}
    for skipped, end_s in enumerate(_ends_of_breaks_before_leaving(vehicle)[: len(breaks)], start=1):
        states[skipped] = max(begin_s, end_s)
    departures = states
    steps: list[dict[int, int]] = []
    for leg in legs:
        states, step = _advance(states, leg, breaks)
        steps.append(step)
    ends = [
        (end_s, done)
        for done, end_s in states.items()
        if end_s <= vehicle.shift_end_s and all(end_s <= pause.latest_start_s for pause in breaks[done:])
    ]
    if not ends:
        return None
    end_s, done = min(ends)
    by_leg: list[int] = []
    for step in reversed(steps):
        by_leg.append(done - step[done])
        done = step[done]
    return Schedule(departures[done], end_s, done, tuple(reversed(by_leg)))


def _advance(states: dict[int, int], leg: Leg, breaks: tuple[Break, ...]) -> tuple[dict[int, int], dict[int, int]]:
    """One leg on: by breaks done, the earliest time after its service, and how many breaks were done before it."""
    after: dict[int, int] = {}
    came_from: dict[int, int] = {}
    for before, time_s in states.items():
        for done in range(before, len(breaks) + 1):
            ready_s = _ready(leg.way, time_s, breaks[before:done])
            start_s = None if ready_s is None else first_start(ready_s, leg.windows)
            if start_s is not None and start_s + leg.service_s < after.get(done, UNREACHABLE):
                after[done] = start_s + leg.service_s
                came_from[done] = before
    return after, came_from


def first_start(ready_s: int, windows: tuple[Window, ...]) -> int | None:
    """The first second from `ready_s` on at which a service may begin, if there is one."""
    if not windows:
        return ready_s
    return next((max(ready_s, start_s) for start_s, end_s in windows if ready_s < end_s), None)


def _ready(way: Way, time_s: int, breaks: Sequence[Break]) -> int | None:
    """When the way and these breaks are both done, each break as early as it may be."""
    if not breaks:
        return way.arrival(time_s)
    leg = way.drive(time_s, breaks)
    return None if leg is None else over(leg)


def _ends_of_breaks_before_leaving(vehicle: Vehicle) -> list[int]:
    """When the first, the first two, ... breaks are over if taken before the route leaves."""
    ends: list[int] = []
    time_s = 0
    for pause in vehicle.breaks:
        start_s = max(time_s, pause.earliest_start_s)
        if start_s > pause.latest_start_s:
            break
        time_s = start_s + pause.duration_s
        ends.append(time_s)
    return ends
