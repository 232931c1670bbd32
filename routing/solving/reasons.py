"""Why no vehicle takes a stop even when it has nothing else to do: the rule of the nearest miss."""

from collections.abc import Callable, Iterable

from routing.solving.fits import DoesNotFit, check_load, check_may_serve
from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.retime import check_route
from routing.solving.solution import Reason, Unassigned

_HOW_CLOSE = tuple(Reason)
"""The order in which a vehicle is asked: one that fails at a later rule came closer."""


def unfit(problem: Problem) -> list[Unassigned]:
    """The stops that every vehicle refuses whatever the order and the hour: they need no search."""

    def ask(vehicle: Vehicle, stop: Stop) -> None:
        check_may_serve(vehicle, stop)
        check_load(problem, vehicle, [stop])

    refused = ((stop, _nearest_miss(problem.vehicles, stop, ask)) for stop in problem.stops)
    return [_unassigned(stop, refusal) for stop, refusal in refused if refusal is not None]


def without_room(problem: Problem, stop: Stop, detail: str) -> Unassigned:
    """The reason for a stop that no route of a plan takes: what forbids it alone, or else, with `detail`, no room.

    Where a drive with a halt is shorter than the direct one, a stop refused alone could still fit behind another.
    """

    def ask(vehicle: Vehicle, stop: Stop) -> None:
        check_route(problem, vehicle, [stop])

    refusal = _nearest_miss(problem.vehicles, stop, ask)
    return _unassigned(stop, refusal or DoesNotFit(Reason.NO_ROOM, detail))


def _nearest_miss(vehicles: Iterable[Vehicle], stop: Stop, ask: Callable[[Vehicle, Stop], None]) -> DoesNotFit | None:
    """The refusal of the vehicle that comes closest, or nothing if one does not refuse."""
    refusals = [DoesNotFit(Reason.NO_VEHICLE, "there is no vehicle")]
    for vehicle in vehicles:
        try:
            ask(vehicle, stop)
        except DoesNotFit as refusal:
            refusals.append(refusal)
        else:
            return None
    return max(refusals, key=lambda refusal: _HOW_CLOSE.index(refusal.reason))


def _unassigned(stop: Stop, refusal: DoesNotFit) -> Unassigned:
    return Unassigned(stop_id=stop.id, reason=refusal.reason, detail=refusal.detail)
