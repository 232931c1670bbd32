"""One route seen by what could be put into it: arrays over its positions.

Position `i` lies before step `i`, the last one before the end. All times are bounds that no breaks and the fastest
hours allow: what they forbid is impossible, what they allow must still be timed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.inserting.roads import Roads
from routing.solving.problem import Problem, Reload, Step, Stop, Vehicle, Window
from routing.solving.steps import trips_of
from routing.solving.timing.legs import first_start

type Numbers = NDArray[np.int64]

NOWHERE = -1
"""The place after the last position of a route with an open end."""


@dataclass(frozen=True, eq=False, slots=True)
class Round:
    """The positions behind what is locked. Rows of `load` are `[kind, position]`, levels within the trip."""

    steps: list[Step]
    distance_m: int
    busy_s: int
    first: int
    before: Numbers
    after: Numbers
    free_s: Numbers
    """When the driver can set out from `before`."""
    due_s: Numbers
    """By when he must be parked at `after`."""
    gap_s: Numbers
    """The drive that there is now; none in a route that has not begun."""
    gap_m: Numbers
    trip: Numbers
    follows_stop: NDArray[np.bool_]
    precedes_stop: NDArray[np.bool_]
    load: Numbers
    load_until: Numbers
    """The most from the trip's begin to here."""
    load_from: Numbers
    """The most from here to the trip's end."""

    @property
    def positions(self) -> int:
        """How many there are."""
        return len(self.before)


def round_of(problem: Problem, vehicle: Vehicle, steps: list[Step], roads: Roads) -> Round:
    """The round of a route that can be driven, on the roads of the vehicle's profile."""
    end = NOWHERE if vehicle.end_place is None else vehicle.end_place
    places = np.array([vehicle.start_place, *(step.place for step in steps), end], dtype=np.int64)
    onward = places[1:] != NOWHERE
    drives = np.where(onward, roads.least_s(places[:-1], places[1:]), 0).tolist()
    metres = np.where(onward & bool(steps), roads.metres(places[:-1], places[1:]), 0).tolist()
    levels = list(_levels(problem, steps))
    first = len(vehicle.locked)
    kinds = len(problem.capacity_names)
    load, until, since = (
        np.array(part, dtype=np.int64).reshape(len(levels), kinds).T for part in zip(*levels, strict=True)
    )
    kept = slice(first, None)
    return Round(
        steps=steps,
        distance_m=sum(metres),
        busy_s=sum(drives) + sum(_service_s(step) for step in steps) if steps else 0,
        first=first,
        before=places[:-1][kept],
        after=places[1:][kept],
        free_s=np.array(_free(vehicle, steps, drives), dtype=np.int64)[kept],
        due_s=np.array(_due(vehicle, steps, drives), dtype=np.int64)[kept],
        gap_s=np.array(drives if steps else [0], dtype=np.int64)[kept],
        gap_m=np.array(metres, dtype=np.int64)[kept],
        trip=np.cumsum([0, *(isinstance(step, Reload) for step in steps)], dtype=np.int64)[kept],
        follows_stop=np.array([False, *(isinstance(step, Stop) for step in steps)])[kept],
        precedes_stop=np.array([*(isinstance(step, Stop) for step in steps), False])[kept],
        load=load[:, kept],
        load_until=until[:, kept],
        load_from=since[:, kept],
    )


def _free(vehicle: Vehicle, steps: Sequence[Step], drives: Sequence[int]) -> list[int]:
    found = [vehicle.shift_start_s]
    for step, drive_s in zip(steps, drives, strict=False):
        ready_s = found[-1] + drive_s
        start_s = first_start(ready_s, _windows(step))
        found.append((ready_s if start_s is None else start_s) + _service_s(step))
    return found


def _due(vehicle: Vehicle, steps: Sequence[Step], drives: Sequence[int]) -> list[int]:
    found = [vehicle.shift_end_s]
    for step, drive_s in zip(reversed(steps), reversed(drives), strict=False):
        found.append(_last_start(found[-1] - drive_s - _service_s(step), _windows(step)))
    return found[::-1]


def _last_start(latest_s: int, windows: Sequence[Window]) -> int:
    """The last second up to `latest_s` at which a service may begin, or what is too early for all of them."""
    if not windows:
        return latest_s
    return max((min(latest_s, end_s - 1) for start_s, end_s in windows if start_s <= latest_s), default=latest_s)


def _service_s(step: Step) -> int:
    return step.duration_s if isinstance(step, Reload) else step.service_s


def _windows(step: Step) -> tuple[Window, ...]:
    return () if isinstance(step, Reload) else step.windows


def _levels(problem: Problem, steps: Sequence[Step]) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """For each position what is on board there, and the most before and after it within its trip."""
    for trip in trips_of(steps):
        levels = np.array(list(_on_board(problem, trip)), dtype=np.int64)
        until = np.maximum.accumulate(levels, axis=0)
        since = np.maximum.accumulate(levels[::-1], axis=0)[::-1]
        yield from zip(levels.tolist(), until.tolist(), since.tolist(), strict=True)


def _on_board(problem: Problem, trip: Sequence[Stop]) -> Iterator[list[int]]:
    kinds = range(len(problem.capacity_names))
    level = [sum(stop.demands[kind] for stop in trip if stop.pickup is None) for kind in kinds]
    yield level
    for stop in trip:
        taken = problem.deliveries.get(stop.id)
        level = [
            level[kind]
            - stop.demands[kind]
            + (stop.collects[kind] if stop.collects else 0)
            + (taken.demands[kind] if taken is not None else 0)
            for kind in kinds
        ]
        yield level
