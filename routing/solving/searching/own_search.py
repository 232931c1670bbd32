"""Lanes of the own search, if it can be loaded: numba may be missing, or broken on this machine."""

import logging
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from routing.solving.limit import Limit
from routing.solving.problem import Sequences
from routing.solving.searching.asked import Asked, Hear
from routing.solving.searching.lanes import ThreadLane

if TYPE_CHECKING:
    from routing.solving.ruin_recreate.pool import PooledRoute

OWN = "ruin and recreate"
WARM, COOL = 0.5, 0.8
"""Of the cooling are left out where there is a plan to improve: a hot start forgets it. The second is for one that a
whole search has found, which only a cold one betters in the time that is left."""
_HASTY = 2000
"""Iterations: a tenth of a second."""

log = logging.getLogger(__name__)


@cache
def works() -> bool:
    """Whether it can be loaded; says why not, once."""
    try:
        from routing.solving.searching import cooling  # noqa: F401, PLC0415 - loads machine code, which data alone need not
    except Exception as fault:
        log.warning("the own search cannot be loaded, OR-Tools searches alone: %s", fault)
        return False
    return True


def stops_a_route(asked: Asked) -> float:
    """How long the routes of a good plan will be, by a hasty one."""
    from routing.solving.searching.cooling import Stretch, cool  # noqa: PLC0415

    hasty = cool(
        asked.problem,
        asked.stops,
        start=asked.start,
        stretch=Stretch(),
        limit=Limit(iterations=_HASTY),
        seed=asked.seed,
        hear=lambda sequences, share: None,
        halted=lambda: False,
        most_routes=0,
    ).best
    return len(asked.stops) / max(1, sum(map(bool, hasty)))


class OwnLane(ThreadLane):
    """One search of the whole problem by the own search, until a share of the budget is used."""

    def __init__(
        self, asked: Asked, *, until: float, number: int = 0, most_routes: int = 0, warm: float = WARM
    ) -> None:
        super().__init__(OWN, self._cool)
        self.routes: list[PooledRoute] = []
        """Routes it met, the newest first, once it is done."""
        self._asked = asked
        self._until = until
        self._seed = asked.seed + number
        self._most_routes = most_routes
        self._warm = warm

    def _cool(self, hear: Hear, halted: Callable[[], bool]) -> Sequences:
        from routing.solving.searching.cooling import Stretch, cool  # noqa: PLC0415

        asked = self._asked
        found = cool(
            asked.problem,
            asked.stops,
            start=asked.start,
            stretch=Stretch(0 if asked.start is None else self._warm, 1),
            limit=asked.budget.part(0, self._until),
            seed=self._seed,
            hear=lambda sequences, share: hear(sequences, self._until * share),
            halted=halted,
            most_routes=self._most_routes,
        )
        self.routes = found.routes
        return found.best


class PartsLane(ThreadLane):
    """One search in parts, so many of them at a time, until a share of the budget is used."""

    def __init__(self, asked: Asked, *, until: float, width: int, most_routes: int = 0) -> None:
        super().__init__(OWN, self._cool)
        self.routes: list[PooledRoute] = []
        """Routes it met, the newest first, once it is done."""
        self._asked = asked
        self._until = until
        self._width = width
        self._most_routes = most_routes

    def _cool(self, hear: Hear, halted: Callable[[], bool]) -> Sequences:
        from routing.solving.searching.epochs import beside, cool_in_parts, in_threads  # noqa: PLC0415

        solve_parts, width = in_threads(self._width, halted), self._width
        if self._asked.elsewhere is not None:
            solve_parts = beside(solve_parts, width, self._asked.elsewhere, halted)
            width += self._asked.elsewhere.width
        found = cool_in_parts(
            self._asked,
            until=self._until,
            lanes=width,
            most_routes=self._most_routes,
            solve_parts=solve_parts,
            hear=hear,
            halted=halted,
        )
        self.routes = found.routes
        return found.best
