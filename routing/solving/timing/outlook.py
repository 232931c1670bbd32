"""What the rest of a fixed sequence costs from each second on: a dynamic programme backwards over whole seconds.

For each leg, each number of breaks done and each second at which the driver may set out on it, the least that is still
to come. Waiting on arrival is a minimum over all later seconds. A cost and, for equal costs, the end of the route are
compared in one integer: `cost * span + end`, its *worth*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.solving.price import HOUR_S
from routing.solving.problem import Break, SoftWindow
from routing.solving.timing.legs import Leg, Schedule
from routing.solving.timing.way import over
from routing.solving.timing.way_by_seconds import Seconds, ready

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
    setting_out: list[range]
    """By leg the seconds of the day at which the driver may set out: later than all before, early enough for all."""

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
        serving = _serving(leg, self.setting_out[number])
        for after in range(done, len(self.day.breaks) + 1):
            driven = leg.way.drive(now_s, self.day.breaks[done:after])
            first = self.day.span if driven is None else over(driven) - self.day.begin_s
            still = range(max(first, serving.start), serving.stop)
            as_good = np.flatnonzero(_served(self.day, leg, self.ahead[number + 1][after], still)[first:] == worth)
            if as_good.size:
                found.append((self.day.begin_s + first + int(as_good[0]), after))
        return found


def outlook(day: Day, legs: Sequence[Leg]) -> Outlook:
    """What is still to come, for all legs."""
    setting_out = _setting_out(day, legs)
    ahead = [_done(day)]
    for leg, seconds in zip(reversed(legs), reversed(setting_out), strict=True):
        ahead.append(_before(day, leg, ahead[-1], seconds))
    return Outlook(day, legs, ahead[::-1], setting_out)


def _setting_out(day: Day, legs: Sequence[Leg]) -> list[range]:
    rest_s = sum(leg.least_s for leg in legs)
    done_s, found = 0, []
    for leg in legs:
        found.append(range(done_s, max(done_s, day.span - rest_s)))
        done_s += leg.least_s
        rest_s -= leg.least_s
    return found


def _serving(leg: Leg, setting_out: range) -> range:
    """The seconds of the day at which the leg's service may begin."""
    return range(setting_out.start + leg.way.least_s, setting_out.stop + leg.way.least_s)


def _done(day: Day) -> Seconds:
    """The route may end at a second by which no break that is still to come must have begun."""
    seconds = np.arange(day.span + 1, dtype=np.int64)
    ends = np.full((len(day.breaks) + 1, day.span + 1), NONE, dtype=np.int64)
    for done in range(len(day.breaks) + 1):
        last_s = min([day.end_s, *(pause.latest_start_s for pause in day.breaks[done:])])
        count = max(0, last_s - day.begin_s + 1)
        ends[done, :count] = (day.rate * day.span + 1) * seconds[:count]
    return ends


def _before(day: Day, leg: Leg, after: Seconds, seconds: range) -> Seconds:
    """One leg back: wait for the best second to serve, and share the breaks out between this leg and the others.

    Only at these seconds of the day may the driver set out: earlier nobody is there, later nobody is back in time.
    """
    serving = _serving(leg, seconds)
    waited = [_from_then_on(_served(day, leg, one, serving), serving) for one in after]
    before = np.full_like(after, NONE)
    time_s = np.arange(day.begin_s + seconds.start, day.begin_s + seconds.stop, dtype=np.int64)
    for done in range(len(after)):
        best = before[done, seconds.start : seconds.start + len(time_s)]
        for then in range(done, len(after)):
            if then > done and day.breaks[then - 1].latest_start_s < day.begin_s + seconds.start:
                break
            index = np.minimum(ready(leg.way, time_s, day.breaks[done:then]) - day.begin_s, day.span)
            np.minimum(best, waited[then][index], out=best)
    return before


def _from_then_on(served: Seconds, serving: range) -> Seconds:
    """The least of this and all later seconds."""
    part = served[: serving.stop]
    part[serving.start :] = np.minimum.accumulate(part[serving.start :][::-1])[::-1]
    part[: serving.start] = part[serving.start] if serving else NONE
    return served


def _served(day: Day, leg: Leg, after: Seconds, serving: range) -> Seconds:
    """What it is worth to begin the service at each of these seconds."""
    served = np.full_like(after, NONE)
    for start_s, end_s in leg.windows or ((day.begin_s, day.end_s + 1),):
        first, last = max(serving.start, start_s - day.begin_s), min(end_s - day.begin_s, serving.stop)
        if first < last:
            served[first:last] = after[first + leg.service_s : last + leg.service_s]
    if leg.soft_window is not None:
        _add_untimely(day, leg.soft_window, served, serving)
    return served


def _add_untimely(day: Day, window: SoftWindow, served: Seconds, serving: range) -> None:
    """Add what services cost that begin before or after the soft window; as `price.untimely_at`."""
    start, end = window.start_s - day.begin_s, window.end_s - day.begin_s
    early = np.arange(serving.start, min(serving.stop, start), dtype=np.int64)
    late = np.arange(max(serving.start, end), serving.stop, dtype=np.int64)
    for seconds, costs in (
        (early, window.early_cost_per_h * (start - early) // HOUR_S),
        (late, window.late_cost_per_h * (late - end) // HOUR_S),
    ):
        if len(seconds):
            part = served[seconds[0] : seconds[-1] + 1]
            np.add(part, day.span * costs, out=part, where=part < NONE)
