"""A part of a large problem: some of its vehicles with all that they drive, a whole problem in itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.solving.limit import Limit
from routing.solving.problem import Hours, Problem, Profile, Sequences, Stop, Vehicle
from routing.solving.processes.named import Named, named, resolved
from routing.solving.ruin_recreate.pool import PooledRoute
from routing.solving.ruin_recreate.search import RuinRecreate
from routing.solving.searching.cooling import Stretch, cool


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is searched, from where, over which stretch of the cooling. It can be pickled, and is small for that."""

    problem: Problem
    start: Named
    stretch: Stretch
    limit: Limit
    seed: int
    most_routes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswer:
    """The best plan of the part's vehicles and its rank, the one to go on from, and routes met."""

    best: Named
    current: Named
    rank: tuple[int, int]
    routes: list[tuple[str, list[str | None], int]]
    """Of the vehicle with this id, the steps, and what it costs."""


type SolveParts = Callable[[list[Part]], list[PartAnswer]]
"""Solves parts, here or elsewhere; the answers in the order of the parts."""


def solve_part(part: Part, halted: Callable[[], bool] = lambda: False) -> PartAnswer:
    """Search the part to its limit."""
    problem = part.problem
    found = cool(
        problem,
        problem.stops,
        start=resolved(problem, part.start),
        stretch=part.stretch,
        limit=part.limit,
        seed=part.seed,
        hear=lambda sequences, share: None,
        halted=halted,
        most_routes=part.most_routes,
    )
    routes = [(problem.vehicles[one.vehicle].id, named([list(one.steps)])[0], one.cost) for one in found.routes]
    return PartAnswer(best=named(found.best), current=named(found.current), rank=found.rank, routes=routes)


def unchanged(part: Part) -> PartAnswer:
    """The answer that leaves everything as it is."""
    problem = part.problem
    search = RuinRecreate(problem, problem.stops, seed=part.seed, start=resolved(problem, part.start))
    plan = named(search.current)
    return PartAnswer(best=plan, current=plan, rank=search.best_rank, routes=[])


def routes_of(problem: Problem, answers: Sequence[PartAnswer]) -> Iterator[PooledRoute]:
    """The routes that the parts met, as routes of the whole problem."""
    stop = {stop.id: stop for stop in problem.stops}
    number = {vehicle.id: at for at, vehicle in enumerate(problem.vehicles)}
    for answer in answers:
        for vehicle, ids, cost in answer.routes[::-1]:
            reload = problem.vehicles[number[vehicle]].reload
            steps = [reload if id is None else stop[id] for id in ids]
            yield PooledRoute(number[vehicle], tuple(step for step in steps if step is not None), cost)


def cut_out(problem: Problem, vehicles: Sequence[int], stops: Sequence[Stop]) -> Problem:
    """The problem of these vehicles and stops, with only the places that they know."""
    chosen = [problem.vehicles[number] for number in vehicles]
    known = sorted({place for one in chosen for place in _places(one)} | {stop.place for stop in stops})
    new = {place: number for number, place in enumerate(known)}
    return replace(
        problem,
        places=len(known),
        profiles={
            name: _cut_profile(problem.profiles[name], np.array(known, dtype=np.intp))
            for name in dict.fromkeys(vehicle.profile for vehicle in chosen)
        },
        vehicles=tuple(_moved(vehicle, new) for vehicle in chosen),
        stops=tuple(_among(stop, new, frozenset(vehicle.id for vehicle in chosen)) for stop in stops),
    )


def _among(stop: Stop, new: dict[int, int], vehicles: frozenset[str]) -> Stop:
    """The stop where the part has it, that names no vehicle but those of the part."""
    return replace(
        stop,
        place=new[stop.place],
        allowed_vehicles=None if stop.allowed_vehicles is None else stop.allowed_vehicles & vehicles,
        refused_vehicles=stop.refused_vehicles & vehicles,
        vehicle_costs=tuple((id, cost) for id, cost in stop.vehicle_costs if id in vehicles),
    )


def _places(vehicle: Vehicle) -> list[int]:
    end = [] if vehicle.end_place is None else [vehicle.end_place]
    return [vehicle.start_place, *end, *([] if vehicle.reload is None else [vehicle.reload.place])]


def _moved(vehicle: Vehicle, new: dict[int, int]) -> Vehicle:
    return replace(
        vehicle,
        start_place=new[vehicle.start_place],
        end_place=None if vehicle.end_place is None else new[vehicle.end_place],
        reload=None if vehicle.reload is None else replace(vehicle.reload, place=new[vehicle.reload.place]),
    )


def _cut_profile(profile: Profile, places: NDArray[np.intp]) -> Profile:
    pairs = np.ix_(places, places)
    hours = tuple(Hours(start_s=one.start_s, duration_s=one.duration_s[pairs]) for one in profile.hours)
    return Profile(duration_s=profile.duration_s[pairs], distance_m=profile.distance_m[pairs], hours=hours)


def joined(problem: Problem, parts: Sequence[Part], plans: Sequence[Named]) -> Sequences:
    """The plan of the whole problem that the parts' plans are together."""
    number = {vehicle.id: at for at, vehicle in enumerate(problem.vehicles)}
    names: Named = [[] for _ in problem.vehicles]
    for part, plan in zip(parts, plans, strict=True):
        for vehicle, ids in zip(part.problem.vehicles, plan, strict=True):
            names[number[vehicle.id]] = ids
    return resolved(problem, names)
