"""One driver's own order: the rest of a round re-sequenced from here, at once, and never worse than it is now.

What cannot be on time is late at a price, and the shift reaches as far as the round needs: there is always an answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from routing.solving.fits import DoesNotFit
from routing.solving.price import route_cost
from routing.solving.problem import Problem, Reload, Sequences, Step, Stop
from routing.solving.replanning.loosen import loosen
from routing.solving.solution import Route
from routing.solving.steps import stops_of
from routing.solving.timing.retime import retime
from routing.solving.timing.walk import IMPOSSIBLE, Walker, alone

SEARCH_S = 0.3
LATE_COST_PER_H = 14_400
_HOT, _COLD = 1.0, 0.02
"""The present order is a good one: a search that begins hotter has no time to find back to it."""
_SLICE_S = 0.04
_FIRST = 200
_LONGEST = 3
"""So many stops in a row are moved at once (Or 1976)."""


class NotDriveable(Exception):
    """The round cannot be driven in any order that was tried, not even late; says which rule is in the way."""


@dataclass(frozen=True, eq=False)
class Reordered:
    """The round before and after, timed and priced in `problem`, in which lateness has its cost."""

    problem: Problem
    steps: list[Step]
    before: Route
    after: Route
    cost_before: int
    cost_after: int


def one_route(
    problem: Problem,
    start: Sequence[Step],
    *,
    seconds: float = SEARCH_S,
    iterations: int | None = None,
    seed: int = 1,
    compiled: bool | None = None,
) -> Reordered:
    """Return the round of the problem's one vehicle in the best order found within `seconds` of search.

    The order of `start` is the first one tried, so the answer costs no more. With `iterations` the same input gives
    the same order. The compiled search is used once `warm` is through, plain moves until then, unless `compiled` says
    which. `NotDriveable`.
    """
    (vehicle,) = problem.vehicles
    present = list(start)
    problem = loosen(problem, [present], late_cost_per_h=LATE_COST_PER_H * max(1, vehicle.cost_per_s), overtime=True)
    by_id = {stop.id: stop for stop in problem.stops}
    present = [step if isinstance(step, Reload) else by_id[step.id] for step in present]
    try:
        before = _timed(problem, present)
    except DoesNotFit as refusal:
        raise NotDriveable(str(refusal)) from refusal

    best = before
    for steps in _searched(problem, present, seconds, iterations, seed, bool(_warm) if compiled is None else compiled):
        found = _better(problem, steps, than=best)
        if found is not None and _same(steps, present):
            best = found
    return Reordered(problem, best.steps, before.route, best.route, before.cost, best.cost)


def warm() -> None:
    """Load or compile the search; takes up to a minute the first time. Until then `one_route` does without."""
    from routing.solving.ruin_recreate.warm import warm as warm_search  # noqa: PLC0415 - loads a compiler

    with _warming:
        warm_search()
        _warm.append(True)


_warming = Lock()
_warm: list[bool] = []


def _searched(
    problem: Problem, start: list[Step], seconds: float, iterations: int | None, seed: int, compiled: bool
) -> list[list[Step]]:
    if len(start) < 2 or iterations == 0:
        return []
    return [_compiled(problem, start, seconds, iterations, seed) if compiled else _plain(problem, start, seconds)]


def _compiled(problem: Problem, start: list[Step], seconds: float, iterations: int | None, seed: int) -> list[Step]:
    from routing.solving.ruin_recreate import RuinRecreate  # noqa: PLC0415 - loads a compiler

    ends_s = monotonic() + seconds
    sequences: Sequences = [start]
    found = RuinRecreate(problem, stops_of(start), seed=seed, start=sequences)
    size = _FIRST if iterations is None else iterations
    while found.worth_running:
        began_s = monotonic()
        share = 1 - max(0.0, ends_s - began_s) / seconds if iterations is None else 0.0
        ahead = min(1.0, share + _SLICE_S / seconds) if iterations is None else 1.0
        found.run(size, hot=_temperature(share), cold=_temperature(ahead))
        now_s = monotonic()
        if iterations is not None or now_s + _SLICE_S / 2 > ends_s:
            break
        size = max(1, round(size * min(3.0, _SLICE_S / max(1e-6, now_s - began_s))))
    return found.best[0]


def _temperature(share: float) -> float:
    return float(_HOT * (_COLD / _HOT) ** min(1.0, share))


def _plain(problem: Problem, start: list[Step], seconds: float) -> list[Step]:
    """Move short strings of stops, forwards and turned round, to where they cost less, as long as that helps."""
    stops = stops_of(start)
    if len(stops) < len(start) or not all(alone(problem, stop) for stop in stops):
        return start
    ends_s, walker = monotonic() + seconds, Walker(problem)
    first, best, found = len(problem.vehicles[0].locked), walker.cost(0, stops), True
    while found and best < IMPOSSIBLE:
        found = False
        for order in _neighbours(stops, first):
            if monotonic() > ends_s:
                return list(stops)
            cost = walker.cost(0, order)
            if cost < best:
                stops, best, found = order, cost, True
                break
    return list(stops)


def _neighbours(stops: list[Stop], first: int) -> Iterator[list[Stop]]:
    """Every order that differs by one string moved, the short strings first, or by one stretch turned round."""
    size = len(stops)
    for length in range(1, _LONGEST + 1):
        for at in range(first, size - length + 1):
            string, rest = stops[at : at + length], stops[:at] + stops[at + length :]
            for to in range(first, len(rest) + 1):
                if to != at:
                    yield rest[:to] + string + rest[to:]
    for at in range(first, size - 1):
        for until in range(at + 2, size + 1):
            yield stops[:at] + stops[at:until][::-1] + stops[until:]


@dataclass(frozen=True, slots=True)
class _Timed:
    steps: list[Step]
    route: Route
    cost: int


def _timed(problem: Problem, steps: list[Step]) -> _Timed:
    (vehicle,) = problem.vehicles
    route = retime(problem, vehicle, steps)
    return _Timed(steps, route, route_cost(problem, vehicle, route, stops_of(steps)))


def _better(problem: Problem, steps: list[Step], *, than: _Timed) -> _Timed | None:
    if steps == than.steps:
        return None
    try:
        found = _timed(problem, steps)
    except DoesNotFit:
        return None
    return found if found.cost < than.cost else None


def _same(steps: Sequence[Step], start: Sequence[Step]) -> bool:
    """Whether no stop was lost: of a choice the one that stands in the round stays."""
    return sorted(stop.id for stop in stops_of(steps)) == sorted(stop.id for stop in stops_of(start))
