"""What a vehicle refuses whatever the hour: permission, skills, locks, pairs, reloads, load, number of stops."""

from collections.abc import Iterator, Sequence

from routing.solving.problem import Problem, Reload, Step, Stop, Vehicle
from routing.solving.solution import Reason
from routing.solving.steps import stops_of, trips_of


class DoesNotFit(Exception):
    """These steps cannot be one route of this vehicle."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def check_steps(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> None:
    """Raise `DoesNotFit` when these steps, in this order, cannot be a route of the vehicle at any hour."""
    for stop in stops_of(steps):
        check_may_serve(vehicle, stop)
    check_locks(problem, vehicle, steps)
    check_together(problem, vehicle, steps)
    check_load(problem, vehicle, steps)


def check_may_serve(vehicle: Vehicle, stop: Stop) -> None:
    """Raise `DoesNotFit` when the vehicle may never serve this stop."""
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    if not allowed or vehicle.id in stop.refused_vehicles:
        raise DoesNotFit(Reason.VEHICLE_NOT_ALLOWED, f"{vehicle.id} may not serve it")
    missing = stop.skills - vehicle.skills
    if missing:
        raise DoesNotFit(Reason.SKILL, f"{vehicle.id} lacks {', '.join(sorted(missing))}")
    unwanted = stop.excluded_skills & vehicle.skills
    if unwanted:
        raise DoesNotFit(Reason.SKILL, f"{vehicle.id} has {', '.join(sorted(unwanted))}, which it excludes")


def check_locks(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> None:
    """Raise `DoesNotFit` unless the route begins with what the vehicle is locked to, and has nothing of others'."""
    first = [step.id for step in steps[: len(vehicle.locked)] if isinstance(step, Stop)]
    if first != list(vehicle.locked):
        raise DoesNotFit(Reason.LOCKING, f"{vehicle.id} is locked to begin with {', '.join(vehicle.locked)}")
    for stop in stops_of(steps) if problem.locked_to else ():
        if problem.locked_to.get(stop.id, vehicle.id) != vehicle.id:
            raise DoesNotFit(Reason.LOCKING, f"{stop.id} is locked to {problem.locked_to[stop.id]}")


def check_together(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> None:
    """Raise `DoesNotFit` when a pair is torn or turned round, a choice is taken twice, or a trip is without a stop."""
    trips = trips_of(steps)
    if len(trips) > 1:
        _check_reloads(vehicle, trips)
    for trip in trips:
        _check_pairs(problem, trip)
    choices = [stop.choice for stop in stops_of(steps) if stop.choice is not None]
    if len(set(choices)) < len(choices):
        raise DoesNotFit(Reason.CHOICE, "a delivery with a choice of places is served twice")


def _check_reloads(vehicle: Vehicle, trips: Sequence[Sequence[Stop]]) -> None:
    most = 0 if vehicle.reload is None else vehicle.reload.most
    if len(trips) - 1 > most:
        raise DoesNotFit(Reason.RELOAD, f"{len(trips) - 1} reloads, {vehicle.id} takes {most}")
    if not all(trips):
        raise DoesNotFit(Reason.RELOAD, f"{vehicle.id} reloads without a stop before or after it")


def _check_pairs(problem: Problem, trip: Sequence[Stop]) -> None:
    seen: set[str] = set()
    owed: set[str] = set()
    deliveries = problem.deliveries
    for stop in trip:
        if stop.pickup is not None and stop.pickup not in seen:
            raise DoesNotFit(Reason.PAIR, f"its pickup {stop.pickup} is not before it in the same trip")
        seen.add(stop.id)
        owed.discard(stop.id)
        if stop.id in deliveries:
            owed.add(deliveries[stop.id].id)
    if owed:
        raise DoesNotFit(Reason.PAIR, f"{min(owed)} does not follow its pickup in the same trip")


def check_load(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> None:
    """Raise `DoesNotFit` when the vehicle cannot carry all of these in this order, or takes not so many."""
    for trip in trips_of(steps):
        for kind, name in enumerate(problem.capacity_names):
            load, room = max(loads(problem, trip, kind)), vehicle.capacities[kind]
            if load > room:
                raise DoesNotFit(Reason.CAPACITY, f"{name}: {load} for {room} on {vehicle.id}")
    count = sum(not isinstance(step, Reload) for step in steps)
    if vehicle.max_stops is not None and count > vehicle.max_stops:
        raise DoesNotFit(Reason.TOUR_SIZE, f"{count} stops, {vehicle.id} takes {vehicle.max_stops}")


def loads(problem: Problem, trip: Sequence[Stop], kind: int) -> Iterator[int]:
    """What is on board at the begin of the trip, and after each stop."""
    load = sum(stop.demands[kind] for stop in trip if stop.pickup is None)
    yield load
    for stop in trip:
        load -= stop.demands[kind]
        if stop.collects:
            load += stop.collects[kind]
        if stop.id in problem.deliveries:
            load += problem.deliveries[stop.id].demands[kind]
        yield load
