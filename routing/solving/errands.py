"""What a child process can be sent for.

Each errand imports its own library, and only when it is sent: `ortools` and `highspy` cannot be loaded in one process.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol

from routing.solving.problem import Sequences
from routing.solving.processes.frames import Better, Frame, Wanted
from routing.solving.processes.named import named, resolved
from routing.solving.searching.asked import Elsewhere


class Say(Protocol):
    """Tells the parent something before the answer."""

    def __call__(self, frame: Frame) -> None:
        """Tell it."""

    def ask(self, frame: Frame) -> Any:
        """Tell it, and wait for its reply. Not from two threads at once."""


type Finishing = Callable[[], bool]
"""Whether the parent wants the best there is, now."""


def solve(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `solve.solve`; order: `(problem, (limit, began_s), seed, start, width)`, so many parts at a time elsewhere.

    The limit began by the monotonic clock, which all processes share, before this one was started.
    """
    from routing.solving.solve import solve as solve_here  # noqa: PLC0415

    problem, (limit, began_s), seed, start, width = order
    first = None if start is None else resolved(problem, start)
    elsewhere = Elsewhere(width, lambda parts, halted: say.ask(Wanted(parts))) if width else None
    return solve_here(
        problem,
        limit=limit.less(time.monotonic() - began_s),
        seed=seed,
        progress=say,
        start=first,
        halted=finishing,
        elsewhere=elsewhere,
    )


def replan(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `replan.replan`; the order is that of `solve`, with a start."""
    from routing.solving.replanning.replan import replan as replan_here  # noqa: PLC0415

    problem, (limit, began_s), seed, start, _ = order
    limit = limit.less(time.monotonic() - began_s)
    return replan_here(problem, resolved(problem, start), limit=limit, seed=seed, halted=finishing)


def pyvrp(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `with_pyvrp.search.search`; the order is that of a `ProcessLane`."""
    from routing.solving.with_pyvrp.search import search  # noqa: PLC0415

    return _searched(search, order, say)


def ortools(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `with_ortools.search.search`; the order is that of a `ProcessLane`."""
    from routing.solving.with_ortools.search import search  # noqa: PLC0415

    return _searched(search, order, say)


def polish(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `with_ortools.polish.polish`; the order is that of a `ProcessLane`."""
    from routing.solving.with_ortools.polish import polish as polish_here  # noqa: PLC0415

    def bettered(problem: Any, stops: Any, *, start: Any, **rest: Any) -> Any:
        return polish_here(problem, start, **rest)

    return _searched(bettered, order, say)


def combine(order: Any, say: Say, finishing: Finishing) -> Any:
    """As `partition.choose`; the order is what it takes."""
    from routing.solving.searching.partition import choose  # noqa: PLC0415

    return choose(order)


def _searched(search: Any, order: Any, say: Say) -> Any:
    problem, ids, start, limit, seed = order
    by_id = {stop.id: stop for stop in problem.stops}
    first = None if start is None else resolved(problem, start)

    def tell(sequences: Sequences, share: float) -> None:
        say(Better(named(sequences), share))

    found = search(problem, [by_id[one] for one in ids], start=first, limit=limit, seed=seed, on_better=tell)
    return None if found is None else named(found)


ERRANDS: dict[str, Callable[[Any, Say, Finishing], Any]] = {
    errand.__name__: errand for errand in (solve, replan, pyvrp, ortools, polish, combine)
}
