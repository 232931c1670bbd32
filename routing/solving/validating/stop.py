"""Refuses a stop whose numbers cannot be meant, or that names vehicles nobody knows."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from routing.solving.problem import Problem, ProblemError, SoftWindow, Stop, Window
from routing.solving.validating.amounts import (
    MOST_COST,
    MOST_RATE_PER_H,
    MOST_TIME_S,
    check_amount,
    check_loads,
    check_place,
    refuse_twice,
)

_MOST_OF = {"service_s": MOST_TIME_S, "setup_s": MOST_TIME_S, "penalty": MOST_COST}


def check_stop(problem: Problem, stop: Stop, *, known: set[str]) -> None:
    """Raise `ProblemError` naming the stop and the field; `known` are the ids of the vehicles."""
    who = f"stop {stop.id!r}"
    check_place(who, "place", stop.place, problem)
    check_loads(who, "demands", stop.demands, problem)
    if stop.collects:
        check_loads(who, "collects", stop.collects, problem)
    for field, most in _MOST_OF.items():
        check_amount(who, field, getattr(stop, field), most=most)
    _check_windows(who, stop.windows)
    if stop.soft_window is not None:
        _check_soft_window(who, stop.soft_window)
    refuse_twice(f"{who}: vehicle_costs: the vehicle", [id for id, _ in stop.vehicle_costs])
    for id, cost in stop.vehicle_costs:
        check_amount(who, f"vehicle_costs of {id!r}", cost, most=MOST_COST)
    _refuse_unknown(who, "vehicle_costs", [id for id, _ in stop.vehicle_costs], known)
    _refuse_unknown(who, "allowed_vehicles", stop.allowed_vehicles or (), known)
    _refuse_unknown(who, "refused_vehicles", stop.refused_vehicles, known)


def _check_windows(who: str, windows: Sequence[Window]) -> None:
    for start_s, end_s in windows:
        if end_s <= start_s:
            raise ProblemError(f"{who}: the window ({start_s}, {end_s}) ends before it starts")
        if max(-start_s, end_s) > MOST_TIME_S:
            raise ProblemError(f"{who}: the window ({start_s}, {end_s}) lies further away than {MOST_TIME_S} s")
    for first, second in pairwise(windows):
        if second[0] < first[1]:
            raise ProblemError(f"{who}: the windows {first} and {second} overlap or are not in order")


def _check_soft_window(who: str, window: SoftWindow) -> None:
    span = (window.start_s, window.end_s)
    if window.end_s <= window.start_s:
        raise ProblemError(f"{who}: soft_window {span} ends before it starts")
    if max(-window.start_s, window.end_s) > MOST_TIME_S:
        raise ProblemError(f"{who}: soft_window {span} lies further away than {MOST_TIME_S} s")
    check_amount(who, "soft_window.early_cost_per_h", window.early_cost_per_h, most=MOST_RATE_PER_H)
    check_amount(who, "soft_window.late_cost_per_h", window.late_cost_per_h, most=MOST_RATE_PER_H)


def _refuse_unknown(who: str, field: str, named: Iterable[str], known: set[str]) -> None:
    for unknown in sorted(set(named) - known):
        raise ProblemError(f"{who}: {field} names the unknown vehicle {unknown!r}")
