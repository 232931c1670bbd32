"""From a job to what the optimiser is asked: places to indices, times to seconds, wishes to rules and costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kernel.geo import Point
from places.streets import Matrix, Streets
from routing.given import Job, Travel
from routing.grouping import Halt, halts
from routing.models import CAPACITY_NAMES
from routing.pricing import Prices
from routing.seconds import Origin, windows_s
from routing.solving.problem import Problem, Profile, Stop, Window
from routing.solving.timing.way import Way
from routing.stating import Terms, begins, reload_place
from routing.traffic import changes, hours, longer

type Matrices = Mapping[Travel, Matrix]


@dataclass(frozen=True)
class Question:
    """A job as the optimiser sees it. `closed` are the halts of which no window is open while anyone works."""

    job: Job

    @cached_property
    def origin(self) -> Origin:
        """When the first shift begins; a shift that has begun already counts from now."""
        return Origin(min(begins(shift, self.job.now) for shift in self.job.shifts).replace(microsecond=0))

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
        return [(halt, windows_s(halt.windows, origin=self.origin, until_s=until_s)) for halt in found]

    @cached_property
    def open(self) -> Mapping[str, Halt]:
        """The halts to plan, by the id of their stop: what is fetched nowhere is not brought either."""
        found = {halt.id: halt for halt, windows in self._halts if windows or not halt.windows}
        return {name: halt for name, halt in found.items() if _whole(halt, found)}

    @cached_property
    def closed(self) -> Sequence[Halt]:
        """The halts that nobody can reach in time, nor any other place for the same deliveries."""
        reached = {halt.first.id for halt in self.open.values()}
        own = [halt for halt, _ in self._halts if halt.alternative is None and not halt.fetching]
        return [halt for halt in own if halt.first.id not in reached]

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
        terms = Terms(self.job, self.origin, {place: number for number, place in enumerate(self.places)}, self.prices)
        stops = tuple(terms.stop(halt, windows) for halt, windows in self._halts if halt.id in self.open)
        unlimited = _room_for_all(stops)
        return Problem(
            places=len(self.places),
            profiles={str(travel): self._profile(travel, matrix) for travel, matrix in matrices.items()},
            vehicles=tuple(terms.vehicle(shift, unlimited) for shift in self.job.shifts),
            stops=stops,
            capacity_names=CAPACITY_NAMES,
            balance=self.prices.balance(self.job.wishes.balance),
        )

    def leg_s(self, travel: Travel, free_s: int, *, leaves_s: int) -> int:
        """Return what a drive of `free_s` on free streets takes for who leaves at `leaves_s`, without any break."""
        found = self._traffic[travel]
        way = Way(tuple(longer(free_s, percent) for _, percent in found), tuple(start_s for start_s, _ in found[1:]))
        return way.arrival(leaves_s) - leaves_s

    @cached_property
    def _traffic(self) -> Mapping[Travel, Sequence[tuple[int, int]]]:
        """Since which second drives take which percentage of their free time."""
        wishes, ends_at = self.job.wishes, max(shift.ends_at for shift in self.job.shifts)
        return {
            travel: [
                (self.origin.up(at), percent)
                for at, percent in changes(
                    wishes.traffic,
                    profile=travel.profile,
                    zone=wishes.zone or "UTC",
                    starts_at=self.origin.at,
                    ends_at=ends_at,
                )
            ]
            for travel in self.travels
        }

    def _profile(self, travel: Travel, matrix: Matrix) -> Profile:
        first, later = hours(matrix.duration_s, self._traffic[travel])
        return Profile(duration_s=first, distance_m=matrix.distance_m, hours=tuple(later))

    def _all_places(self) -> Iterator[Point]:
        for shift in self.job.shifts:
            yield shift.start_place
            if shift.end_place is not None:
                yield shift.end_place
            if shift.reloads is not None:
                yield reload_place(shift)
        for halt in self.open.values():
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
