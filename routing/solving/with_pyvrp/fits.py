"""Which problems PyVRP can state whole: in all others it would search for plans that cannot be driven."""

from collections.abc import Sequence

import numpy as np

from routing.solving.alike import refused
from routing.solving.problem import Problem, Stop, Vehicle

_LARGEST = 30_000_000
"""Entries of all its matrices together, 16 bytes each: it keeps one for each profile and set of stops refused."""


def fits(problem: Problem, stops: Sequence[Stop]) -> bool:
    """Whether PyVRP holds every rule of the problem that serving these stops touches."""
    if not problem.vehicles or problem.balance is not None:
        return False
    reloads = any(vehicle.reload is not None for vehicle in problem.vehicles)
    pairs = any(stop.pickup is not None for stop in stops)
    counted = any(vehicle.max_stops is not None for vehicle in problem.vehicles)
    if (pairs and (reloads or counted)) or (reloads and counted):
        return False  # its shipments may span trips, and what it counts begins anew with each
    if not all(_vehicle_fits(problem, vehicle) for vehicle in problem.vehicles):
        return False
    paired = {stop.pickup for stop in stops} | {stop.id for stop in stops if stop.pickup is not None}
    if not all(_stop_fits(stop, paired=stop.id in paired) for stop in stops):
        return False
    kinds = {(vehicle.profile, refused(vehicle, stops)) for vehicle in problem.vehicles}
    return len(kinds) * (len(stops) + 1) ** 2 <= _LARGEST


def _vehicle_fits(problem: Problem, vehicle: Vehicle) -> bool:
    profile = problem.profiles[vehicle.profile]
    standing = np.diagonal(profile.duration_s).any() or np.diagonal(profile.distance_m).any()
    return not (vehicle.breaks or vehicle.locked or profile.hours or standing)


def _stop_fits(stop: Stop, *, paired: bool) -> bool:
    if stop.soft_window is not None or stop.vehicle_costs:
        return False
    return not paired or (len(stop.windows) <= 1 and not any(stop.collects))
