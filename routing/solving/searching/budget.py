"""A limit that is being used up by several searches, one after another or side by side."""

import time
from collections.abc import Callable

from routing.solving.limit import Limit

_LEAST_S = 0.001


class Budget:
    """Shares out a limit: by the clock what is left of it, by iterations always the same numbers."""

    def __init__(self, limit: Limit, halted: Callable[[], bool]) -> None:
        self._limit = limit
        self._halted = halted
        self._began_s = time.monotonic()

    @property
    def by_clock(self) -> bool:
        """Whether time ends the search, so that no two searches are the same."""
        return self._limit.seconds is not None

    def part(self, first: float, last: float, *, every: int = 1) -> Limit:
        """For what comes between two shares of the whole; `every` iterations of the limit are one of the search's."""
        seconds, iterations = self._limit.seconds, self._limit.iterations
        if seconds is not None:
            seconds = max(_LEAST_S, last * seconds - self._elapsed_s())
        if iterations is not None:
            iterations = max(1, round(iterations * (last - first)) // every)
        return Limit(seconds=seconds, iterations=iterations)

    def before(self, seconds: float, *, least: float) -> float:
        """The share after which so many seconds are left, or `least` where that would leave too little before."""
        whole_s = self._limit.seconds
        return least if whole_s is None else max(least, 1 - seconds / whole_s)

    def over(self, share: float = 1.0) -> bool:
        """Whether it is time to answer: that share of the clock is used, or the caller wants what there is."""
        late = self._limit.seconds is not None and self._elapsed_s() >= share * self._limit.seconds
        return late or self._halted()

    def used(self) -> float:
        """The share of the clock that is used; 0 where there is none."""
        return 0.0 if self._limit.seconds is None else min(1.0, self._elapsed_s() / self._limit.seconds)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began_s
