"""How long a search may take, and what it tells while it runs."""

from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The best plan so far: its cost (as in `Cost.total`), how many stops it leaves out, 0 to 100 of the limit used."""

    percent: int
    cost: int
    unassigned: int


type OnProgress = Callable[[Progress], None]

_SECONDS_BY_SIZE = ((5, 1.0), (25, 3.0), (60, 5.0), (150, 8.0), (400, 25.0), (1000, 60.0))


def default_limit(problem: Problem) -> Limit:
    """Seconds after which more search hardly pays, by the number of stops."""
    stops = len(problem.stops)
    return Limit(seconds=next((seconds for most, seconds in _SECONDS_BY_SIZE if stops <= most), 120.0))
