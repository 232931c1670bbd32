"""A quick price of a route: each stop as early as can be, one pass, no choice of the best times.

Never optimistic: what a walk finds possible can be driven, and costs no more than the walk says, but for the balance of
times. It knows no reloads, pairs and choices: `alone` says which stops it may move, and a vehicle with reloads is left
as it is.
"""

from collections.abc import Sequence
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from routing.solving.fits import DoesNotFit, check_may_serve
from routing.solving.price import share_of_balance
from routing.solving.problem import UNREACHABLE, Break, Problem, Profile, SoftWindow, Stop, Vehicle, Window

IMPOSSIBLE = float("inf")
_NEVER = UNREACHABLE


def alone(problem: Problem, stop: Stop) -> bool:
    """Whether the stop can be moved without minding another: no pair, no choice."""
    return stop.pickup is None and stop.choice is None and stop.id not in problem.deliveries


class Detours:
    """What ways alone add where a stop is put in, by index."""

    def __init__(self, costs: NDArray[np.int64], first: int) -> None:
        self.costs = dict(enumerate(costs.tolist(), start=first))
        self.least: int = int(costs.min()) if costs.size else UNREACHABLE

    def nearest(self, most: int) -> list[int]:
        """Return the indexes where it adds least, the smallest first."""
        return sorted(self.costs, key=self.costs.__getitem__)[:most]


class Walker:
    """Prices routes of one problem. Matrices are kept as lists: plain Python reads those several times faster."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._ways: dict[str, tuple[list[list[int]], list[list[int]]]] = {
            name: (_slowest(profile), profile.distance_m.tolist()) for name, profile in problem.profiles.items()
        }
        self._dislikes = {stop.id: dict(stop.vehicle_costs) for stop in problem.stops if stop.vehicle_costs}
        self._stops = {stop.id: stop for stop in problem.stops}
        self.may_serve = lru_cache(maxsize=None)(self._may_serve)

    def starts(self, number: int, stops: Sequence[Stop]) -> list[int]:
        """Return when each service begins, as far as the round is possible."""
        found: list[int] = []
        self.cost(number, stops, starts=found)
        return found

    def cost(self, number: int, stops: Sequence[Stop], *, starts: list[int] | None = None) -> float:
        """Return what vehicle `number` costs on these stops in this order; IMPOSSIBLE when a rule forbids it."""
        if not stops:
            return 0
        vehicle = self.problem.vehicles[number]
        if not self._fits(vehicle, stops):
            return IMPOSSIBLE
        durations, distances = self._ways[vehicle.profile]
        dislikes = sum(self._dislikes[stop.id].get(vehicle.id, 0) for stop in stops if stop.id in self._dislikes)
        here, now_s, free_s, soft = vehicle.start_place, vehicle.shift_start_s, 0, 0
        distance_m, breaks = 0, vehicle.breaks
        for index, stop in enumerate(stops):
            way_s = durations[here][stop.place]
            if way_s == UNREACHABLE:
                return IMPOSSIBLE
            distance_m += distances[here][stop.place]
            ready_s = now_s + way_s + (stop.setup_s if here != stop.place else 0)
            ready_s, start_s, breaks = _begin(now_s, ready_s, stop, breaks, vehicle.cost_per_s)
            if start_s < 0:
                return IMPOSSIBLE
            if starts is not None:
                starts.append(start_s)
            if index == 0 and not vehicle.breaks:
                free_s = start_s - ready_s  # it leaves so much later, rather than wait
            if stop.soft_window is not None:
                soft += untimely(stop.soft_window, start_s)
            now_s, here = start_s + stop.service_s, stop.place
        if vehicle.end_place is not None:
            way_s = durations[here][vehicle.end_place]
            distance_m += distances[here][vehicle.end_place]
            left_s, now_s = now_s, now_s + way_s
            for pause in breaks:
                if pause.latest_start_s < now_s:
                    now_s = _rested(left_s, now_s, pause)
        duration_s = now_s - vehicle.shift_start_s - free_s
        if now_s > vehicle.shift_end_s or not _within(vehicle, duration_s, distance_m):
            return IMPOSSIBLE
        driving = vehicle.fixed_cost + vehicle.cost_per_s * duration_s + vehicle.cost_per_m * distance_m
        return driving + soft + dislikes + share_of_balance(self.problem.balance, stops=len(stops), busy_s=duration_s)

    def detours(self, number: int, stops: Sequence[Stop], stop: Stop) -> "Detours":
        """Return what the way to `stop` adds at each index of the route, behind what is locked."""
        vehicle = self.problem.vehicles[number]
        profile = self.problem.profiles[vehicle.profile]
        durations, there = profile.duration_s, stop.place
        before = np.array([vehicle.start_place, *(each.place for each in stops)])
        after = np.append(before[1:], there if vehicle.end_place is None else vehicle.end_place)
        added = durations[before, there].astype(np.int64) + durations[there, after]
        added[: -1 if vehicle.end_place is None else None] -= durations[before, after][
            : -1 if vehicle.end_place is None else None
        ]
        return Detours(added[len(vehicle.locked) :] * vehicle.cost_per_s, len(vehicle.locked))

    def _may_serve(self, number: int, stop_id: str) -> bool:
        try:
            check_may_serve(self.problem.vehicles[number], self._stops[stop_id])
        except DoesNotFit:
            return False
        return True

    def _fits(self, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
        if vehicle.max_stops is not None and len(stops) > vehicle.max_stops:
            return False
        for kind, room in enumerate(vehicle.capacities):
            load = sum(stop.demands[kind] for stop in stops)
            if load > room:
                return False
            for stop in stops:
                if stop.collects:
                    load += stop.collects[kind]
                load -= stop.demands[kind]
                if load > room:
                    return False
        return True


def _slowest(profile: Profile) -> list[list[int]]:
    """Return for each pair the longest way of all hours: who is in time by this is so whenever it is driven."""
    hours = [profile.duration_s, *(each.duration_s for each in profile.hours)]
    slowest: list[list[int]] = reduce(np.maximum, hours).tolist()
    return slowest


def _within(vehicle: Vehicle, duration_s: int, distance_m: int) -> bool:
    if vehicle.max_duration_s is not None and duration_s > vehicle.max_duration_s:
        return False
    return vehicle.max_distance_m is None or distance_m <= vehicle.max_distance_m


def untimely(soft: SoftWindow, start_s: int) -> int:
    """Return what it costs to begin at `start_s`."""
    if start_s < soft.start_s:
        return soft.early_cost_per_h * (soft.start_s - start_s) // 3600
    return soft.late_cost_per_h * (start_s - soft.end_s) // 3600 if start_s >= soft.end_s else 0


def _begin(
    left_s: int, ready_s: int, stop: Stop, breaks: tuple[Break, ...], cost_per_s: int
) -> tuple[int, int, tuple[Break, ...]]:
    """Return when the stop is ready for the service, when that begins (-1: never), and the breaks still to come."""
    start_s = _start(ready_s, stop, cost_per_s)
    while start_s >= 0 and breaks and breaks[0].earliest_start_s <= start_s:
        ready_s = _rested(left_s, ready_s, breaks[0])
        start_s = -1 if ready_s == _NEVER else _start(ready_s, stop, cost_per_s)
        breaks = breaks[1:]
    return ready_s, start_s, breaks


def _rested(left_s: int, ready_s: int, pause: Break) -> int:
    """Return when a break and the way before it are over: taken on arrival, else within the way; _NEVER if too late."""
    if ready_s > pause.latest_start_s and max(left_s, pause.earliest_start_s) > pause.latest_start_s:
        return _NEVER
    return max(ready_s, pause.earliest_start_s) + pause.duration_s


def _start(ready_s: int, stop: Stop, cost_per_s: int) -> int:
    """Return when the service begins: early, unless waiting is cheaper than being early. -1: no window is left."""
    start_s = _in_window(ready_s, stop.windows)
    soft = stop.soft_window
    if soft is None or start_s < 0 or start_s >= soft.start_s or soft.early_cost_per_h <= 3600 * cost_per_s:
        return start_s
    later_s = _in_window(soft.start_s, stop.windows)
    return start_s if later_s < 0 or later_s >= soft.end_s else later_s


def _in_window(ready_s: int, windows: tuple[Window, ...]) -> int:
    if not windows:
        return ready_s
    for start_s, end_s in windows:
        if ready_s < end_s:
            return max(ready_s, start_s)
    return -1
