"""When a fixed sequence is driven: the cheapest times, or the rule that forbids it."""

from collections.abc import Iterator, Sequence

from routing.solving.fits import DoesNotFit
from routing.solving.problem import UNREACHABLE, Break, Vehicle
from routing.solving.solution import Reason
from routing.solving.timing.best_times import best_times, shortest
from routing.solving.timing.earliest import earliest, ends_of_breaks_before_leaving, leave_late
from routing.solving.timing.legs import Leg, Schedule, untimely_of


def schedule(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    """The times of `legs` in this order. Raises `DoesNotFit` with the reason if there are none.

    Of all times those with the least cost of the driver's time and of untimely services; of these the earliest end,
    and for that the latest departure.
    """
    first = _first(vehicle, legs)
    if _by_hours(legs):
        _refuse_longer(vehicle, shortest(vehicle, legs))
        return best_times(vehicle, legs)
    found = _shortest_or_first(vehicle, legs, first)
    return best_times(vehicle, legs) if untimely_of(vehicle, legs, found) else found


def check_schedule(vehicle: Vehicle, legs: Sequence[Leg]) -> None:
    """Raise `DoesNotFit` as `schedule` does, in a fraction of its time where no longest duration is set."""
    first = _first(vehicle, legs)
    if vehicle.max_duration_s is None or first.duration_s <= vehicle.max_duration_s:
        return
    if _by_hours(legs):
        _refuse_longer(vehicle, shortest(vehicle, legs))
    else:
        _shortest_or_first(vehicle, legs, first)


def _first(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    found = earliest(vehicle, legs, vehicle.shift_start_s)
    if found is None:
        raise DoesNotFit(*_why_not(vehicle, legs))
    return found


def _by_hours(legs: Sequence[Leg]) -> bool:
    return any(leg.way.changes for leg in legs)


def _refuse_longer(vehicle: Vehicle, found: Schedule) -> None:
    if vehicle.max_duration_s is not None and found.duration_s > vehicle.max_duration_s:
        detail = f"takes {found.duration_s} s, {vehicle.id} works {vehicle.max_duration_s} s"
        raise DoesNotFit(Reason.MAX_DURATION, detail)


def _shortest_or_first(vehicle: Vehicle, legs: Sequence[Leg], first: Schedule) -> Schedule:
    """Where the vehicle's time costs, the shortest of all, and of these the one that ends first; else that one."""
    most = UNREACHABLE if vehicle.max_duration_s is None else vehicle.max_duration_s
    choices = (found for found in _choices(vehicle, legs, first) if found.duration_s <= most)
    if vehicle.cost_per_s:
        best = min(choices, key=lambda found: (found.duration_s, found.end_s), default=None)
    else:
        best = next(choices, None)
    if best is None:
        least_s = min(found.duration_s for found in _choices(vehicle, legs, first))
        raise DoesNotFit(Reason.MAX_DURATION, f"takes {least_s} s, {vehicle.id} works {most} s")
    return best


def _choices(vehicle: Vehicle, legs: Sequence[Leg], first: Schedule) -> Iterator[Schedule]:
    """For every end that could be worth it the schedule that leaves latest, in the order of their ends.

    After one that left as late as it could, going later only pays where a stop falls into its next window or a break
    moves before the departure; without waiting and breaks nothing can be shorter.
    """
    least = sum(leg.least_s for leg in legs)
    later = ends_of_breaks_before_leaving(vehicle)
    found: Schedule | None = first
    while found is not None:
        found = leave_late(vehicle, legs, found)
        yield found
        paused_s = sum(pause.duration_s for pause in _taken(vehicle, found))
        idle = found.duration_s > least + paused_s
        later = [begin_s for begin_s in later if begin_s > found.departure_s]
        if not idle and not later:
            return
        found = earliest(vehicle, legs, found.departure_s + 1 if idle else later[0])


def _taken(vehicle: Vehicle, found: Schedule) -> tuple[Break, ...]:
    return vehicle.breaks[found.skipped : found.skipped + sum(found.breaks_by_leg)]


def _why_not(vehicle: Vehicle, legs: Sequence[Leg]) -> tuple[Reason, str]:
    """Which rule leaves no schedule: drop the breaks, then the windows, and see what becomes possible."""
    plain = [Leg(leg.way, leg.service_s) for leg in legs]
    least = sum(leg.least_s for leg in legs)
    shift_s = vehicle.shift_end_s - vehicle.shift_start_s
    if least > shift_s:
        return Reason.SHIFT_TIME, f"takes {least} s at least, the shift of {vehicle.id} has {shift_s} s"
    if not _possible(vehicle, plain, breaks=()):
        return Reason.SHIFT_TIME, f"{vehicle.id} is not back within the shift at any of its hours"
    if not _possible(vehicle, legs, breaks=()):
        return Reason.TIME_WINDOW, f"{vehicle.id} cannot be there within a window and back within the shift"
    if not _possible(vehicle, plain, breaks=vehicle.breaks):
        return Reason.BREAK, f"the breaks of {vehicle.id} leave too little of the shift"
    return Reason.BREAK, f"the breaks of {vehicle.id} and the windows exclude each other"


def _possible(vehicle: Vehicle, legs: Sequence[Leg], *, breaks: tuple[Break, ...]) -> bool:
    return earliest(vehicle, legs, vehicle.shift_start_s, breaks=breaks) is not None
