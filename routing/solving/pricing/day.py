"""The tours of one day as arrays, so that one stop can be priced into every position of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.pricing.tour import Tour, tours
from routing.solving.pricing.tour_row import Row, row
from routing.solving.problem import Problem, Sequences

_SPARE = 6
"""So many stops more than the longest tour has fit into a stack as it is."""


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
        stack = _restacked(self.stack, {number: rows[number] for number in changed})
        return Day(tuple(tours), tuple(rows), self.profiles, stack) if stack else _stacked(tours, rows, self.profiles)


def day(problem: Problem, sequences: Sequences) -> Day:
    """The day that drives these sequences. Raises `DoesNotFit` when one of them cannot be driven."""
    return day_of(tours(problem, sequences))


def day_of(tours: Sequence[Tour]) -> Day:
    """The day of these tours: one at least, all of one balance and with the same capacities."""
    profiles = tuple(sorted({tour.vehicle.profile for tour in tours}))
    return _stacked(tours, [row(tour, profile=profiles.index(tour.vehicle.profile)) for tour in tours], profiles)


def _stacked(tours: Sequence[Tour], rows: Sequence[Row], profiles: tuple[str, ...]) -> Day:
    spare = {name: 0 if name == "pauses" else _SPARE for name in Row._fields}
    lines = zip(Row._fields, zip(*rows, strict=True), strict=True)
    stack = Row(*(_padded(each, spare[name]) for name, each in lines))
    return Day(tours=tuple(tours), rows=tuple(rows), profiles=profiles, stack=stack)


def _padded(lines: Sequence[NDArray[np.int64]], spare: int) -> NDArray[np.int64]:
    """The arrays above each other, each filled up with zeros to the largest of them and `spare` more."""
    shape = [max(line.shape[axis] for line in lines) for axis in range(lines[0].ndim)]
    if shape:
        shape[0] += spare
    stacked = np.zeros((len(lines), *shape), dtype=np.int64)
    for number, line in enumerate(lines):
        room: tuple[int | slice, ...] = (number, *(slice(length) for length in line.shape))
        stacked[room] = line
    return stacked


def _restacked(stack: Row, changed: Mapping[int, Row]) -> Row | None:
    """The stack with some rows replaced, None when one of them is too large for it."""
    if not all(_fits(one, stack) for one in changed.values()):
        return None
    copied = Row(*(lines.copy() for lines in stack))
    for number, one in changed.items():
        for line, lines in zip(one, copied, strict=True):
            lines[number] = 0
            room: tuple[int | slice, ...] = (number, *(slice(length) for length in line.shape))
            lines[room] = line
    return copied


def _fits(one: Row, stack: Row) -> bool:
    """Whether each array is as large as the stack's, or smaller."""
    return all((np.array(line.shape) <= lines.shape[1:]).all() for line, lines in zip(one, stack, strict=True))
