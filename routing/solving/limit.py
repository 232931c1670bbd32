"""How long a search may take, and what it tells while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.solving.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """When to stop: after `seconds`, or after so many `iterations`, whatever a search counts as one.

    With both, whichever comes first. Only a limit by `iterations` alone gives the same plan every time.
    """

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.iterations is None:
            raise ValueError("a limit needs seconds or iterations")
        if (self.seconds is not None and self.seconds <= 0) or (self.iterations is not None and self.iterations <= 0):
            raise ValueError("a limit is above zero")

    def less(self, seconds: float) -> "Limit":
        """What remains where so many seconds go to something else: half of its own at least, and all iterations."""
        if self.seconds is None:
            return self
        return replace(self, seconds=max(self.seconds / 2, self.seconds - seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The best plan so far: its cost (as in `Cost.total`), how many stops it leaves out, 0 to 100 of the limit used."""

    percent: int
    cost: int
    unassigned: int


type OnProgress = Callable[[Progress], None]

_A_STOP_S, _A_TIMED_STOP_S = 0.000_2, 0.001_5
"""To price a plan's last routes and to check it: where every second has its own cost, times are found one by one."""
_SECONDS_BY_SIZE = ((5, 1.0), (25, 3.0), (60, 5.0), (150, 8.0), (400, 25.0), (1000, 60.0))


def default_limit(problem: Problem) -> Limit:
    """Seconds after which more search hardly pays, by the number of stops."""
    stops = len(problem.stops)
    return Limit(seconds=next((seconds for most, seconds in _SECONDS_BY_SIZE if stops <= most), 120.0))


def after_search_s(problem: Problem) -> float:
    """What the exact times of the best plan and its check take, after all searching, in seconds."""
    by_seconds = any(stop.soft_window for stop in problem.stops) or any(one.hours for one in problem.profiles.values())
    return len(problem.stops) * (_A_TIMED_STOP_S if by_seconds else _A_STOP_S)
