"""Puts stops into routes one by one: the plan to fall back on, and the last word on what has no room."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence

from routing.solving.assemble import sequence_cost
from routing.solving.fits import DoesNotFit
from routing.solving.inserting.locks import locked_start
from routing.solving.inserting.reasons import too_dear, without_room
from routing.solving.inserting.rounds import Rounds
from routing.solving.inserting.units import Unit, unit_by_stop
from routing.solving.problem import UNREACHABLE, Problem, Sequences, Step, Stop, Vehicle
from routing.solving.solution import Reason, Unassigned
from routing.solving.steps import stops_of
from routing.solving.timing.retime import check_route


class NoPosition(Exception):
    """No route takes the unit; says which rule refused it on how many vehicles."""

    def __init__(self, refusals: Counter[Reason]) -> None:
        super().__init__(
            "; ".join(f"{reason} on {count} vehicle{'s' * (count > 1)}" for reason, count in refusals.most_common())
        )


class NotWorthIt(Exception):
    """A route takes the unit, but for more than its penalty."""

    def __init__(self, added_cost: int) -> None:
        super().__init__(f"adds {added_cost}")
        self.added_cost = added_cost


def construct(problem: Problem, stops: Sequence[Stop], *, seed: int) -> Sequences:
    """A plan by first feasible insertion: stops that must be served first, early windows before late ones.

    Every route begins with what its vehicle is locked to. The seed decides between equals.
    """
    sequences = [locked_start(problem, vehicle) for vehicle in problem.vehicles]
    served = {stop.id for sequence in sequences for stop in stops_of(sequence)}
    free = [stop for stop in stops if stop.id not in served]
    shuffled = random.Random(seed).sample(free, len(free))
    insert_all(problem, sequences, sorted(shuffled, key=_urgency))
    return sequences


def insert_all(problem: Problem, sequences: Sequences, stops: Iterable[Stop]) -> list[Unassigned]:
    """Insert each of `stops` into `sequences` (which change) where it fits; the answer is what stays out, and why.

    With one stop of a pair, or of a choice, goes the whole pair or one of the choice.
    """
    left: list[Unassigned] = []
    stops = list(stops)
    if not stops:
        return left
    units = unit_by_stop(problem)
    rounds = Rounds(problem, sequences)
    settled = {id(units[stop.id]) for sequence in sequences for stop in stops_of(sequence)}
    for stop in stops:
        unit = units[stop.id]
        if id(unit) in settled:
            continue
        settled.add(id(unit))
        try:
            _insert(problem, sequences, unit, rounds)
        except NoPosition as refusal:
            left += without_room(problem, unit, str(refusal))
        except NotWorthIt as refusal:
            left += too_dear(unit, refusal.added_cost)
    return left


def _insert(problem: Problem, sequences: Sequences, unit: Unit, rounds: Rounds) -> None:
    """Put the unit where driving grows least among the positions that hold every rule.

    Raises `NoPosition` or, for a unit with a penalty, `NotWorthIt`; then `sequences` are as before.
    """
    too_dear: list[int] = []
    penalty = unit.penalty
    for placement in rounds.placements(unit):
        vehicle, before = problem.vehicles[placement.vehicle], sequences[placement.vehicle]
        try:
            check_route(problem, vehicle, placement.steps)
        except DoesNotFit:
            continue
        if penalty is not None:
            added_cost = sequence_cost(problem, vehicle, placement.steps) - sequence_cost(problem, vehicle, before)
            if added_cost > penalty:
                too_dear.append(added_cost)
                continue
        sequences[placement.vehicle] = placement.steps
        rounds.change(placement.vehicle, placement.steps)
        return
    if too_dear:
        raise NotWorthIt(min(too_dear))
    raise NoPosition(Counter(_refusal(problem, *one, unit) for one in zip(problem.vehicles, sequences, strict=True)))


def _refusal(problem: Problem, vehicle: Vehicle, steps: list[Step], unit: Unit) -> Reason:
    """What the vehicle says to the unit at the end of its route, where most of its time is still free."""
    try:
        check_route(problem, vehicle, [*steps, *unit.ways[0]])
    except DoesNotFit as refusal:
        return refusal.reason
    return Reason.NO_ROOM


def _urgency(stop: Stop) -> tuple[bool, int]:
    return stop.penalty is not None, stop.windows[-1][1] if stop.windows else UNREACHABLE
