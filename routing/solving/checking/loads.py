"""The checker's part for what is on board, and how much of it a vehicle takes."""

from collections.abc import Iterator
from itertools import pairwise

from routing.solving.checking.violation import Violation
from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.solution import Route


def load_violations(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> Iterator[Violation]:
    """Where more is on board than there is room, and too many stops."""
    edges = [0, *(halt.after for halt in route.reloads), len(stops)]
    for begin, end in pairwise(edges):
        for kind, name in enumerate(problem.capacity_names):
            most = max(_on_board(stops[begin:end], kind))
            if most > vehicle.capacities[kind]:
                detail = f"{name}: {most} over {vehicle.capacities[kind]} between stops {begin} and {end}"
                yield Violation("capacity", vehicle.id, detail)
    if vehicle.max_stops is not None and len(stops) > vehicle.max_stops:
        yield Violation("tour size", vehicle.id, f"{len(stops)} stops over {vehicle.max_stops}")


def _on_board(trip: list[Stop], kind: int) -> Iterator[int]:
    """The load of this kind at the trip's start and behind each stop, by who brings what from where."""
    for done in range(len(trip) + 1):
        visited = {stop.id for stop in trip[:done]}
        to_come = [stop for stop in trip[done:] if stop.pickup is None or stop.pickup in visited]
        collected = [stop for stop in trip[:done] if stop.collects]
        yield sum(stop.demands[kind] for stop in to_come) + sum(stop.collects[kind] for stop in collected)
