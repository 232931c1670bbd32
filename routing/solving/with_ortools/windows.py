"""A stop with several windows as several nodes with one window each, of which one is served.

Where two or more costs or rules lie on time, the library finds the times of a route by a linear programme, and by a
branching one as soon as a stop has a gap between its windows: at 100 stops a tenth of the moves in the same time.
"""

from collections.abc import Sequence
from dataclasses import replace

from routing.solving.problem import Problem, Stop


def split_by_window(problem: Problem, stops: Sequence[Stop]) -> list[Stop]:
    """The stops, in their order; halves of pairs and locked stops stay whole, as their rules name one node."""
    if not _timed_by_a_programme(problem):
        return list(stops)
    whole = {id for vehicle in problem.vehicles for id in vehicle.locked}
    for stop in problem.stops:
        if stop.pickup is not None:
            whole |= {stop.id, stop.pickup}
    return [way for stop in stops for way in (_ways(stop) if stop.id not in whole else [stop])]


def _ways(stop: Stop) -> list[Stop]:
    return [replace(stop, windows=(window,)) for window in stop.windows] or [stop]


def _timed_by_a_programme(problem: Problem) -> bool:
    """The library's own rule: at least two of these lie on the dimension."""
    soft = [stop.soft_window for stop in problem.stops if stop.soft_window is not None]
    kinds = [
        any(vehicle.cost_per_s for vehicle in problem.vehicles),
        any(vehicle.max_duration_s is not None for vehicle in problem.vehicles),
        any(vehicle.breaks for vehicle in problem.vehicles),
        any(one.early_cost_per_h for one in soft),
        any(one.late_cost_per_h for one in soft),
    ]
    return sum(kinds) >= 2
