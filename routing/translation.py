"""From a job to what the optimiser is asked: places to indices, times to seconds, wishes to rules and costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from kernel.geo import Point
from places.streets import Matrix, Streets
from routing.given import NEVER, Job, Travel
from routing.grouping import Halt, halts
from routing.models import CAPACITY_NAMES
from routing.pricing import Prices
from routing.seconds import Origin, windows_s
from routing.solving.explaining.explain import MOST as MOST_EXPLAINED
from routing.solving.problem import Problem, Profile, Stop, Window
from routing.solving.timing.way import Way
from routing.stating import Terms, begins, reload_place
from routing.traffic import changes, hours, longer

type Matrices = Mapping[Travel, Matrix]

EARLIEST = timedelta(hours=6)
"""Nobody begins so much earlier to bring one delivery more."""


@dataclass(frozen=True)
class Question:
    """A job as the optimiser sees it. `closed` are the halts of which no window is open while anyone works.

    What is said of those left out is worked out of a second problem, `explained`, in which nothing is cut to the
    shifts: every window is the recipient's own, and a shift may be thought to begin earlier.
    """

    job: Job

    @cached_property
    def origin(self) -> Origin:
        """When the first shift begins; a shift that has begun already counts from now."""
        return Origin(min(begins(shift, self.job.now) for shift in self.job.shifts).replace(microsecond=0))

    @cached_property
    def told_from(self) -> Origin:
        """When a shift could begin at the earliest, had it been agreed so: nobody sets out before now."""
        return Origin(max(self.job.now.replace(microsecond=0), self.origin.at - EARLIEST))

    @cached_property
    def prices(self) -> Prices:
        """What the optimiser's units of cost are worth."""
        return Prices.of(self.job)

    @cached_property
    def _halts(self) -> list[tuple[Halt, tuple[Window, ...]]]:
        until_s = self.origin.down(max(shift.ends_at for shift in self.job.shifts)) + 1
        found = halts(
            self.job.deliveries,
            shifts=self.job.shifts,
            allowed=self.job.wishes.allowed_shifts,
            together=self.job.groups,
        )
        return [(halt, windows_s(halt.windows, origin=self.origin, within=(0, until_s))) for halt in found]

    @cached_property
    def open(self) -> Mapping[str, Halt]:
        """The halts to plan, by the id of their stop: what is fetched nowhere is not brought either."""
        found = {halt.id: halt for halt, _ in self._halts if halt.id not in self.shut}
        return {name: halt for name, halt in found.items() if _whole(halt, found)}

    @cached_property
    def closed(self) -> Sequence[Halt]:
        """The halts that nobody can reach in time, nor any other place for the same deliveries."""
        reached = {halt.first.id for halt in self.open.values()}
        own = [halt for halt, _ in self._halts if halt.alternative is None and not halt.fetching]
        return [halt for halt in own if halt.first.id not in reached]

    @cached_property
    def told(self) -> Mapping[str, Halt]:
        """The halts of which can be said what would help: those to plan and the first closed ones that ever open."""
        first = {halt.first.id for halt in self.closed[:MOST_EXPLAINED]}
        closed = {halt.id: halt for halt, _ in self._halts if halt.first.id in first and halt.windows != NEVER}
        return {**self.open, **{name: halt for name, halt in closed.items() if _whole(halt, closed)}}

    @cached_property
    def shut(self) -> frozenset[str]:
        """The ids of all halts, be it one of two for a delivery, of which no window is open while anyone works."""
        return frozenset(halt.id for halt, windows in self._halts if halt.windows and not windows)

    @cached_property
    def places(self) -> Sequence[Point]:
        """Every place once; the index is the optimiser's name for it."""
        return [*dict.fromkeys(self._all_places())]

    @cached_property
    def travels(self) -> Sequence[Travel]:
        """The ways of moving that are in use."""
        return sorted({shift.travel for shift in self.job.shifts})

    def matrices(self, streets: Streets) -> Matrices:
        """Return the street times between `places` for each of `travels`. May take minutes: no transaction is open."""
        return {
            each: streets.matrix(each.profile.value, self.places, kerb_side=each.kerb_side) for each in self.travels
        }

    def problem(self, matrices: Matrices) -> Problem:
        """Return the question, with the street times of each way of moving between `places`."""
        return self._problem(matrices, self.origin, [each for each in self._halts if each[0].id in self.open])

    def explained(self, matrices: Matrices) -> Problem:
        """Return the problem of all that can be told of, with whole windows, in seconds of `told_from`."""
        halts = [(halt, windows_s(halt.windows, origin=self.told_from)) for halt in self.told.values()]
        return self._problem(matrices, self.told_from, halts)

    def _problem(self, matrices: Matrices, origin: Origin, halts: Sequence[tuple[Halt, tuple[Window, ...]]]) -> Problem:
        terms = Terms(self.job, origin, {place: number for number, place in enumerate(self.places)}, self.prices)
        stops = tuple(terms.stop(halt, windows) for halt, windows in halts)
        unlimited = _room_for_all(stops)
        return Problem(
            places=len(self.places),
            profiles={str(travel): self._profile(travel, matrix, origin) for travel, matrix in matrices.items()},
            vehicles=tuple(terms.vehicle(shift, unlimited) for shift in self.job.shifts),
            stops=stops,
            capacity_names=CAPACITY_NAMES,
            balance=self.prices.balance(self.job.wishes.balance),
        )

    def leg_s(self, travel: Travel, free_s: int, *, leaves_s: int) -> int:
        """Return what a drive of `free_s` on free streets takes for who leaves at `leaves_s`, without any break."""
        found = self._traffic_of_plan[travel]
        way = Way(tuple(longer(free_s, percent) for _, percent in found), tuple(start_s for start_s, _ in found[1:]))
        return way.arrival(leaves_s) - leaves_s

    @cached_property
    def _traffic_of_plan(self) -> Mapping[Travel, Sequence[tuple[int, int]]]:
        return {travel: self._traffic(travel, self.origin) for travel in self.travels}

    def _traffic(self, travel: Travel, origin: Origin) -> Sequence[tuple[int, int]]:
        """Since which second drives take which percentage of their free time."""
        wishes = self.job.wishes
        found = changes(
            wishes.traffic,
            profile=travel.profile,
            zone=wishes.zone or "UTC",
            starts_at=origin.at,
            ends_at=max(shift.ends_at for shift in self.job.shifts),
        )
        return [(origin.up(at), percent) for at, percent in found]

    def _profile(self, travel: Travel, matrix: Matrix, origin: Origin) -> Profile:
        first, later = hours(matrix.duration_s, self._traffic(travel, origin))
        return Profile(duration_s=first, distance_m=matrix.distance_m, hours=tuple(later))

    def _all_places(self) -> Iterator[Point]:
        for shift in self.job.shifts:
            yield shift.start_place
            if shift.end_place is not None:
                yield shift.end_place
            if shift.reloads is not None:
                yield reload_place(shift)
        for halt in self.told.values():
            yield halt.place


def _whole(halt: Halt, found: Mapping[str, Halt]) -> bool:
    """Say whether a delivery's pickup is among the halts, or a pickup's delivery; or it has none."""
    if halt.fetching:
        return str(halt.first.id) in found
    return halt.pickup is None or halt.pickup.id in found


def _room_for_all(stops: Sequence[Stop]) -> Sequence[int]:
    """Return a capacity that never binds, of each kind."""
    loads = [stop.demands for stop in stops] + [stop.collects for stop in stops if stop.collects]
    return [sum(column) for column in zip(*loads, strict=True)] if loads else [0] * len(CAPACITY_NAMES)
