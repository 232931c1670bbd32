"""Vehicles that are alike but for their names and locks are one kind: an empty one of each is enough to try."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.ruin_recreate.layout import BREAK, KIND, NEVER


class Kinds(NamedTuple):
    """The kinds, in the order of their first vehicles."""

    models: tuple[Vehicle, ...]
    """One vehicle of each."""
    of: NDArray[np.int64]
    """By vehicle of the problem."""


def kinds_of(problem: Problem, stops: Sequence[Stop]) -> Kinds:
    """Sort the vehicles of `problem` into kinds; `stops` may single vehicles out by name."""
    named: dict[str, list[Hashable]] = {vehicle.id: [] for vehicle in problem.vehicles}
    for number, stop in enumerate(stops):
        for field in (stop.allowed_vehicles or frozenset(), stop.refused_vehicles):
            for id in field:
                named[id].append((number, field is stop.refused_vehicles))
        for id, cost in stop.vehicle_costs:
            named[id].append((number, "costs", cost))
    numbers: dict[Hashable, int] = {}
    models: list[Vehicle] = []
    of = np.zeros(len(problem.vehicles), np.int64)
    for at, vehicle in enumerate(problem.vehicles):
        alike = (replace(vehicle, id="", locked=()), tuple(named[vehicle.id]))
        if alike not in numbers:
            numbers[alike] = len(models)
            models.append(vehicle)
        of[at] = numbers[alike]
    return Kinds(tuple(models), of)


def kind_rows(problem: Problem, models: Sequence[Vehicle], *, origin_s: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The `KIND` of each model, and the `BREAK`s of all."""
    profiles = list(problem.profiles)
    rows = np.zeros(len(models), KIND)
    breaks: list[tuple[int, int, int, int]] = []
    for row, model in zip(rows, models, strict=True):
        row["profile"] = profiles.index(model.profile)
        row["fixed_cost"], row["cost_per_s"], row["cost_per_m"] = model.fixed_cost, model.cost_per_s, model.cost_per_m
        for field in ("max_duration_s", "max_distance_m", "max_stops"):
            most = getattr(model, field)
            row[field] = NEVER if most is None else most
        row["most_reloads"] = 0 if model.reload is None else model.reload.most
        row["breaks_from"] = len(breaks)
        breaks += _breaks(model, origin_s)
        row["breaks_to"] = len(breaks)
        row["rich"] = bool(model.breaks or problem.profiles[model.profile].hours)
    return rows, np.array(breaks, BREAK)


def _breaks(vehicle: Vehicle, origin_s: int) -> list[tuple[int, int, int, int]]:
    found, over_s = [], -NEVER
    for pause in vehicle.breaks:
        earliest_s, latest_s = pause.earliest_start_s - origin_s, pause.latest_start_s - origin_s
        start_s = max(over_s, earliest_s)
        over_s = start_s + pause.duration_s if start_s <= latest_s else NEVER
        found.append((earliest_s, latest_s, pause.duration_s, over_s))
    return found


def may_serve(models: Sequence[Vehicle], stops: Sequence[Stop]) -> NDArray[np.uint8]:
    """`[kind, stop]`: 1 where permission and skills allow it."""
    found = np.ones((len(models), len(stops)), np.uint8)
    for number, stop in enumerate(stops):
        if stop.skills or stop.excluded_skills or stop.allowed_vehicles is not None or stop.refused_vehicles:
            found[:, number] = [_may(model, stop) for model in models]
    return found


def _may(vehicle: Vehicle, stop: Stop) -> bool:
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    skilled = stop.skills <= vehicle.skills and not stop.excluded_skills & vehicle.skills
    return allowed and skilled and vehicle.id not in stop.refused_vehicles


def preferences(models: Sequence[Vehicle], stops: Sequence[Stop]) -> NDArray[np.int64]:
    """`[kind, stop]`: what `Stop.vehicle_costs` adds; empty where no stop has any."""
    if not any(stop.vehicle_costs for stop in stops):
        return np.zeros((0, 0), np.int64)
    found = np.zeros((len(models), len(stops)), np.int64)
    for number, stop in enumerate(stops):
        costs = dict(stop.vehicle_costs)
        found[:, number] = [costs.get(model.id, 0) for model in models]
    return found
