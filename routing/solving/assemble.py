"""Turns sequences of steps into a timed and priced solution."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.solving.price import balance, preference, route_cost, untimely
from routing.solving.problem import Problem, Sequences, Step, Stop, Vehicle
from routing.solving.solution import Cost, Route, Solution, Unassigned
from routing.solving.steps import stops_of
from routing.solving.timing.timed import timed


@dataclass(frozen=True, slots=True)
class _Used:
    """A vehicle that leaves its place."""

    vehicle: Vehicle
    route: Route
    stops: list[Stop]


def left_out(problem: Problem, sequences: Sequences) -> list[Stop]:
    """What stands in no sequence, in the order of the problem; of a choice the first stop, if none is served."""
    served = {stop.id for sequence in sequences for stop in stops_of(sequence)}
    settled: set[str | None] = {stop.choice for stop in problem.stops if stop.choice is not None and stop.id in served}
    left = []
    for stop in problem.stops:
        if stop.id not in served and (stop.choice is None or stop.choice not in settled):
            left.append(stop)
            settled.add(stop.choice)
    return left


def rank(problem: Problem, sequences: Sequences) -> tuple[int, int]:
    """As `Solution.rank`, without building one. Raises `DoesNotFit` when a sequence cannot be driven."""
    left = left_out(problem, sequences)
    total = sum(stop.penalty or 0 for stop in left)
    for vehicle, steps in zip(problem.vehicles, sequences, strict=True):
        if steps:
            total += sequence_cost(problem, vehicle, steps)
    return sum(stop.penalty is None for stop in left), total


def sequence_cost(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> int:
    """What driving these steps adds to `Cost.total`; nothing for none. Raises `DoesNotFit` when it cannot be done."""
    return route_cost(problem, vehicle, timed(problem, vehicle, steps), stops_of(steps)) if steps else 0


def assemble(problem: Problem, sequences: Sequences, *, unassigned: Sequence[Unassigned], found_by: str) -> Solution:
    """The solution that drives these sequences. Raises `DoesNotFit` when one of them cannot be driven."""
    used = list(_used(problem, sequences))
    return Solution(
        routes=tuple(one.route for one in used),
        unassigned=tuple(unassigned),
        cost=_cost(problem, used, left_out(problem, sequences)),
        found_by=found_by,
    )


def _used(problem: Problem, sequences: Sequences) -> Iterator[_Used]:
    for vehicle, steps in zip(problem.vehicles, sequences, strict=True):
        if steps:
            yield _Used(vehicle, timed(problem, vehicle, steps), stops_of(steps))


def _cost(problem: Problem, used: Sequence[_Used], left: Sequence[Stop]) -> Cost:
    routes = [one.route for one in used]
    penalties = sum(stop.penalty or 0 for stop in left)
    return Cost(
        travel_s=sum(route.travel_s for route in routes),
        distance_m=sum(route.distance_m for route in routes),
        waiting_s=sum(visit.waiting_s for route in routes for visit in route.visits),
        service_s=sum(stop.service_s for one in used for stop in one.stops),
        break_s=sum(pause.end_s - pause.start_s for route in routes for pause in route.breaks),
        fixed=sum(one.vehicle.fixed_cost for one in used),
        penalties=penalties,
        total=penalties + sum(route_cost(problem, one.vehicle, one.route, one.stops) for one in used),
        must_left_out=sum(stop.penalty is None for stop in left),
        setup_s=sum(_setup_s(one) for one in used),
        reload_s=sum(halt.departure_s - halt.start_s for route in routes for halt in route.reloads),
        untimely=sum(untimely(one.route, one.stops) for one in used),
        preference=sum(preference(one.vehicle, one.stops) for one in used),
        balance=sum(balance(problem, route) for route in routes),
    )


def _setup_s(one: _Used) -> int:
    """What the route spends on parking: what is neither driving, waiting, serving, reloading nor a break."""
    route = one.route
    waiting_s = sum(visit.waiting_s for visit in route.visits)
    halts = sum(visit.departure_s - visit.start_s for visit in route.visits)
    reloads = sum(halt.departure_s - halt.start_s for halt in route.reloads)
    paused_s = sum(pause.end_s - pause.start_s for pause in route.breaks)
    return route.duration_s - route.travel_s - waiting_s - halts - reloads - paused_s
