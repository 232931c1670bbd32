"""Where a stop that was left out comes closest to fitting: by a guess over all positions of all routes at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from routing.solving.explaining.trial import Trial
from routing.solving.fits import DoesNotFit, check_may_serve
from routing.solving.inserting.roads import FAR, Roads
from routing.solving.inserting.round import NOWHERE, Round, round_of
from routing.solving.inserting.units import Unit
from routing.solving.problem import Problem, Sequences, Stop, Vehicle

_REFUSED = 3 * 3600
_OVERLOADED = 3600
"""Seconds of lateness that are as bad as a vehicle that may not, or that is full."""
_A_VEHICLE = 3
"""Positions of one vehicle that are worth a closer look."""


@dataclass(frozen=True, eq=False, slots=True)
class Routes:
    """The routes of a plan, ready to be asked for positions; in the order of the problem's vehicles."""

    problem: Problem
    rounds: tuple[Round, ...]
    roads: dict[str, Roads]


def routes_of(problem: Problem, sequences: Sequences) -> Routes:
    """The routes that drive these sequences."""
    roads = {name: Roads(profile) for name, profile in problem.profiles.items()}
    pairs = zip(problem.vehicles, sequences, strict=True)
    rounds = tuple(round_of(problem, vehicle, steps, roads[vehicle.profile]) for vehicle, steps in pairs)
    return Routes(problem, rounds, roads)


def nearest(routes: Routes, unit: Unit, *, most: int) -> list[Trial]:
    """The `most` positions at which the unit fails by least, the closest first."""
    found = [
        found
        for vehicle, round in zip(routes.problem.vehicles, routes.rounds, strict=True)
        for way in unit.ways
        for found in _of_vehicle(routes, vehicle, round, way)
    ]
    found.sort(key=lambda one: one[0])
    return [trial for _, trial in found[:most]]


def _of_vehicle(routes: Routes, vehicle: Vehicle, round: Round, way: tuple[Stop, ...]) -> Iterator[tuple[int, Trial]]:
    refused = _REFUSED * sum(not _may_serve(vehicle, stop) for stop in way)
    by_stop = [_closest(routes, vehicle, round, stop) for stop in way]
    for places in product(*by_stop):
        indices = [index for _, index in places]
        if indices == sorted(indices):
            trial = Trial(routes.problem, vehicle, round.steps, way, indices[0], indices[-1])
            yield refused + sum(score for score, _ in places), trial


def _closest(routes: Routes, vehicle: Vehicle, round: Round, stop: Stop) -> list[tuple[int, int]]:
    """How badly it fits, in seconds, and before which step, for the best positions."""
    scores = _lateness(routes.roads[vehicle.profile], round, stop)
    room = np.array(vehicle.capacities, dtype=np.int64)[:, None]
    taken = np.array(stop.demands, dtype=np.int64)[:, None]
    collected = np.array(stop.collects or [0] * len(room), dtype=np.int64)[:, None]
    full = (round.load_until + taken > room) | (round.load_from + collected > room)
    scores = scores + _OVERLOADED * full.any(axis=0)
    chosen = np.argsort(scores, kind="stable")[:_A_VEHICLE]
    return [(int(scores[at]), round.first + int(at)) for at in chosen if scores[at] < FAR]


def _lateness(roads: Roads, round: Round, stop: Stop) -> NDArray[np.int64]:
    """By position: seconds too late for it and for what follows, and half of the detour."""
    to_s = roads.least_s(round.before, stop.place)
    from_s = np.where(round.after == NOWHERE, 0, roads.least_s(stop.place, round.after))
    way_s = to_s + np.where(round.before == stop.place, 0, stop.setup_s)
    start_s, late_s = _start(round.free_s + way_s, stop)
    after_s = start_s + stop.service_s + from_s - round.due_s
    detour_s = way_s + from_s - round.gap_s
    scores: NDArray[np.int64] = late_s + np.maximum(0, after_s) + detour_s // 2
    return np.minimum(scores, FAR)


def _start(ready_s: NDArray[np.int64], stop: Stop) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When the service begins, and how late that is: in the window that is best for it."""
    if not stop.windows:
        return ready_s, np.zeros_like(ready_s)
    starts, ends = np.array(stop.windows, dtype=np.int64).T[:, :, None]
    late = np.maximum(0, ready_s - (ends - 1))
    best = (late + np.maximum(0, starts - ready_s)).argmin(axis=0)
    each = np.arange(len(ready_s))
    return np.maximum(ready_s, starts[best, 0]), late[best, each]


def _may_serve(vehicle: Vehicle, stop: Stop) -> bool:
    try:
        check_may_serve(vehicle, stop)
    except DoesNotFit:
        return False
    return True
