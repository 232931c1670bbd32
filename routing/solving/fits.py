"""What a vehicle refuses whatever the order and the hour: permission, skills, load, number of stops."""

from collections.abc import Sequence

from routing.solving.problem import Problem, Stop, Vehicle
from routing.solving.solution import Reason


class DoesNotFit(Exception):
    """These stops cannot be one route of this vehicle."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def check_may_serve(vehicle: Vehicle, stop: Stop) -> None:
    """Raise `DoesNotFit` when the vehicle may never serve this stop."""
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    if not allowed or vehicle.id in stop.refused_vehicles:
        raise DoesNotFit(Reason.VEHICLE_NOT_ALLOWED, f"{vehicle.id} may not serve it")
    missing = stop.skills - vehicle.skills
    if missing:
        raise DoesNotFit(Reason.SKILL, f"{vehicle.id} lacks {', '.join(sorted(missing))}")


def check_load(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    """Raise `DoesNotFit` when the vehicle cannot carry all of these together, or not so many."""
    for kind, name in enumerate(problem.capacity_names):
        load = sum(stop.demands[kind] for stop in stops)
        room = vehicle.capacities[kind]
        if load > room:
            raise DoesNotFit(Reason.CAPACITY, f"{name}: {load} for {room} on {vehicle.id}")
    if vehicle.max_stops is not None and len(stops) > vehicle.max_stops:
        raise DoesNotFit(Reason.TOUR_SIZE, f"{len(stops)} stops, {vehicle.id} takes {vehicle.max_stops}")
