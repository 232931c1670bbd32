"""Why no vehicle takes a stop even when it has nothing else to do: the rule of the nearest miss."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from routing.solving.fits import DoesNotFit, check_load, check_may_serve
from routing.solving.inserting.locks import locked_start
from routing.solving.inserting.units import Unit, units_of
from routing.solving.problem import Problem, Step, Stop, Vehicle
from routing.solving.solution import Reason, Unassigned
from routing.solving.timing.retime import check_route

_HOW_CLOSE = tuple(Reason)
"""The order in which a vehicle is asked: one that fails at a later rule came closer."""

type Ask = Callable[[Vehicle, Sequence[Stop]], None]


def unfit(problem: Problem) -> list[Unassigned]:
    """The stops that every vehicle refuses whatever the order and the hour: they need no search."""

    def ask(vehicle: Vehicle, way: Sequence[Stop]) -> None:
        for stop in way:
            check_may_serve(vehicle, stop)
        check_load(problem, vehicle, way)

    refused = ((unit, _nearest_miss(problem, unit, ask)) for unit in units_of(problem))
    return [one for unit, refusal in refused if refusal is not None for one in _unassigned(unit, refusal)]


def without_room(problem: Problem, unit: Unit, detail: str) -> list[Unassigned]:
    """The reason for what no route of a plan takes: what forbids it alone, or else, with `detail`, no room.

    Where a drive with a halt is shorter than the direct one, a stop refused alone could still fit behind another.
    """

    def ask(vehicle: Vehicle, way: Sequence[Stop]) -> None:
        start = locked_start(problem, vehicle)
        try:
            check_route(problem, vehicle, [*start, *way])
        except DoesNotFit as refusal:
            raise _apart(problem, vehicle, way, refusal) from refusal

    refusal = _nearest_miss(problem, unit, ask)
    return _unassigned(unit, refusal or DoesNotFit(Reason.NO_ROOM, detail))


def _apart(problem: Problem, vehicle: Vehicle, way: Sequence[Stop], refusal: DoesNotFit) -> DoesNotFit:
    """A closer reason where the vehicle could serve this without its locks, or each half of a pair by itself."""
    free = replace(vehicle, locked=())
    if vehicle.locked and _fits(problem, free, way):
        begin = ", ".join(vehicle.locked)
        return DoesNotFit(Reason.LOCKING, f"{vehicle.id} is locked to begin with {begin}: {refusal.detail}")
    single = [replace(stop, id=f"{stop.id} by itself", pickup=None) for stop in way]
    if len(way) == 2 and all(_fits(problem, free, [stop]) for stop in single):
        return DoesNotFit(Reason.PAIR, f"each by itself fits on {vehicle.id}, together: {refusal.detail}")
    return refusal


def _fits(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> bool:
    try:
        check_route(problem, vehicle, steps)
    except DoesNotFit:
        return False
    return True


def too_dear(unit: Unit, added_cost: int) -> list[Unassigned]:
    """The reason for what fits, but costs more than leaving it out."""
    detail = f"serving it adds {added_cost}, leaving it out costs {unit.penalty}"
    return _unassigned(unit, DoesNotFit(Reason.COSTS_MORE, detail))


def _nearest_miss(problem: Problem, unit: Unit, ask: Ask) -> DoesNotFit | None:
    """The refusal of the vehicle that comes closest with any of the unit's ways, or nothing if one does not refuse."""
    refusals = [DoesNotFit(Reason.NO_VEHICLE, "there is no vehicle")]
    for way in unit.ways:
        for vehicle in problem.vehicles:
            try:
                ask(vehicle, way)
            except DoesNotFit as refusal:
                refusals.append(refusal)
            else:
                return None
    return max(refusals, key=lambda refusal: _HOW_CLOSE.index(refusal.reason))


def _unassigned(unit: Unit, refusal: DoesNotFit) -> list[Unassigned]:
    return [Unassigned(stop_id=stop.id, reason=refusal.reason, detail=refusal.detail) for stop in unit.left_out]
