"""The tours of one day as arrays, so that one stop can be priced into every position of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.pricing.tour import Tour, tours
from routing.solving.pricing.tour_row import Row, row
from routing.solving.problem import Problem, Sequences


@dataclass(frozen=True, eq=False)
class Day:
    """A day's tours, ready to be priced, and their rows above each other; `profiles` by number."""

    tours: tuple[Tour, ...]
    rows: tuple[Row, ...]
    profiles: tuple[str, ...]
    stack: Row

    def with_tour(self, number: int, tour: Tour) -> "Day":
        """The day with one tour replaced; the others are not worked out again."""
        return self.with_tours({number: tour})

    def with_tours(self, changed: Mapping[int, Tour]) -> "Day":
        """The day with some tours replaced, by their number; the others are not worked out again."""
        tours, rows = list(self.tours), list(self.rows)
        for number, tour in changed.items():
            tours[number], rows[number] = tour, row(tour, profile=self.profiles.index(tour.vehicle.profile))
        return _stacked(tours, rows, self.profiles)


def day(problem: Problem, sequences: Sequences) -> Day:
    """The day that drives these sequences. Raises `DoesNotFit` when one of them cannot be driven."""
    return day_of(tours(problem, sequences))


def day_of(tours: Sequence[Tour]) -> Day:
    """The day of these tours: one at least, all of one balance and with the same capacities."""
    profiles = tuple(sorted({tour.vehicle.profile for tour in tours}))
    return _stacked(tours, [row(tour, profile=profiles.index(tour.vehicle.profile)) for tour in tours], profiles)


def _stacked(tours: Sequence[Tour], rows: Sequence[Row], profiles: tuple[str, ...]) -> Day:
    stack = Row(*(_padded(lines) for lines in zip(*rows, strict=True)))
    return Day(tours=tuple(tours), rows=tuple(rows), profiles=profiles, stack=stack)


def _padded(lines: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The arrays above each other, each filled up with zeros to the largest of them."""
    shape = [max(line.shape[axis] for line in lines) for axis in range(lines[0].ndim)]
    stacked = np.zeros((len(lines), *shape), dtype=np.int64)
    for number, line in enumerate(lines):
        room: tuple[int | slice, ...] = (number, *(slice(length) for length in line.shape))
        stacked[room] = line
    return stacked
