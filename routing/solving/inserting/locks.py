"""What each vehicle's route begins with whatever the search does: its locked stops, and the deliveries they ask for."""

from itertools import permutations

from routing.solving.fits import DoesNotFit
from routing.solving.problem import Problem, ProblemError, Step, Stop, Vehicle
from routing.solving.timing.retime import check_route

_MOST_OPEN = 6
"""So many deliveries of locked pickups are tried in every order; more only in the order of their pickups."""


def locked_start(problem: Problem, vehicle: Vehicle) -> list[Step]:
    """The least route that keeps the vehicle's locks. Raises `DoesNotFit` where they cannot be driven."""
    if not vehicle.locked:
        return []
    locked = [problem.stops_by_id[id] for id in vehicle.locked]
    owed = [problem.deliveries[id] for id in vehicle.locked if id in problem.deliveries]
    open = [stop for stop in owed if stop.id not in vehicle.locked]
    return _completed(problem, vehicle, locked, open)


def check_locked_starts(problem: Problem) -> None:
    """Raise `ProblemError` naming the vehicle whose locked stops cannot be driven, and why."""
    for vehicle in problem.vehicles:
        try:
            locked_start(problem, vehicle)
        except DoesNotFit as refusal:
            raise ProblemError(f"vehicle {vehicle.id!r}: its locked stops cannot be driven: {refusal}") from refusal


def _completed(problem: Problem, vehicle: Vehicle, locked: list[Stop], open: list[Stop]) -> list[Step]:
    refusals = []
    for rest in permutations(open) if len(open) <= _MOST_OPEN else [tuple(open)]:
        steps: list[Step] = [*locked, *rest]
        try:
            check_route(problem, vehicle, steps)
        except DoesNotFit as refusal:
            refusals.append(refusal)
        else:
            return steps
    raise refusals[0]
