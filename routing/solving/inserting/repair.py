"""Takes out of a search's sequences what exact times or the rules refuse, and as little else as can be."""

from collections.abc import Sequence

from routing.solving.fits import DoesNotFit
from routing.solving.inserting.locks import locked_start
from routing.solving.inserting.units import Unit, unit_by_stop
from routing.solving.problem import Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.steps import stops_of, without_empty_trips
from routing.solving.timing.retime import check_route


def repair(problem: Problem, sequences: Sequences) -> Sequences:
    """The same sequences without the units that make one of them impossible, or that stand in an earlier one."""
    units = unit_by_stop(problem)
    holders = {id(units[stop_id]): vehicle_id for stop_id, vehicle_id in problem.locked_to.items()}
    taken: set[int] = set()
    repaired: Sequences = []
    for vehicle, steps in zip(problem.vehicles, sequences, strict=True):
        elsewhere = taken | {unit for unit, holder in holders.items() if holder != vehicle.id}
        found = _driveable(problem, vehicle, steps, units, elsewhere)
        taken |= {id(units[stop.id]) for stop in stops_of(found)}
        repaired.append(found)
    return repaired


def _driveable(
    problem: Problem, vehicle: Vehicle, steps: list[Step], units: dict[str, Unit], taken: set[int]
) -> list[Step]:
    asked = [id(units[stop.id]) for stop in stops_of(steps)]
    if not taken & set(asked) and _fits(problem, vehicle, steps):
        return steps
    kept = {id(units[stop_id]) for stop_id in vehicle.locked}
    steps = _one_of_each_choice(steps)
    if not _fits(problem, vehicle, _only(steps, kept, units)):
        steps = _one_of_each_choice(_begun_as_locked(problem, vehicle, steps))
    for unit in dict.fromkeys(asked):
        if unit not in taken and _fits(problem, vehicle, _only(steps, kept | {unit}, units)):
            kept.add(unit)
    return _only(steps, kept, units)


def _begun_as_locked(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> list[Step]:
    start = locked_start(problem, vehicle)
    among = {step.id for step in start if isinstance(step, Stop)}
    return [*start, *(step for step in steps if isinstance(step, Reload) or step.id not in among)]


def _one_of_each_choice(steps: Sequence[Step]) -> list[Step]:
    first: dict[str, Stop] = {}
    for step in stops_of(steps):
        if step.choice is not None:
            first.setdefault(step.choice, step)
    return [step for step in steps if isinstance(step, Reload) or first.get(step.choice or "", step) is step]


def _only(steps: Sequence[Step], kept: set[int], units: dict[str, Unit]) -> list[Step]:
    return without_empty_trips([step for step in steps if isinstance(step, Reload) or id(units[step.id]) in kept])


def _fits(problem: Problem, vehicle: Vehicle, steps: list[Step]) -> bool:
    if not steps and not vehicle.locked:
        return True
    try:
        check_route(problem, vehicle, steps)
    except DoesNotFit:
        return False
    return True
