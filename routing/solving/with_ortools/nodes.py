"""What the nodes of the OR-Tools model stand for, and the matrices between them.

First the stops, then for every vehicle as many copies of its reload as it may take, then the distinct places where
routes start and end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE, Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.timing.retime import retime
from routing.solving.with_ortools.hours import drives_of, drives_s, worst_drives_s
from routing.solving.with_ortools.windows import split_by_window

NOWHERE = -1
"""The place where a route with an open end ends: reached from everywhere in no time."""


_EVER_S = 2**40


@dataclass(frozen=True, slots=True)
class Copy:
    """One chance of a vehicle, by its number, to reload."""

    vehicle: int
    reload: Reload


class Nodes:
    """Times, metres and costs over nodes, int64; travel by hours as `plan` drives it, or else at its worst."""

    def __init__(self, problem: Problem, stops: Sequence[Stop], *, plan: Sequences | None = None) -> None:
        self.problem = problem
        self.originals = {stop.id: stop for stop in stops}
        self.stops = split_by_window(problem, stops)
        self.copies = _copies(problem, most=len(stops) - 1)
        ends = [NOWHERE if vehicle.end_place is None else vehicle.end_place for vehicle in problem.vehicles]
        self.terminals = sorted({*ends, *(vehicle.start_place for vehicle in problem.vehicles)})
        steps: list[Step] = [*self.stops, *(copy.reload for copy in self.copies)]
        self.inner = len(steps)
        self.count = self.inner + len(self.terminals)
        self.places = np.array([*(step.place for step in steps), *self.terminals])
        self.service_s = self._padded([_stay_s(step) for step in steps])
        self.setup_s = self._padded([stop.setup_s for stop in self.stops])
        self.horizon_s = max(vehicle.shift_end_s for vehicle in problem.vehicles)
        self.allowed = [_allowed(problem, stop) for stop in self.stops]
        """For each stop the numbers of the vehicles that may serve it."""
        self.tolls = [_least_cost(problem, stop) for stop in self.stops]
        self._plan = plan
        self._of_stop: dict[str, list[int]] = {}
        for node, stop in enumerate(self.stops):
            self._of_stop.setdefault(stop.id, []).append(node)
        self._durations: dict[str, NDArray[np.int64]] = {}

    def terminal(self, place: int | None) -> int:
        """The node of a start or an end; `None` is an open end."""
        return self.inner + self.terminals.index(NOWHERE if place is None else place)

    def step(self, node: int) -> Step:
        """What is done there; not for starts and ends."""
        if node < len(self.stops):
            return self.originals[self.stops[node].id]
        return self.copies[node - len(self.stops)].reload

    def numbered_copies(self) -> Iterator[tuple[int, Copy]]:
        """The reloads with their nodes."""
        return enumerate(self.copies, start=len(self.stops))

    def of(self, ids: Iterable[str]) -> list[int]:
        """The nodes of those of these stops that the model has; for one that is split, its first."""
        return [self._of_stop[id][0] for id in ids if id in self._of_stop]

    def path(self, vehicle: int, sequence: Sequence[Step]) -> list[int]:
        """The nodes of a sequence: its stops that the model has, its reloads by turns.

        Of a split stop the one in whose window the exact times have it; `DoesNotFit` when there are none.
        """
        copies = iter([node for node, copy in self.numbered_copies() if copy.vehicle == vehicle])
        starts_s = self._starts_s(vehicle, sequence)
        return [
            self._in_its_window(step, starts_s) if isinstance(step, Stop) else next(copies)
            for step in sequence
            if not isinstance(step, Stop) or step.id in self._of_stop
        ]

    def _starts_s(self, vehicle: int, sequence: Sequence[Step]) -> dict[str, int]:
        if all(len(self._of_stop.get(step.id, [])) <= 1 for step in sequence if isinstance(step, Stop)):
            return {}
        route = retime(self.problem, self.problem.vehicles[vehicle], sequence)
        return {visit.stop_id: visit.start_s for visit in route.visits}

    def _in_its_window(self, stop: Stop, starts_s: Mapping[str, int]) -> int:
        nodes = self._of_stop[stop.id]
        if len(nodes) == 1:
            return nodes[0]
        windows = {node: self.stops[node].windows[0] for node in nodes}
        return next(node for node, (start_s, end_s) in windows.items() if start_s <= starts_s[stop.id] < end_s)

    def duration_s(self, profile: str) -> NDArray[np.int64]:
        """Service at the first node, the drive, and the setup at the second; beyond the horizon where no way is.

        From the start to the end it is nothing: only a vehicle that stands still takes that way.
        """
        if profile not in self._durations:
            self._durations[profile] = self._duration_s(profile)
        return self._durations[profile]

    def distance_m(self, profile: str) -> NDArray[np.int64]:
        """Metres; none where there is no way, which the time forbids already."""
        matrix = self._between(self.problem.profiles[profile].distance_m)
        matrix[matrix == UNREACHABLE] = 0
        return matrix

    def weighed(self, profile: str, *, per_s: int, per_m: int, per_toll: int = 0) -> NDArray[np.int64]:
        """Service, drive and setup at so much a second, the way at so much a metre, and the tolls so often."""
        total = np.zeros((self.count, self.count), dtype=np.int64)
        if per_s:
            total += per_s * self.duration_s(profile)
        if per_m:
            total += per_m * self.distance_m(profile)
        if per_toll:
            total += per_toll * np.array(self.per_stop(self.tolls))[:, None]
        return total

    def per_stop(self, values: Sequence[int], *, copies: int = 0) -> list[int]:
        """A value per node: these for the stops, one for every copy, none for the ends."""
        return [*values, *(copies for _ in self.copies), *(0 for _ in self.terminals)]

    def _duration_s(self, profile: str) -> NDArray[np.int64]:
        plain = self.problem.profiles[profile]
        drive_s = self._between(plain.duration_s)
        holes = drive_s == UNREACHABLE
        if plain.hours:
            drive_s = self._between_by_hours(profile)
        moved = self.places[:, None] != self.places[None, :]
        total: NDArray[np.int64] = np.minimum(drive_s, self.horizon_s + 1) + self.service_s[:, None]
        total += moved * self.setup_s[None, :]
        total[holes] = 2 * self.horizon_s + 2
        total[self.inner :, self.inner :] = 0
        return total

    def _between(self, matrix: NDArray[np.int32]) -> NDArray[np.int64]:
        between = matrix[np.ix_(self.places, self.places)].astype(np.int64)
        between[:, self.places == NOWHERE] = 0
        between[self.places == NOWHERE, :] = 0
        return between

    def _between_by_hours(self, name: str) -> NDArray[np.int64]:
        drive_s = worst_drives_s(
            self.problem.profiles[name], self.places, leave_s=self._earliest_leave_s(), arrive_s=self._latest_s()
        )
        if self._plan is not None:
            self._write_plan(name, drive_s, self._plan)
        drive_s[:, self.places == NOWHERE] = 0
        return drive_s

    def _write_plan(self, profile: str, drive_s: NDArray[np.int64], plan: Sequences) -> None:
        """From each node of the plan the times at its hour; where several vehicles leave, the longest of theirs."""
        problem, exact, rows = self.problem, [], dict[int, NDArray[np.int64]]()
        for number, (vehicle, sequence) in enumerate(zip(problem.vehicles, plan, strict=True)):
            if not sequence or vehicle.profile != profile:
                continue
            nodes = [self.terminal(vehicle.start_place), *self.path(number, sequence), self.terminal(vehicle.end_place)]
            for (start, end), drive in zip(pairwise(nodes), drives_of(problem, vehicle, sequence), strict=True):
                row = drives_s(
                    problem.profiles[profile], self.places[start], self.places, departure_s=drive.departure_s
                )
                rows[start] = np.maximum(rows.get(start, row), row)
                exact.append((start, end, drive.drive_s))
        for start, row in rows.items():
            drive_s[start] = row
        for start, end, seconds in exact:
            drive_s[start, end] = seconds

    def _earliest_leave_s(self) -> NDArray[np.int64]:
        """When the first vehicle that may be there can leave each node."""
        starts_s = [vehicle.shift_start_s for vehicle in self.problem.vehicles]
        found = [
            max(min((starts_s[number] for number in numbers), default=0), stop.windows[0][0] if stop.windows else 0)
            for stop, numbers in zip(self.stops, self.allowed, strict=True)
        ]
        return np.array([*found, *(min(starts_s) for _ in range(self.count - len(found)))]) + self.service_s

    def _latest_s(self) -> NDArray[np.int64]:
        """When the last vehicle that may be there can arrive at each node, to serve it."""
        ends_s = [vehicle.shift_end_s for vehicle in self.problem.vehicles]
        found = [
            min(
                max((ends_s[number] for number in numbers), default=0), stop.windows[-1][1] if stop.windows else _EVER_S
            )
            for stop, numbers in zip(self.stops, self.allowed, strict=True)
        ]
        return np.array([*found, *(self.horizon_s for _ in range(self.count - len(found)))])

    def _padded(self, values: Sequence[int]) -> NDArray[np.int64]:
        return np.array([*values, *(0 for _ in range(self.count - len(values)))], dtype=np.int64)


def _copies(problem: Problem, *, most: int) -> list[Copy]:
    return [
        Copy(number, vehicle.reload)
        for number, vehicle in enumerate(problem.vehicles)
        if vehicle.reload is not None
        for _ in range(min(vehicle.reload.most, most))
    ]


def _allowed(problem: Problem, stop: Stop) -> list[int]:
    return [number for number, vehicle in enumerate(problem.vehicles) if _may_serve(vehicle, stop)]


def _may_serve(vehicle: Vehicle, stop: Stop) -> bool:
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    skilled = stop.skills <= vehicle.skills and not stop.excluded_skills & vehicle.skills
    return allowed and vehicle.id not in stop.refused_vehicles and skilled


def _least_cost(problem: Problem, stop: Stop) -> int:
    known = dict(stop.vehicle_costs)
    return min(known.get(vehicle.id, 0) for vehicle in problem.vehicles) if known else 0


def _stay_s(step: Stop | Reload) -> int:
    return step.service_s if isinstance(step, Stop) else step.duration_s
