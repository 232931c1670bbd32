"""Sequences as they go from process to process: the stops' ids, and nothing for a reload."""

from routing.solving.problem import Problem, Sequences, Stop

type Named = list[list[str | None]]


def named(sequences: Sequences) -> Named:
    """The sequences without their stops' data."""
    return [[step.id if isinstance(step, Stop) else None for step in steps] for steps in sequences]


def resolved(problem: Problem, names: Named) -> Sequences:
    """The sequences of this problem's own stops and reloads."""
    stop = {stop.id: stop for stop in problem.stops}
    found: Sequences = []
    for vehicle, ids in zip(problem.vehicles, names, strict=True):
        steps = [vehicle.reload if id is None else stop[id] for id in ids]
        found.append([step for step in steps if step is not None])
    return found
