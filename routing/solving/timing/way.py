"""One drive and the parking after it: how long they take from any second on, with breaks in between.

The rule for travel by hours is the one in `Profile`: whole seconds, what is left of a drive rounded up at every change
of hours. Parking takes the same time at all hours.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from routing.solving.problem import UNREACHABLE, Break, Profile
from routing.solving.solution import BreakTaken


@dataclass(frozen=True, slots=True)
class Way:
    """`travel_s[0]` holds until the second `changes[0]`, `travel_s[1]` from then on, and so forth."""

    travel_s: tuple[int, ...]
    changes: tuple[int, ...] = ()
    setup_s: int = 0

    @property
    def least_s(self) -> int:
        """The shortest that it may take."""
        return min(self.travel_s) + self.setup_s

    def arrival(self, time_s: int) -> int:
        """When it is done if begun now and not interrupted."""
        if not self.changes:
            return time_s + self.travel_s[0] + self.setup_s
        return self._parked(time_s, self._hours(time_s)) + self.setup_s

    def drive(self, time_s: int, breaks: Sequence[Break]) -> tuple[int, list[BreakTaken]] | None:
        """The arrival and the breaks of one leg begun now, or nothing where a break cannot begin in its time.

        As many breaks as can be on arrival, unless it is done earlier with one before driving off or on the way; those
        begin as early as they may.
        """
        ways = [found for early in range(len(breaks) + 1) if (found := self._drive(time_s, breaks, early)) is not None]
        return min(ways, key=over, default=None)

    def _drive(self, time_s: int, breaks: Sequence[Break], early: int) -> tuple[int, list[BreakTaken]] | None:
        """As `drive`, with the first `early` breaks as early as they may be, and the others on arrival."""
        left = _Left(self, self.travel_s[self._hours(time_s)], self.setup_s)
        arrival_s: int | None = None
        taken = []
        for number, pause in enumerate(breaks):
            if number == early and arrival_s is None:
                arrival_s = time_s = left.done(time_s)
            start_s = max(time_s, pause.earliest_start_s)
            if start_s > pause.latest_start_s:
                return None
            if arrival_s is None and left.done(time_s) <= start_s:
                arrival_s = left.done(time_s)
            if arrival_s is None:
                left = left.driven(time_s, start_s).rested(start_s, start_s + pause.duration_s)
            time_s = start_s + pause.duration_s
            taken.append(BreakTaken(start_s=start_s, end_s=time_s))
        return (left.done(time_s) if arrival_s is None else arrival_s), taken

    def _hours(self, time_s: int) -> int:
        return bisect_right(self.changes, time_s)

    def _parked(self, time_s: int, hours: int, rest_s: int | None = None) -> int:
        """The end of a drive with `rest_s` seconds of these hours to go, of the whole drive by default."""
        end_s = time_s + (self.travel_s[hours] if rest_s is None else rest_s)
        while hours < len(self.changes) and end_s > self.changes[hours]:
            end_s = self.changes[hours] + self.in_next_hours(end_s - self.changes[hours], hours)
            hours += 1
        return end_s

    def in_next_hours(self, rest_s: int, hours: int) -> int:
        """What is left of the drive, in seconds of the hours that begin."""
        return -(-rest_s * self.travel_s[hours + 1] // self.travel_s[hours]) if rest_s else 0


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of a way: `travel_s` seconds of the hours in force, then the parking."""

    way: Way
    travel_s: int
    setup_s: int

    def done(self, time_s: int) -> int:
        return self.way._parked(time_s, self.way._hours(time_s), self.travel_s) + self.setup_s

    def driven(self, time_s: int, until_s: int) -> "_Left":
        """After going on from now until then, which is before it is done."""
        parked_s = self.done(time_s) - self.setup_s
        if parked_s <= until_s:
            return _Left(self.way, 0, self.setup_s - (until_s - parked_s))
        hours = self.way._hours(time_s)
        rest_s = self.travel_s
        for change_s in self.way.changes[hours : self.way._hours(until_s)]:
            rest_s = self.way.in_next_hours(rest_s - (change_s - time_s), hours)
            time_s, hours = change_s, hours + 1
        return _Left(self.way, rest_s - (until_s - time_s), self.setup_s)

    def rested(self, time_s: int, until_s: int) -> "_Left":
        """After standing still from now until then."""
        rest_s = self.travel_s
        for hours in range(self.way._hours(time_s), self.way._hours(until_s)):
            rest_s = self.way.in_next_hours(rest_s, hours)
        return _Left(self.way, rest_s, self.setup_s)


def over(leg: tuple[int, list[BreakTaken]]) -> int:
    """When a leg's way and breaks are all over."""
    arrival_s, taken = leg
    return max([arrival_s, *(pause.end_s for pause in taken)])


def way_between(profile: Profile, start: int, end: int, *, setup_s: int = 0) -> Way | None:
    """The way from place to place, or nothing where the streets give none."""
    travel_s = profile.duration_s.item(start, end)
    if travel_s == UNREACHABLE:
        return None
    if start == end:
        setup_s = 0
    if not profile.hours:
        return Way((travel_s,), (), setup_s)
    by_hours = (travel_s, *(hours.duration_s.item(start, end) for hours in profile.hours))
    return Way(by_hours, tuple(hours.start_s for hours in profile.hours), setup_s)
