"""Refuses a vehicle whose numbers cannot be meant."""

from collections.abc import Sequence
from itertools import pairwise

from routing.solving.problem import Break, Problem, ProblemError, Reload, Vehicle
from routing.solving.validating.amounts import (
    MOST_COST,
    MOST_RATE,
    MOST_SHIFT_S,
    MOST_TIME_S,
    check_amount,
    check_loads,
    check_place,
)

_MOST_OF = {
    "shift_start_s": MOST_TIME_S,
    "shift_end_s": MOST_TIME_S,
    "max_duration_s": MOST_TIME_S,
    "max_distance_m": 2**62,
    "max_stops": 2**31 - 1,
    "fixed_cost": MOST_COST,
    "cost_per_s": MOST_RATE,
    "cost_per_m": MOST_RATE,
}


def check_vehicle(problem: Problem, vehicle: Vehicle) -> None:
    """Raise `ProblemError` naming the vehicle and the field."""
    who = f"vehicle {vehicle.id!r}"
    if vehicle.profile not in problem.profiles:
        raise ProblemError(f"{who}: unknown profile {vehicle.profile!r}")
    check_place(who, "start_place", vehicle.start_place, problem)
    if vehicle.end_place is not None:
        check_place(who, "end_place", vehicle.end_place, problem)
    check_loads(who, "capacities", vehicle.capacities, problem)
    for field, most in _MOST_OF.items():
        check_amount(who, field, getattr(vehicle, field), most=most)
    if vehicle.shift_end_s < vehicle.shift_start_s:
        raise ProblemError(f"{who}: the shift ends before it starts")
    check_amount(who, "the length of the shift", vehicle.shift_end_s - vehicle.shift_start_s, most=MOST_SHIFT_S)
    _check_breaks(who, vehicle.breaks)
    if vehicle.reload is not None:
        _check_reload(problem, who, vehicle.reload)


def _check_breaks(who: str, breaks: Sequence[Break]) -> None:
    for number, pause in enumerate(breaks):
        if pause.duration_s <= 0:
            raise ProblemError(f"{who}: break {number} has no duration")
        for field in ("earliest_start_s", "latest_start_s", "duration_s"):
            check_amount(who, f"break {number}: {field}", getattr(pause, field), most=MOST_TIME_S)
        if pause.latest_start_s < pause.earliest_start_s:
            raise ProblemError(f"{who}: break {number} must start before it may start")
    for number, (first, second) in enumerate(pairwise(breaks)):
        if second.earliest_start_s < first.earliest_start_s or second.latest_start_s < first.latest_start_s:
            raise ProblemError(f"{who}: breaks {number} and {number + 1} are not in the order of their times")
        if first.earliest_start_s + first.duration_s > second.latest_start_s:
            raise ProblemError(f"{who}: break {number + 1} must start before break {number} can be over")


def _check_reload(problem: Problem, who: str, reload: Reload) -> None:
    check_place(who, "reload.place", reload.place, problem)
    check_amount(who, "reload.duration_s", reload.duration_s, most=MOST_TIME_S)
    check_amount(who, "reload.most", reload.most, most=2**31 - 1)
