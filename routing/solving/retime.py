"""Exact times of a fixed sequence: the route as short as can be, and then every stop as early as can be.

The rule for breaks, for all of the library. Breaks are taken in the order listed, each between the end of one service
and the begin of the next, never during one: preferably on arrival or before driving off; where its times allow neither,
the drive is interrupted. A break that lies wholly before the route leaves, or that need not have begun when the route
ends (`end_s <= latest_start_s`), is the driver's own time and not part of the route.
"""

from collections.abc import Sequence

from routing.solving.fits import DoesNotFit, check_load, check_may_serve
from routing.solving.problem import UNREACHABLE, Break, Problem, Stop, Vehicle
from routing.solving.schedule import Leg, Schedule, check_schedule, first_start, schedule
from routing.solving.solution import BreakTaken, Reason, Route, Visit


def retime(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> Route:
    """The route of `vehicle` through `stops` in this order. Raises `DoesNotFit` with the reason if there is none.

    `schedule` says which of the possible times; after leaving, every stop is served as early as can be.
    """
    _check_whatever_the_hour(problem, vehicle, stops)
    legs, distance_m = _legs(problem, vehicle, stops)
    return _route(vehicle, stops, legs, schedule(vehicle, legs), distance_m=distance_m)


def check_route(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    """Raise `DoesNotFit` as `retime` does, without working out the best times."""
    _check_whatever_the_hour(problem, vehicle, stops)
    legs, _ = _legs(problem, vehicle, stops)
    check_schedule(vehicle, legs)


def _check_whatever_the_hour(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> None:
    for stop in stops:
        check_may_serve(vehicle, stop)
    check_load(problem, vehicle, stops)


def _legs(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> tuple[list[Leg], int]:
    profile = problem.profiles[vehicle.profile]
    legs, distance_m, here = [], 0, vehicle.start_place
    for stop in stops:
        travel_s = profile.duration_s.item(here, stop.place)
        distance_m += profile.distance_m.item(here, stop.place)
        legs.append(Leg(travel_s, stop.service_s, stop.windows))
        here = stop.place
    if vehicle.end_place is None:
        legs.append(Leg(0, 0, ()))
    else:
        legs.append(Leg(profile.duration_s.item(here, vehicle.end_place), 0, ()))
        distance_m += profile.distance_m.item(here, vehicle.end_place)
    if any(leg.travel_s == UNREACHABLE for leg in legs):
        raise DoesNotFit(Reason.REACHABLE, f"the streets give no way for the profile {vehicle.profile}")
    if vehicle.max_distance_m is not None and distance_m > vehicle.max_distance_m:
        raise DoesNotFit(Reason.MAX_DISTANCE, f"{distance_m} m, {vehicle.id} drives {vehicle.max_distance_m} m")
    return legs, distance_m


def _route(vehicle: Vehicle, stops: Sequence[Stop], legs: Sequence[Leg], times: Schedule, *, distance_m: int) -> Route:
    time_s, done = times.departure_s, times.skipped
    visits: list[Visit] = []
    taken: list[BreakTaken] = []
    for number, (leg, count) in enumerate(zip(legs, times.breaks_by_leg, strict=True)):
        arrival_s, pauses = _drive(time_s, leg.travel_s, vehicle.breaks[done : done + count])
        done += count
        taken += pauses
        ready_s = max([arrival_s, *(pause.end_s for pause in pauses)])
        start_s = first_start(ready_s, leg.windows)
        assert start_s is not None, "the recursion found this leg possible"
        time_s = start_s + leg.service_s
        if number < len(stops):
            paused_s = sum(pause.end_s - pause.start_s for pause in pauses if pause.start_s >= arrival_s)
            waiting_s = start_s - arrival_s - paused_s
            visits.append(
                Visit(
                    stop_id=stops[number].id,
                    arrival_s=arrival_s,
                    start_s=start_s,
                    departure_s=time_s,
                    waiting_s=waiting_s,
                )
            )
    return Route(
        vehicle_id=vehicle.id,
        departure_s=times.departure_s,
        visits=tuple(visits),
        breaks=tuple(taken),
        end_s=time_s,
        travel_s=sum(leg.travel_s for leg in legs),
        distance_m=distance_m,
    )


def _drive(time_s: int, travel_s: int, breaks: Sequence[Break]) -> tuple[int, list[BreakTaken]]:
    """The arrival and the breaks of one leg: all on arrival if their times allow, else each as early as it may be.

    Both end at the same second: whenever there is something left to do, it is being done.
    """
    arrival_s = now_s = time_s + travel_s
    taken = []
    for pause in breaks:
        start_s = max(now_s, pause.earliest_start_s)
        if start_s > pause.latest_start_s:
            return _drive_with_breaks_first(time_s, travel_s, breaks)
        now_s = start_s + pause.duration_s
        taken.append(BreakTaken(start_s=start_s, end_s=now_s))
    return arrival_s, taken


def _drive_with_breaks_first(time_s: int, travel_s: int, breaks: Sequence[Break]) -> tuple[int, list[BreakTaken]]:
    arrival_s: int | None = None
    taken = []
    for pause in breaks:
        start_s = max(time_s, pause.earliest_start_s)
        if arrival_s is None and start_s - time_s >= travel_s:
            arrival_s = time_s + travel_s
        travel_s -= min(travel_s, start_s - time_s)
        time_s = start_s + pause.duration_s
        taken.append(BreakTaken(start_s=start_s, end_s=time_s))
    return (time_s + travel_s if arrival_s is None else arrival_s), taken
