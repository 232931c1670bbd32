"""Vehicles that can stand for each other: what one may drive, the other may at the same cost."""

from collections.abc import Iterable, Sequence
from typing import Any

from routing.solving.problem import Problem, Stop, Vehicle

_OWN = ("id", "skills")
"""What may differ: skills matter only by the stops that they open or close."""


def alike(problem: Problem, stops: Sequence[Stop]) -> list[list[int]]:
    """The vehicles, as numbers in the problem, in groups that are equal for these stops."""
    groups: dict[Any, list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        facts = tuple(getattr(vehicle, name) for name in Vehicle.__slots__ if name not in _OWN)
        groups.setdefault((facts, refused(vehicle, stops), _extra(vehicle, stops)), []).append(number)
    return list(groups.values())


def refused(vehicle: Vehicle, stops: Iterable[Stop]) -> frozenset[str]:
    """The stops that the vehicle may not serve, whatever the order and the hour."""
    return frozenset(stop.id for stop in stops if not _may_serve(vehicle, stop))


def _may_serve(vehicle: Vehicle, stop: Stop) -> bool:
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    skilled = stop.skills <= vehicle.skills and not stop.excluded_skills & vehicle.skills
    return allowed and skilled and vehicle.id not in stop.refused_vehicles


def _extra(vehicle: Vehicle, stops: Iterable[Stop]) -> tuple[tuple[str, int], ...]:
    return tuple((stop.id, cost) for stop in stops for who, cost in stop.vehicle_costs if who == vehicle.id and cost)
