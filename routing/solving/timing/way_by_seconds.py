"""The same drives as in `way`, for every second of a range at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Break
from routing.solving.timing.way import Way

type Seconds = NDArray[np.int64]

NEVER = 2**62
"""Stands where a break cannot begin in its time."""


def ready(way: Way, time_s: Seconds, breaks: Sequence[Break]) -> Seconds:
    """When the way and these breaks are all over if begun at each of these seconds; see `Way.drive`."""
    if not way.changes:
        return _ready_at_any_hour(way, time_s, breaks)
    if not breaks:
        return _Left.whole(way, time_s).done(time_s)
    least = np.full_like(time_s, NEVER)
    for early in range(len(breaks) + 1):
        np.minimum(least, _ready(way, time_s, breaks, early), out=least)
    return least


def _ready_at_any_hour(way: Way, time_s: Seconds, breaks: Sequence[Break]) -> Seconds:
    """Each break as early as it may be is the earliest end, where a drive takes the same at all hours."""
    if not breaks:
        return time_s + way.least_s
    left_s = np.full_like(time_s, way.least_s)
    never = np.zeros(time_s.shape, dtype=np.bool_)
    for pause in breaks:
        start_s = np.maximum(time_s, pause.earliest_start_s)
        never |= start_s > pause.latest_start_s
        left_s = np.maximum(left_s - (start_s - time_s), 0)
        time_s = start_s + pause.duration_s
    return np.where(never, NEVER, time_s + left_s)


def _ready(way: Way, time_s: Seconds, breaks: Sequence[Break], early: int) -> Seconds:
    left = _Left.whole(way, time_s)
    under_way = np.ones(time_s.shape, dtype=np.bool_)
    never = np.zeros(time_s.shape, dtype=np.bool_)
    for number, pause in enumerate(breaks):
        done_s = left.done(time_s)
        if number == early:
            time_s = np.where(under_way, done_s, time_s)
            under_way = np.zeros_like(under_way)
        start_s = np.maximum(time_s, pause.earliest_start_s)
        never |= start_s > pause.latest_start_s
        under_way &= done_s > start_s
        if number < early:
            left = left.driven(time_s, start_s).rested(start_s, start_s + pause.duration_s)
        time_s = start_s + pause.duration_s
    end_s = np.where(under_way, left.done(time_s), time_s) if early == len(breaks) else time_s
    return np.where(never, NEVER, end_s)


@dataclass(frozen=True, eq=False, slots=True)
class _Left:
    """What is left of a way: `travel_s` seconds of the hours in force, then the parking."""

    way: Way
    travel_s: Seconds
    setup_s: Seconds

    @staticmethod
    def whole(way: Way, time_s: Seconds) -> "_Left":
        hours = np.searchsorted(np.array(way.changes, dtype=np.int64), time_s, side="right")
        return _Left(way, np.array(way.travel_s, dtype=np.int64)[hours], np.full_like(time_s, way.setup_s))

    def done(self, time_s: Seconds) -> Seconds:
        return self._parked(time_s) + self.setup_s

    def driven(self, time_s: Seconds, until_s: Seconds) -> "_Left":
        setup_s = np.clip(self.done(time_s) - until_s, 0, self.setup_s)
        rest_s = self.travel_s
        for hours, change_s in enumerate(self.way.changes):
            crossed = (time_s < change_s) & (change_s <= until_s)
            rest_s = np.where(crossed, self._in_next_hours(np.maximum(rest_s - (change_s - time_s), 0), hours), rest_s)
            time_s = np.where(crossed, change_s, time_s)
        return _Left(self.way, np.maximum(rest_s - (until_s - time_s), 0), setup_s)

    def rested(self, time_s: Seconds, until_s: Seconds) -> "_Left":
        rest_s = self.travel_s
        for hours, change_s in enumerate(self.way.changes):
            crossed = (time_s < change_s) & (change_s <= until_s)
            rest_s = np.where(crossed, self._in_next_hours(rest_s, hours), rest_s)
        return _Left(self.way, rest_s, self.setup_s)

    def _parked(self, time_s: Seconds) -> Seconds:
        end_s = time_s + self.travel_s
        for hours, change_s in enumerate(self.way.changes):
            late = (time_s < change_s) & (end_s > change_s)
            if late.any():
                end_s[late] = change_s + self._in_next_hours(end_s[late] - change_s, hours)
        return end_s

    def _in_next_hours(self, rest_s: Seconds, hours: int) -> Seconds:
        return -(-rest_s * self.way.travel_s[hours + 1] // max(1, self.way.travel_s[hours]))
