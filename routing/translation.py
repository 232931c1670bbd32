"""From a job to what the optimiser is asked, and back: places to indices, times to seconds since the plan's origin.

Whatever is rounded is rounded so that what the optimiser may do, the shift and the recipient allow too: starts and
ends of windows up (half-open in both worlds), ends of shifts down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil, floor

from kernel.geo import Point
from places.streets import Matrix
from routing.given import GivenShift, Job, Span
from routing.grouping import Halt, halts
from routing.models import CAPACITY_NAMES, Profile
from routing.solving.problem import Break, Problem, Stop, Vehicle, Window
from routing.solving.problem import Profile as Ways

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Origin:
    """The instant that the optimiser calls 0."""

    at: datetime

    def up(self, at: datetime) -> int:
        """Return the first whole second that is not before `at`."""
        return ceil((at - self.at) / _SECOND)

    def down(self, at: datetime) -> int:
        """Return the last whole second that is not after `at`."""
        return floor((at - self.at) / _SECOND)

    def instant(self, seconds: int) -> datetime:
        """Return the time at `seconds`."""
        return self.at + seconds * _SECOND


@dataclass(frozen=True)
class Question:
    """A job as the optimiser sees it. `closed` are the halts of which no window is open while anyone works."""

    job: Job

    @cached_property
    def origin(self) -> Origin:
        """When the first shift begins; a shift that has begun already counts from now."""
        return Origin(min(self._begins(shift) for shift in self.job.shifts).replace(microsecond=0))

    @cached_property
    def _halts(self) -> list[tuple[Halt, tuple[Window, ...]]]:
        until_s = self.origin.down(max(shift.ends_at for shift in self.job.shifts)) + 1
        found = halts(self.job.deliveries, shifts=self.job.shifts, together=self.job.groups)
        return [(halt, windows_s(halt.windows, origin=self.origin, until_s=until_s)) for halt in found]

    @cached_property
    def open(self) -> Mapping[str, Halt]:
        """The halts to plan, by the id of their stop."""
        return {halt.id: halt for halt, windows in self._halts if windows or not halt.windows}

    @cached_property
    def closed(self) -> Sequence[Halt]:
        """The halts that nobody can reach in time."""
        return [halt for halt, windows in self._halts if halt.windows and not windows]

    @cached_property
    def places(self) -> Sequence[Point]:
        """Every place once; the index is the optimiser's name for it."""
        return [*dict.fromkeys(self._all_places())]

    @cached_property
    def profiles(self) -> Sequence[Profile]:
        """The profiles in use."""
        return sorted({shift.profile for shift in self.job.shifts})

    def problem(self, matrices: Mapping[Profile, Matrix]) -> Problem:
        """Return the question, with the street times of each profile between `places`."""
        index = {place: number for number, place in enumerate(self.places)}
        loads = [sum(column) for column in zip(*(halt.demands for halt in self.open.values()), strict=True)]
        unlimited = tuple(loads or [0] * len(CAPACITY_NAMES))
        return Problem(
            places=len(self.places),
            profiles={
                profile: Ways(duration_s=matrix.duration_s, distance_m=matrix.distance_m)
                for profile, matrix in matrices.items()
            },
            vehicles=tuple(self._vehicle(shift, index, unlimited) for shift in self.job.shifts),
            stops=tuple(
                Stop(
                    id=halt.id,
                    place=index[halt.place],
                    service_s=halt.service_s,
                    windows=windows,
                    demands=halt.demands,
                    penalty=halt.penalty_s,
                    refused_vehicles=self._refused(halt),
                )
                for halt, windows in self._halts
                if halt.id in self.open
            ),
            capacity_names=CAPACITY_NAMES,
        )

    def _refused(self, halt: Halt) -> frozenset[str]:
        """Return the shifts of the drivers who refused one of the halt's deliveries."""
        drivers = {driver for each in halt.deliveries for driver in self.job.refusals.get(each.id, ())}
        return frozenset(str(shift.id) for shift in self.job.shifts if shift.driver_id in drivers)

    def _vehicle(self, shift: GivenShift, index: Mapping[Point, int], unlimited: Sequence[int]) -> Vehicle:
        starts_s = self.origin.up(self._begins(shift))
        return Vehicle(
            id=str(shift.id),
            profile=shift.profile,
            start_place=index[shift.start_place],
            end_place=None if shift.end_place is None else index[shift.end_place],
            shift_start_s=starts_s,
            shift_end_s=max(starts_s, self.origin.down(shift.ends_at)),
            capacities=tuple(
                room if limit is None else limit for limit, room in zip(shift.capacities, unlimited, strict=True)
            ),
            breaks=tuple(self._breaks(shift, starts_s)),
        )

    def _breaks(self, shift: GivenShift, starts_s: int) -> Iterator[Break]:
        if shift.pause is None:
            return
        earliest_s = max(starts_s, self.origin.up(shift.pause.earliest_at))
        latest_s = self.origin.down(shift.pause.latest_at)
        if latest_s >= starts_s:  # else its time is past: the shift began before the plan
            yield Break(
                earliest_start_s=earliest_s,
                latest_start_s=max(earliest_s, latest_s),
                duration_s=shift.pause.duration_s,
            )

    def _begins(self, shift: GivenShift) -> datetime:
        return max(shift.starts_at, self.job.now)

    def _all_places(self) -> Iterator[Point]:
        for shift in self.job.shifts:
            yield shift.start_place
            if shift.end_place is not None:
                yield shift.end_place
        for halt in self.open.values():
            yield halt.place


def windows_s(windows: Sequence[Span], *, origin: Origin, until_s: int) -> tuple[Window, ...]:
    """Return the windows in seconds within `[0, until_s)`, in order, those that overlap or touch as one."""
    merged: list[Window] = []
    for starts_at, ends_at in sorted(windows):
        start_s, end_s = max(0, origin.up(starts_at)), min(until_s, origin.up(ends_at))
        if start_s >= end_s:
            continue
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return tuple(merged)
