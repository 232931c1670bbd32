"""What the rest of a fixed sequence costs from each second on: a dynamic programme backwards over whole seconds.

For each leg, each number of breaks done and each second at which the driver may set out on it, the least that is still
to come. Waiting on arrival is a minimum over all later seconds. A cost and, for equal costs, the end of the route are
compared in one integer: `cost * span + end`, its *worth*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.solving.legs import Leg, Schedule
from routing.solving.price import HOUR_S
from routing.solving.problem import Break, SoftWindow
from routing.solving.way import over
from routing.solving.way_by_seconds import Seconds, ready

NONE = 2**62
"""The worth where there is no way on."""


@dataclass(frozen=True, slots=True)
class Day:
    """The seconds that a route may use, what each second until its end costs, and the breaks that fall due."""

    begin_s: int
    end_s: int
    rate: int
    breaks: tuple[Break, ...]

    @property
    def span(self) -> int:
        """The number of seconds; one behind the last stands for all times too late."""
        return self.end_s - self.begin_s + 1


@dataclass(frozen=True, eq=False, slots=True)
class Outlook:
    """`ahead[leg][breaks done, second]`; behind the last leg what it is worth to be done."""

    day: Day
    legs: Sequence[Leg]
    ahead: list[Seconds]

    def follow(self, departure_s: int, skipped: int) -> Schedule:
        """The best times from that departure, every service as early as its part in them allows."""
        now_s, done = departure_s, skipped
        counts: list[int] = []
        starts: list[int] = []
        for number, leg in enumerate(self.legs):
            worth = int(self.ahead[number][done, now_s - self.day.begin_s])
            start_s, after = min(self._starts(number, now_s, done, worth))
            counts.append(after - done)
            starts.append(start_s)
            now_s, done = start_s + leg.service_s, after
        return Schedule(departure_s, now_s, skipped, tuple(counts), tuple(starts))

    def _starts(self, number: int, now_s: int, done: int, worth: int) -> list[tuple[int, int]]:
        """For each number of breaks done on the leg, the first second to serve at that is worth as much."""
        leg, found = self.legs[number], []
        for after in range(done, len(self.day.breaks) + 1):
            driven = leg.way.drive(now_s, self.day.breaks[done:after])
            first = self.day.span if driven is None else over(driven) - self.day.begin_s
            as_good = np.flatnonzero(_served(self.day, leg, self.ahead[number + 1][after])[first:] == worth)
            if as_good.size:
                found.append((self.day.begin_s + first + int(as_good[0]), after))
        return found


def outlook(day: Day, legs: Sequence[Leg]) -> Outlook:
    """What is still to come, for all legs."""
    ahead = [_done(day)]
    for leg in reversed(legs):
        ahead.append(_before(day, leg, ahead[-1]))
    return Outlook(day, legs, ahead[::-1])


def _done(day: Day) -> Seconds:
    """The route may end at a second by which no break that is still to come must have begun."""
    seconds = np.arange(day.span + 1, dtype=np.int64)
    ends = np.full((len(day.breaks) + 1, day.span + 1), NONE, dtype=np.int64)
    for done in range(len(day.breaks) + 1):
        last_s = min([day.end_s, *(pause.latest_start_s for pause in day.breaks[done:])])
        count = max(0, last_s - day.begin_s + 1)
        ends[done, :count] = (day.rate * day.span + 1) * seconds[:count]
    return ends


def _before(day: Day, leg: Leg, after: Seconds) -> Seconds:
    """One leg back: wait for the best second to serve, and share the breaks out between this leg and the others."""
    waited = np.minimum.accumulate(np.stack([_served(day, leg, one) for one in after])[:, ::-1], axis=1)[:, ::-1]
    seconds = day.begin_s + np.arange(day.span, dtype=np.int64)
    before = np.full_like(after, NONE)
    for done in range(len(after)):
        for then in range(done, len(after)):
            ready_s = ready(leg.way, seconds, day.breaks[done:then])
            index = np.minimum(ready_s - day.begin_s, day.span)
            np.minimum(before[done, :-1], waited[then, index], out=before[done, :-1])
    return before


def _served(day: Day, leg: Leg, after: Seconds) -> Seconds:
    """What it is worth to begin the service at each second."""
    served = np.full_like(after, NONE)
    for start_s, end_s in leg.windows or ((day.begin_s, day.end_s + 1),):
        first, last = max(0, start_s - day.begin_s), min(end_s - day.begin_s, day.span - leg.service_s)
        if first < last:
            served[first:last] = after[first + leg.service_s : last + leg.service_s]
    if leg.soft_window is not None:
        possible = served < NONE
        served[possible] += day.span * untimely(leg.soft_window, day.begin_s + np.flatnonzero(possible))
    return served


def untimely(window: SoftWindow, start_s: Seconds) -> Seconds:
    """What services cost that begin at these seconds; as `price.untimely_at`."""
    early_s = np.maximum(window.start_s - start_s, 0)
    late_s = np.maximum(start_s - window.end_s, 0)
    costs: Seconds = window.early_cost_per_h * early_s // HOUR_S + window.late_cost_per_h * late_s // HOUR_S
    return costs
