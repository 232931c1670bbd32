"""Refuses a problem that contradicts itself, before any search starts."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.locks import check_locked_starts
from routing.solving.problem import (
    UNREACHABLE,
    Break,
    Problem,
    ProblemError,
    Profile,
    SoftWindow,
    Stop,
    Vehicle,
    Window,
)
from routing.solving.validate_together import check_choices, check_locks, check_pairs

MOST_STOPS = 10_000


def check_problem(problem: Problem) -> None:
    """Raise `ProblemError` naming the first thing that is wrong; a problem nobody can serve well is not wrong."""
    if len(problem.stops) > MOST_STOPS:
        raise ProblemError(f"{len(problem.stops)} stops: one plan has {MOST_STOPS} at most")
    if problem.places < 0:
        raise ProblemError(f"places is {problem.places}: it cannot be negative")
    _refuse_twice("capacity name", problem.capacity_names)
    _refuse_twice("vehicle", [vehicle.id for vehicle in problem.vehicles])
    _refuse_twice("stop", [stop.id for stop in problem.stops])
    for name, profile in problem.profiles.items():
        _check_profile(name, profile, places=problem.places)
    for vehicle in problem.vehicles:
        _check_vehicle(problem, vehicle)
    known = {vehicle.id for vehicle in problem.vehicles}
    for stop in problem.stops:
        _check_stop(problem, stop, known=known)
    check_pairs(problem)
    check_choices(problem)
    check_locks(problem)
    check_locked_starts(problem)


def _check_profile(name: str, profile: Profile, *, places: int) -> None:
    who = f"profile {name!r}"
    _check_matrix(f"{who}: duration_s", profile.duration_s, places=places)
    _check_matrix(f"{who}: distance_m", profile.distance_m, places=places)
    holes = profile.duration_s == UNREACHABLE
    if not np.array_equal(holes, profile.distance_m == UNREACHABLE):
        raise ProblemError(f"{who}: a pair is unreachable in one matrix and not in the other")
    for number, hours in enumerate(profile.hours):
        _check_matrix(f"{who}: hours {number}: duration_s", hours.duration_s, places=places)
        if not np.array_equal(holes, hours.duration_s == UNREACHABLE):
            raise ProblemError(f"{who}: hours {number} have other unreachable pairs")
        if not np.array_equal(profile.duration_s == 0, hours.duration_s == 0):
            raise ProblemError(f"{who}: hours {number} have other pairs without a drive")
    for number, (first, second) in enumerate(pairwise(profile.hours)):
        if second.start_s <= first.start_s:
            raise ProblemError(f"{who}: hours {number + 1} do not begin after hours {number}")


def _check_matrix(who: str, matrix: NDArray[np.int32], *, places: int) -> None:
    if matrix.shape != (places, places):
        raise ProblemError(f"{who} has the shape {matrix.shape}, expected {(places, places)}")
    if matrix.dtype != np.int32:
        raise ProblemError(f"{who} is {matrix.dtype}, expected int32")
    if matrix.size and int(matrix.min()) < 0:
        raise ProblemError(f"{who} has a negative entry")


def _check_vehicle(problem: Problem, vehicle: Vehicle) -> None:
    who = f"vehicle {vehicle.id!r}"
    if vehicle.profile not in problem.profiles:
        raise ProblemError(f"{who}: unknown profile {vehicle.profile!r}")
    _check_place(who, "start_place", vehicle.start_place, problem)
    if vehicle.end_place is not None:
        _check_place(who, "end_place", vehicle.end_place, problem)
    _check_loads(who, "capacities", vehicle.capacities, problem)
    if vehicle.shift_start_s < 0:
        raise ProblemError(f"{who}: shift_start_s is negative")
    if vehicle.shift_end_s < vehicle.shift_start_s:
        raise ProblemError(f"{who}: the shift ends before it starts")
    for field in ("max_duration_s", "max_distance_m", "max_stops", "fixed_cost", "cost_per_s", "cost_per_m"):
        _refuse_negative(who, field, getattr(vehicle, field))
    _check_breaks(who, vehicle.breaks)
    if vehicle.reload is not None:
        _check_place(who, "reload.place", vehicle.reload.place, problem)
        _refuse_negative(who, "reload.duration_s", vehicle.reload.duration_s)
        _refuse_negative(who, "reload.most", vehicle.reload.most)


def _check_breaks(who: str, breaks: Sequence[Break]) -> None:
    for number, pause in enumerate(breaks):
        if pause.duration_s <= 0:
            raise ProblemError(f"{who}: break {number} has no duration")
        _refuse_negative(who, f"break {number}: earliest_start_s", pause.earliest_start_s)
        if pause.latest_start_s < pause.earliest_start_s:
            raise ProblemError(f"{who}: break {number} must start before it may start")
    for number, (first, second) in enumerate(pairwise(breaks)):
        if second.earliest_start_s < first.earliest_start_s or second.latest_start_s < first.latest_start_s:
            raise ProblemError(f"{who}: breaks {number} and {number + 1} are not in the order of their times")
        if first.earliest_start_s + first.duration_s > second.latest_start_s:
            raise ProblemError(f"{who}: break {number + 1} must start before break {number} can be over")


def _check_stop(problem: Problem, stop: Stop, *, known: set[str]) -> None:
    who = f"stop {stop.id!r}"
    _check_place(who, "place", stop.place, problem)
    _check_loads(who, "demands", stop.demands, problem)
    if stop.collects:
        _check_loads(who, "collects", stop.collects, problem)
    for field in ("service_s", "setup_s", "penalty"):
        _refuse_negative(who, field, getattr(stop, field))
    _check_windows(who, stop.windows)
    if stop.soft_window is not None:
        _check_soft_window(who, stop.soft_window)
    _check_vehicle_costs(who, stop, known=known)
    for field, vehicles in (("allowed_vehicles", stop.allowed_vehicles), ("refused_vehicles", stop.refused_vehicles)):
        for unknown in sorted((vehicles or frozenset()) - known):
            raise ProblemError(f"{who}: {field} names the unknown vehicle {unknown!r}")


def _check_windows(who: str, windows: Sequence[Window]) -> None:
    for start, end in windows:
        if end <= start:
            raise ProblemError(f"{who}: the window ({start}, {end}) ends before it starts")
    for first, second in pairwise(windows):
        if second[0] < first[1]:
            raise ProblemError(f"{who}: the windows {first} and {second} overlap or are not in order")


def _check_soft_window(who: str, window: SoftWindow) -> None:
    if window.end_s <= window.start_s:
        raise ProblemError(f"{who}: soft_window ({window.start_s}, {window.end_s}) ends before it starts")
    _refuse_negative(who, "soft_window.early_cost_per_h", window.early_cost_per_h)
    _refuse_negative(who, "soft_window.late_cost_per_h", window.late_cost_per_h)


def _check_vehicle_costs(who: str, stop: Stop, *, known: set[str]) -> None:
    _refuse_twice(f"{who}: vehicle_costs:", [id for id, _ in stop.vehicle_costs])
    for id, cost in stop.vehicle_costs:
        if id not in known:
            raise ProblemError(f"{who}: vehicle_costs names the unknown vehicle {id!r}")
        _refuse_negative(who, f"vehicle_costs of {id!r}", cost)


def _check_place(who: str, field: str, place: int, problem: Problem) -> None:
    if not 0 <= place < problem.places:
        raise ProblemError(f"{who}: {field} is {place}, but there are {problem.places} places")


def _check_loads(who: str, field: str, loads: Sequence[int], problem: Problem) -> None:
    if len(loads) != len(problem.capacity_names):
        raise ProblemError(f"{who}: {len(loads)} {field} for {len(problem.capacity_names)} capacity names")
    for name, load in zip(problem.capacity_names, loads, strict=True):
        _refuse_negative(who, f"{field} of {name!r}", load)


def _refuse_negative(who: str, field: str, value: int | None) -> None:
    if value is not None and value < 0:
        raise ProblemError(f"{who}: {field} is negative ({value})")


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"{what} {name!r} stands twice")
        seen.add(name)
