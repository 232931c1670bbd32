"""What a sequence of steps is made of: its stops, and the trips between reloads."""

from collections.abc import Sequence

from routing.solving.problem import Reload, Step, Stop


def stops_of(steps: Sequence[Step]) -> list[Stop]:
    """The stops, without the reloads."""
    return [step for step in steps if isinstance(step, Stop)]


def trips_of(steps: Sequence[Step]) -> list[list[Stop]]:
    """The stops between leaving, reloads and the end; a route without reloads is one trip."""
    trips: list[list[Stop]] = [[]]
    for step in steps:
        if isinstance(step, Reload):
            trips.append([])
        else:
            trips[-1].append(step)
    return trips


def without_empty_trips(steps: Sequence[Step]) -> list[Step]:
    """The same stops with only those reloads that have a stop before and after them, and one of them between two."""
    kept: list[Step] = []
    waiting: Reload | None = None
    for step in steps:
        if isinstance(step, Reload):
            waiting = step
            continue
        if kept and waiting is not None:
            kept.append(waiting)
        waiting = None
        kept.append(step)
    return kept
