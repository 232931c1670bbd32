"""Exact times of a fixed sequence: the cheapest that there are, and then every stop as early as these allow.

The rule for breaks, for all of the library. Breaks are taken in the order listed, each between the end of one service
or reload and the begin of the next, never during one: preferably on arrival or before driving off; where its times
allow neither, the way (drive and parking) is interrupted. Where travel depends on the hour, breaks on a way are as many
on arrival as their times allow, or the first ones as early as they may be, whichever is over first. A break that lies
wholly before the route leaves, or that need not have begun when the route ends (`end_s <= latest_start_s`), is the
driver's own time and not part of the route.
"""

from collections.abc import Sequence
from dataclasses import replace

from routing.solving.fits import DoesNotFit, check_steps
from routing.solving.problem import Measure, Problem, Reload, Step, Stop, Vehicle
from routing.solving.solution import Reason, Reloaded, Route, Visit
from routing.solving.timing.legs import Halted, Leg, Schedule, walk
from routing.solving.timing.schedule import check_schedule, schedule
from routing.solving.timing.way import Way, way_between


def retime(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Route:
    """The route of `vehicle` through `steps` in this order. Raises `DoesNotFit` with the reason if there is none.

    `schedule` says which of the possible times; after leaving, every stop is served as early as can be. Where shares
    of the time are balanced, that of a vehicle whose time is free counts as one a second.
    """
    check_steps(problem, vehicle, steps)
    legs, distance_m = _legs(problem, vehicle, steps)
    return _route(vehicle, steps, legs, schedule(_paid(problem, vehicle), legs), distance_m=distance_m)


def _paid(problem: Problem, vehicle: Vehicle) -> Vehicle:
    """The vehicle, never with free time where a longer route costs its balance more."""
    by_time = problem.balance is not None and problem.balance.measure is Measure.TIME
    return replace(vehicle, cost_per_s=1) if by_time and not vehicle.cost_per_s else vehicle


def check_route(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> None:
    """Raise `DoesNotFit` as `retime` does, without working out the best times."""
    check_steps(problem, vehicle, steps)
    legs, _ = _legs(problem, vehicle, steps)
    check_schedule(vehicle, legs)


def _legs(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> tuple[list[Leg], int]:
    profile = problem.profiles[vehicle.profile]
    distance_m, here = 0, vehicle.start_place
    legs: list[Leg] = []
    for step in steps:
        legs.append(_leg(problem, vehicle, here, step))
        distance_m += profile.distance_m.item(here, step.place)
        here = step.place
    if vehicle.end_place is None:
        legs.append(Leg(Way((0,))))
    else:
        legs.append(Leg(_way(problem, vehicle, here, vehicle.end_place)))
        distance_m += profile.distance_m.item(here, vehicle.end_place)
    if vehicle.max_distance_m is not None and distance_m > vehicle.max_distance_m:
        raise DoesNotFit(Reason.MAX_DISTANCE, f"{distance_m} m, {vehicle.id} drives {vehicle.max_distance_m} m")
    return legs, distance_m


def _leg(problem: Problem, vehicle: Vehicle, here: int, step: Step) -> Leg:
    if isinstance(step, Reload):
        return Leg(_way(problem, vehicle, here, step.place), step.duration_s)
    way = _way(problem, vehicle, here, step.place, setup_s=step.setup_s)
    return Leg(way, step.service_s, step.windows, step.soft_window)


def _way(problem: Problem, vehicle: Vehicle, start: int, end: int, *, setup_s: int = 0) -> Way:
    way = way_between(problem.profiles[vehicle.profile], start, end, setup_s=setup_s)
    if way is None:
        raise DoesNotFit(Reason.REACHABLE, f"the streets give no way for the profile {vehicle.profile}")
    return way


def _route(vehicle: Vehicle, steps: Sequence[Step], legs: Sequence[Leg], times: Schedule, *, distance_m: int) -> Route:
    walked = list(walk(vehicle, legs, times))
    visits: list[Visit] = []
    reloads: list[Reloaded] = []
    for step, halted in zip(steps, walked, strict=False):
        if isinstance(step, Reload):
            reloads.append(_reloaded(halted, after=len(visits)))
        else:
            visits.append(_visit(step, halted))
    return Route(
        vehicle_id=vehicle.id,
        departure_s=times.departure_s,
        visits=tuple(visits),
        breaks=tuple(pause for halted in walked for pause in halted.breaks),
        end_s=walked[-1].departure_s,
        travel_s=sum(_driven_s(leg, halted) for leg, halted in zip(legs, walked, strict=True)),
        distance_m=distance_m,
        reloads=tuple(reloads),
    )


def _reloaded(halted: Halted, *, after: int) -> Reloaded:
    return Reloaded(after=after, arrival_s=halted.arrival_s, start_s=halted.start_s, departure_s=halted.departure_s)


def _visit(stop: Stop, halted: Halted) -> Visit:
    paused_s = sum(pause.end_s - pause.start_s for pause in halted.breaks if pause.start_s >= halted.arrival_s)
    return Visit(
        stop_id=stop.id,
        arrival_s=halted.arrival_s,
        start_s=halted.start_s,
        departure_s=halted.departure_s,
        waiting_s=halted.start_s - halted.arrival_s - paused_s,
    )


def _driven_s(leg: Leg, halted: Halted) -> int:
    paused_s = sum(pause.end_s - pause.start_s for pause in halted.breaks if pause.start_s < halted.arrival_s)
    return halted.arrival_s - halted.left_s - paused_s - leg.way.setup_s
