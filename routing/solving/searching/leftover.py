"""What a search in parts left out: no vehicle of its part has room for it, one of another part might."""

from collections.abc import Callable

from routing.solving.searching.asked import Asked, Hear
from routing.solving.searching.cooling import Cooled, Stretch, cool

LAST = 0.05
"""Of the search, after the last cut."""


def serve_what_is_left(asked: Asked, plan: Cooled, *, until: float, hear: Hear, halted: Callable[[], bool]) -> Cooled:
    """The whole once more, cold, from the best plan on; the plan as it is if that finds no better one."""
    found = cool(
        asked.problem,
        asked.stops,
        start=plan.best,
        stretch=Stretch(1, 1),
        limit=asked.budget.part(until * (1 - LAST), until),
        seed=asked.seed,
        hear=lambda sequences, share: hear(sequences, until * (1 - LAST * (1 - share))),
        halted=halted,
        most_routes=0,
    )
    return found if found.rank < plan.rank else plan
