"""A fixed sequence as the clock sees it: legs to go, and the decisions that settle every time of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.solving.price import untimely_at
from routing.solving.problem import SoftWindow, Vehicle, Window
from routing.solving.solution import BreakTaken
from routing.solving.timing.way import Way, over


@dataclass(frozen=True, slots=True)
class Leg:
    """A way and what follows it: a service, a reload, or nothing at the end."""

    way: Way
    service_s: int = 0
    windows: tuple[Window, ...] = ()
    soft_window: SoftWindow | None = None

    @property
    def least_s(self) -> int:
        """The shortest that it may take, without waiting."""
        return self.way.least_s + self.service_s


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many breaks lie before leaving, and in each leg; no service begins before its second of `not_before`."""

    departure_s: int
    end_s: int
    skipped: int
    breaks_by_leg: tuple[int, ...]
    not_before: tuple[int, ...] = ()

    @property
    def duration_s(self) -> int:
        """Seconds from leaving to the end."""
        return self.end_s - self.departure_s


@dataclass(frozen=True, slots=True)
class Halted:
    """One leg done."""

    left_s: int
    arrival_s: int
    breaks: list[BreakTaken]
    start_s: int
    departure_s: int


def walk(vehicle: Vehicle, legs: Sequence[Leg], times: Schedule) -> Iterator[Halted]:
    """The legs one by one, each as early as `times` allows."""
    now_s, done = times.departure_s, times.skipped
    for number, (leg, count) in enumerate(zip(legs, times.breaks_by_leg, strict=True)):
        driven = leg.way.drive(now_s, vehicle.breaks[done : done + count])
        assert driven is not None, "whoever made the schedule found this leg possible"
        ready_s = max([over(driven), *times.not_before[number : number + 1]])
        start_s = first_start(ready_s, leg.windows)
        assert start_s is not None, "whoever made the schedule found this leg possible"
        yield Halted(now_s, *driven, start_s, start_s + leg.service_s)
        now_s, done = start_s + leg.service_s, done + count


def untimely_of(vehicle: Vehicle, legs: Sequence[Leg], times: Schedule) -> int:
    """What the legs' soft windows cost."""
    soft = [leg.soft_window for leg in legs]
    if not any(soft):
        return 0
    walked = walk(vehicle, legs, times)
    return sum(untimely_at(window, halted.start_s) for window, halted in zip(soft, walked, strict=True) if window)


def first_start(ready_s: int, windows: tuple[Window, ...]) -> int | None:
    """The first second from `ready_s` on at which a service may begin, if there is one."""
    if not windows:
        return ready_s
    return next((max(ready_s, start_s) for start_s, end_s in windows if ready_s < end_s), None)
