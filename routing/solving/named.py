"""Sequences as they go from process to process: the stops' ids, and nothing for a reload."""

from typing import Any

from routing.solving.problem import Problem, Sequences, Stop

type Named = list[list[str | None]]


def named(sequences: Sequences) -> Named:
    """The sequences without their stops' data."""
    return [[step.id if isinstance(step, Stop) else None for step in steps] for steps in sequences]


def resolved(problem: Problem, names: Named) -> Sequences:
    """The sequences of this problem's own stops and reloads."""
    stop = {stop.id: stop for stop in problem.stops}
    found: list[list[Any]] = []
    for vehicle, ids in zip(problem.vehicles, names, strict=True):
        found.append([vehicle.reload if id is None else stop[id] for id in ids])
    return found
