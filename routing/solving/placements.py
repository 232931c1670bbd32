"""Where a stop, or a pickup with its delivery, could stand in a route, and how much further one would drive for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.solving.problem import Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.units import Unit


@dataclass(frozen=True, slots=True)
class Placement:
    """The steps of one vehicle with something put in; `added_cost` is the driving alone."""

    added_cost: int
    vehicle: int
    steps: list[Step]


def placements(problem: Problem, sequences: Sequences, unit: Unit) -> list[Placement]:
    """Every way of the unit at every position of every route, the shortest detour first."""
    found = [
        Placement(_drive_cost(problem, vehicle, steps) - before, number, steps)
        for number, (vehicle, sequence) in enumerate(zip(problem.vehicles, sequences, strict=True))
        for before in [_drive_cost(problem, vehicle, sequence)]
        for way in unit.ways
        for steps in _with(vehicle, sequence, way)
    ]
    return sorted(found, key=lambda placement: placement.added_cost)


def _with(vehicle: Vehicle, sequence: Sequence[Step], way: Sequence[Stop]) -> Iterator[list[Step]]:
    reload = vehicle.reload
    more = reload is not None and sum(isinstance(step, Reload) for step in sequence) < reload.most
    for index in range(len(vehicle.locked), len(sequence) + 1):
        before, after = sequence[:index], sequence[index:]
        yield [*before, *way, *after]
        if reload is not None and more and before and not isinstance(before[-1], Reload):
            yield [*before, reload, *way, *after]
        if reload is not None and more and after and not isinstance(after[0], Reload):
            yield [*before, *way, reload, *after]
        for further in range(1, len(after) + 1) if len(way) == 2 else ():
            if isinstance(after[further - 1], Reload):
                break
            yield [*before, way[0], *after[:further], way[1], *after[further:]]


def _drive_cost(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> int:
    if not steps:
        return 0
    profile = problem.profiles[vehicle.profile]
    places = [vehicle.start_place, *(step.place for step in steps)]
    if vehicle.end_place is not None:
        places.append(vehicle.end_place)
    seconds = sum(profile.duration_s.item(pair) for pair in pairwise(places))
    metres = sum(profile.distance_m.item(pair) for pair in pairwise(places))
    return vehicle.fixed_cost + vehicle.cost_per_s * seconds + vehicle.cost_per_m * metres
