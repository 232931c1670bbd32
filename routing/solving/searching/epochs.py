"""The own search on a large problem: parts side by side, put together and cut elsewhere, again and again."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from routing.solving.limit import Limit
from routing.solving.processes.named import named
from routing.solving.searching.asked import Asked, Elsewhere, Hear
from routing.solving.searching.cooling import Cooled, Stretch, cool
from routing.solving.searching.decompose import Decomposition
from routing.solving.searching.leftover import LAST, serve_what_is_left
from routing.solving.searching.parts import (
    Part,
    PartAnswer,
    SolveParts,
    cut_out,
    joined,
    routes_of,
    solve_part,
    unchanged,
)

_EPOCHS = 12
_FEWEST, _PART_S = 4, 1.0
"""Where the parts would have less than so many seconds each, they are cut anew less often: each begins with a tenth of
a second in which nothing is searched."""
_WHOLE = 0.08
"""Of the search, before the first cut: parts of a bad plan are bad parts."""
_STOPS_A_PART = 1000


def in_threads(count: int, halted: Callable[[], bool]) -> SolveParts:
    """Solve parts in so many threads of this process."""

    def solve_parts(parts: list[Part]) -> list[PartAnswer]:
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(partial(solve_part, halted=halted), parts))

    return solve_parts


def beside(here: SolveParts, width: int, elsewhere: Elsewhere, halted: Callable[[], bool]) -> SolveParts:
    """Solve parts here and elsewhere at once, by how many each takes at a time; what nobody solved stays as it is."""

    def solve_parts(parts: list[Part]) -> list[PartAnswer]:
        count = len(parts) * elsewhere.width // (elsewhere.width + width)
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(elsewhere.solve, parts[:count], halted)
            answers = here(parts[count:])
            away = waiting.result()
        return [*(answer or unchanged(part) for part, answer in zip(parts, away, strict=False)), *answers]

    return solve_parts


def cool_in_parts(
    asked: Asked,
    *,
    until: float,
    lanes: int,
    most_routes: int,
    solve_parts: SolveParts,
    hear: Hear,
    halted: Callable[[], bool],
) -> Cooled:
    """Cool from hot to cold until that share of the budget; `lanes` of the parts are solved at a time."""
    plan = cool(
        asked.problem,
        asked.stops,
        start=asked.start,
        stretch=Stretch(0, _WHOLE),
        limit=asked.budget.part(0, _WHOLE * until),
        seed=asked.seed,
        hear=lambda sequences, share: hear(sequences, until * _WHOLE * share),
        halted=halted,
        most_routes=0,
    )
    chance = random.Random(asked.seed)
    decomposition = Decomposition(asked.problem, asked.stops)
    count = max(lanes, round(len(asked.stops) / _STOPS_A_PART))
    routes = {}
    epochs = _epochs(asked.budget.part(_WHOLE * until, until), lanes, count)
    for epoch in range(epochs):
        if halted() or not any(plan.current):
            break
        shares = decomposition.shares(plan.current, parts=count, chance=chance, by_angle=epoch % 2 == 0)
        edges = [_WHOLE + (1 - _WHOLE) * at / epochs for at in (epoch, epoch + 1)]
        if plan.rank[0] and epoch == epochs - 1:
            edges[1] -= LAST
        limit = _at_a_time(asked.budget.part(until * edges[0], until * edges[1]), lanes, len(shares))
        parts = [
            Part(
                problem=cut_out(asked.problem, share.vehicles, share.stops),
                start=named([plan.current[number] for number in share.vehicles]),
                stretch=Stretch(*edges),
                limit=limit,
                seed=chance.randrange(1 << 30),
                most_routes=most_routes // len(shares),
            )
            for share in shares
        ]
        answers = solve_parts(parts)
        plan = _together(asked, plan, parts, answers)
        hear(plan.best, until * edges[1])
        for route in routes_of(asked.problem, answers):
            routes[route.vehicle, route.steps] = route
    if plan.rank[0] and not halted():
        plan = serve_what_is_left(asked, plan, until=until, hear=hear, halted=halted)
    return Cooled(plan.best, plan.current, plan.rank, list(routes.values())[::-1][:most_routes])


def _epochs(limit: Limit, lanes: int, parts: int) -> int:
    if limit.seconds is None:
        return _EPOCHS
    return max(_FEWEST, min(_EPOCHS, round(limit.seconds * lanes / parts / _PART_S)))


def _at_a_time(limit: Limit, lanes: int, parts: int) -> Limit:
    if limit.seconds is None:
        return limit
    return Limit(seconds=limit.seconds * min(lanes, parts) / parts, iterations=limit.iterations)


def _together(asked: Asked, plan: Cooled, parts: list[Part], answers: list[PartAnswer]) -> Cooled:
    """The parts' bests are one plan: the best so far, or not."""
    rank = sum(answer.rank[0] for answer in answers), sum(answer.rank[1] for answer in answers)
    current = joined(asked.problem, parts, [answer.current for answer in answers])
    if rank >= plan.rank:
        return Cooled(plan.best, current, plan.rank, [])
    return Cooled(joined(asked.problem, parts, [answer.best for answer in answers]), current, rank, [])
