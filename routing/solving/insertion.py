"""Puts stops into routes one by one: the plan to fall back on, and the last word on what has no room."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from routing.solving.assemble import route_cost
from routing.solving.fits import DoesNotFit
from routing.solving.problem import UNREACHABLE, Problem, Sequences, Stop, Vehicle
from routing.solving.reasons import without_room
from routing.solving.retime import check_route, retime
from routing.solving.solution import Reason, Unassigned


@dataclass(frozen=True, slots=True)
class _Position:
    added_cost: int
    vehicle: int
    index: int


class NoPosition(Exception):
    """No route takes the stop; says which rule refused it on how many vehicles."""

    def __init__(self, refusals: Counter[Reason]) -> None:
        super().__init__("; ".join(f"{reason} on {count} vehicles" for reason, count in refusals.most_common()))


class NotWorthIt(Exception):
    """A route takes the stop, but for more than its penalty."""

    def __init__(self, added_cost: int, penalty: int) -> None:
        super().__init__(f"serving it adds {added_cost}, leaving it out costs {penalty}")


def construct(problem: Problem, stops: Sequence[Stop], *, seed: int) -> Sequences:
    """A plan by first feasible insertion: stops that must be served first, early windows before late ones.

    The seed decides between equals.
    """
    sequences: Sequences = [[] for _ in problem.vehicles]
    shuffled = random.Random(seed).sample(stops, len(stops))
    insert_all(problem, sequences, sorted(shuffled, key=_urgency))
    return sequences


def insert_all(problem: Problem, sequences: Sequences, stops: Sequence[Stop]) -> list[Unassigned]:
    """Insert each of `stops` into `sequences` (which change) where it fits; the answer is what stays out, and why."""
    left: list[Unassigned] = []
    for stop in stops:
        try:
            insert(problem, sequences, stop)
        except NoPosition as refusal:
            left.append(without_room(problem, stop, str(refusal)))
        except NotWorthIt as refusal:
            left.append(Unassigned(stop_id=stop.id, reason=Reason.COSTS_MORE, detail=str(refusal)))
    return left


def insert(problem: Problem, sequences: Sequences, stop: Stop) -> None:
    """Put the stop where driving grows least among the positions that hold every rule.

    Raises `NoPosition` or, for a stop with a penalty, `NotWorthIt`; then `sequences` are as before.
    """
    refusals: dict[int, Reason] = {}
    too_dear: list[int] = []
    for position in sorted(_positions(problem, sequences, stop), key=lambda position: position.added_cost):
        vehicle, before = problem.vehicles[position.vehicle], sequences[position.vehicle]
        after = [*before[: position.index], stop, *before[position.index :]]
        try:
            check_route(problem, vehicle, after)
        except DoesNotFit as refusal:
            refusals[position.vehicle] = refusal.reason
            continue
        added_cost = 0 if stop.penalty is None else _growth(problem, vehicle, before, after)
        if stop.penalty is None or added_cost <= stop.penalty:
            sequences[position.vehicle] = after
            return
        too_dear.append(added_cost)
    if too_dear and stop.penalty is not None:
        raise NotWorthIt(min(too_dear), stop.penalty)
    raise NoPosition(Counter(refusals.values()))


def repair(problem: Problem, sequences: Sequences) -> Sequences:
    """The same sequences without the stops that make one of them impossible to drive."""
    return [_driveable(problem, vehicle, stops) for vehicle, stops in zip(problem.vehicles, sequences, strict=True)]


def _driveable(problem: Problem, vehicle: Vehicle, stops: list[Stop]) -> list[Stop]:
    if not stops or _fits(problem, vehicle, stops):
        return stops
    kept: list[Stop] = []
    for stop in stops:
        if _fits(problem, vehicle, [*kept, stop]):
            kept.append(stop)
    return kept


def _fits(problem: Problem, vehicle: Vehicle, stops: list[Stop]) -> bool:
    try:
        check_route(problem, vehicle, stops)
    except DoesNotFit:
        return False
    return True


def _growth(problem: Problem, vehicle: Vehicle, before: list[Stop], after: list[Stop]) -> int:
    cost = route_cost(vehicle, retime(problem, vehicle, after))
    return cost - (route_cost(vehicle, retime(problem, vehicle, before)) if before else 0)


def _urgency(stop: Stop) -> tuple[bool, int]:
    return stop.penalty is not None, stop.windows[-1][1] if stop.windows else UNREACHABLE


def _positions(problem: Problem, sequences: Sequences, stop: Stop) -> list[_Position]:
    return [
        _Position(_added_cost(problem, vehicle, sequence, stop, index), number, index)
        for number, (vehicle, sequence) in enumerate(zip(problem.vehicles, sequences, strict=True))
        for index in range(len(sequence) + 1)
    ]


def _added_cost(problem: Problem, vehicle: Vehicle, sequence: list[Stop], stop: Stop, index: int) -> int:
    before = sequence[index - 1].place if index > 0 else vehicle.start_place
    after = sequence[index].place if index < len(sequence) else vehicle.end_place
    added = _drive_cost(problem, vehicle, before, stop.place) + (0 if sequence else vehicle.fixed_cost)
    if after is None:
        return added
    gone = _drive_cost(problem, vehicle, before, after) if sequence else 0
    return added + _drive_cost(problem, vehicle, stop.place, after) - gone


def _drive_cost(problem: Problem, vehicle: Vehicle, start: int, end: int) -> int:
    profile = problem.profiles[vehicle.profile]
    return vehicle.cost_per_s * profile.duration_s.item(start, end) + vehicle.cost_per_m * profile.distance_m.item(
        start, end
    )
