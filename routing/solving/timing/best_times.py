"""The cheapest times of a fixed sequence where earlier is not always better: soft windows, and travel by hours."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from routing.solving.problem import Vehicle
from routing.solving.timing.earliest import ends_of_breaks_before_leaving
from routing.solving.timing.legs import Leg, Schedule, untimely_of
from routing.solving.timing.outlook import NONE, Day, Outlook, outlook
from routing.solving.timing.way_by_seconds import Seconds

_HALVINGS = 8


def best_times(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    """The cheapest, of these the one that ends first, of these the one that leaves last; there must be one."""
    day = Day(vehicle.shift_start_s, vehicle.shift_end_s, vehicle.cost_per_s, vehicle.breaks)
    ahead = outlook(day, legs)
    worths = _worths(vehicle, ahead)
    found = _best(vehicle, ahead, worths)
    if vehicle.max_duration_s is None or found.duration_s <= vehicle.max_duration_s:
        return found
    return _best_within(vehicle, legs, day, worths, vehicle.max_duration_s)


def shortest(vehicle: Vehicle, legs: Sequence[Leg]) -> Schedule:
    """The shortest in time, whatever it costs; there must be one."""
    day = Day(vehicle.shift_start_s, vehicle.shift_end_s, 1, vehicle.breaks)
    ahead = outlook(day, [replace(leg, soft_window=None) for leg in legs])
    return _best(vehicle, ahead, _worths(vehicle, ahead))


def _best_within(vehicle: Vehicle, legs: Sequence[Leg], day: Day, worths: Seconds, most_s: int) -> Schedule:
    """As `best_times`, of those that last `most_s` at most.

    A second costs `extra` more, as a Lagrange multiplier: what that adds up to above `extra * most_s` bounds the worth
    of each departure from below. Only departures whose bound is no worse than the best found are worked out.
    """
    best = shortest(vehicle, legs)
    extra, low, high = 1, 0, None
    for _ in range(2 * _HALVINGS):
        dearer = replace(day, rate=day.rate + extra)
        ahead = outlook(dearer, legs)
        dear = _worths(vehicle, ahead)
        worths = np.where(dear < NONE, np.maximum(worths, dear - extra * most_s * day.span), NONE)
        found = _best(vehicle, ahead, dear)
        if found.duration_s <= most_s:
            best = min(best, found, key=lambda one: _order(vehicle, legs, one))
            high = extra
        else:
            low = extra
        extra = 8 * extra if high is None else (low + high) // 2
        if extra in (low, high) or (day.rate + extra) * day.span * day.span >= NONE // 2:
            break
    return _worked_out(vehicle, legs, day, worths, most_s, best)


def _worked_out(
    vehicle: Vehicle, legs: Sequence[Leg], day: Day, bounds: Seconds, most_s: int, best: Schedule
) -> Schedule:
    for second in np.lexsort((-np.arange(day.span), bounds)).tolist():
        cost, end_s, _ = _order(vehicle, legs, best)
        if bounds[second] > cost * day.span + end_s - day.begin_s:
            return best
        departure_s = day.begin_s + second
        short = replace(day, begin_s=departure_s, end_s=min(day.end_s, departure_s + most_s))
        ahead = outlook(short, legs)
        worths = _worths(vehicle, ahead)[:1]
        if worths[0] < NONE:
            best = min(best, _best(vehicle, ahead, worths), key=lambda one: _order(vehicle, legs, one))
    return best


def _order(vehicle: Vehicle, legs: Sequence[Leg], times: Schedule) -> tuple[int, int, int]:
    cost = vehicle.cost_per_s * times.duration_s + untimely_of(vehicle, legs, times)
    return cost, times.end_s, -times.departure_s


def _worths(vehicle: Vehicle, ahead: Outlook) -> Seconds:
    """What it is worth to leave at each second, whatever number of breaks can be over by then."""
    day = ahead.day
    best = np.full(day.span, NONE, dtype=np.int64)
    for skipped, free_s in enumerate([0, *ends_of_breaks_before_leaving(vehicle)]):
        first = min(max(0, free_s - day.begin_s), day.span)
        np.minimum(best[first:], ahead.ahead[0][skipped, first:-1], out=best[first:])
    paid = day.rate * day.span * np.arange(day.span, dtype=np.int64)
    return np.where(best < NONE, best - paid, NONE)


def _best(vehicle: Vehicle, ahead: Outlook, worths: Seconds) -> Schedule:
    second = len(worths) - 1 - int(np.argmin(worths[::-1]))
    assert worths[second] < NONE, "asked only where there is a schedule"
    departure_s = ahead.day.begin_s + second
    free = [0, *ends_of_breaks_before_leaving(vehicle)]
    possible = [skipped for skipped, free_s in enumerate(free) if free_s <= departure_s]
    return ahead.follow(departure_s, min(possible, key=lambda skipped: int(ahead.ahead[0][skipped, second])))
