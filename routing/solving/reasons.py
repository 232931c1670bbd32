"""Why a stop is left out: first whether any vehicle could serve it alone, then whether the routes have room."""

from collections.abc import Iterable
from dataclasses import replace

from routing.solving.fits import DoesNotFit
from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.retime import retime
from routing.solving.solution import Reason, Unassigned

_HOW_CLOSE = tuple(Reason)
"""The order in which a vehicle is asked: one that fails at a later rule came closer."""


def impossible(problem: Problem) -> list[Unassigned]:
    """The stops that no vehicle could serve even with nothing else to do, each with the rule of the nearest miss."""
    vehicles = _kinds(problem)
    found = []
    for stop in problem.stops:
        refusal = _refusal(problem, vehicles, stop)
        if refusal is not None:
            found.append(Unassigned(stop_id=stop.id, reason=refusal.reason, detail=refusal.detail))
    return found


def _refusal(problem: Problem, vehicles: Iterable[Vehicle], stop: Stop) -> DoesNotFit | None:
    """The refusal of the vehicle that comes closest, or nothing if one takes the stop."""
    refusals = [DoesNotFit(Reason.NO_VEHICLE, "there is no vehicle")]
    for vehicle in vehicles:
        try:
            retime(problem, vehicle, [stop])
        except DoesNotFit as refusal:
            refusals.append(refusal)
        else:
            return None
    return max(refusals, key=lambda refusal: _HOW_CLOSE.index(refusal.reason))


def _kinds(problem: Problem) -> list[Vehicle]:
    """One vehicle of each kind: vehicles that differ in nothing but their id count once, unless a stop names them."""
    named: set[str] = set()
    for stop in problem.stops:
        named |= (stop.allowed_vehicles or set()) | stop.refused_vehicles
    kinds = {vehicle if vehicle.id in named else replace(vehicle, id=""): vehicle for vehicle in problem.vehicles}
    return list(kinds.values())
