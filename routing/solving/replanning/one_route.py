"""One driver's own order: the rest of a round re-sequenced from here, at once, and never worse than it is now.

What cannot be on time is late at a price, and the shift reaches as far as the round needs: there is always an answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from routing.solving.fits import DoesNotFit
from routing.solving.price import route_cost
from routing.solving.problem import Problem, Reload, Step, Stop
from routing.solving.replanning.loosen import loosen, punctual
from routing.solving.solution import Route
from routing.solving.steps import stops_of
from routing.solving.timing.retime import retime
from routing.solving.timing.walk import IMPOSSIBLE, Walker, alone

if TYPE_CHECKING:
    from routing.solving.ruin_recreate import RuinRecreate

SEARCH_S = 0.3
LATE_COST_PER_H = 14_400
_HOT, _COLD = 1.0, 0.02
"""The present order is a good one: a search that begins hotter has no time to find back to it."""
_PUNCTUAL = 0.3
"""Of the search, at most, in which nobody may be late although somebody must: an order without lateness needs no walk
of the whole route for each try, and is found many times as fast."""
_SLICE_S = 0.02
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
    """Return the round of the problem's one vehicle in the best order found within `seconds` in all.

    The order of `start` is the first one tried, so the answer costs no more. With `iterations` the same input gives
    the same order. The compiled search is used once `warm` is through, plain moves until then, unless `compiled` says
    which. `NotDriveable`.
    """
    began_s = monotonic()
    (vehicle,) = problem.vehicles
    late_cost_per_h = LATE_COST_PER_H * max(1, vehicle.cost_per_s)
    strict, problem = problem, loosen(problem, [list(start)], late_cost_per_h=late_cost_per_h, overtime=True)
    present = _steps_of(problem, start)
    try:
        before = _timed(problem, present)
    except DoesNotFit as refusal:
        raise NotDriveable(str(refusal)) from refusal

    best = before
    if len(present) > 1 and iterations != 0:
        left_s = max(seconds / 2, seconds - 2 * (monotonic() - began_s))  # to time the new order, as it was the old one
        if bool(_warm) if compiled is None else compiled:
            steps = _compiled(problem, punctual(strict, problem), present, left_s, iterations, seed)
        else:
            steps = _plain(problem, present, left_s)
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


def _compiled(
    problem: Problem, strict: Problem, start: list[Step], seconds: float, iterations: int | None, seed: int
) -> list[Step]:
    """Search among orders that are on time; where no such order of all stops is found soon, among late ones, too."""
    from routing.solving.ruin_recreate import RuinRecreate  # noqa: PLC0415 - loads a compiler

    cooling = _Cooling(monotonic(), seconds, iterations)
    served = {stop.id for stop in stops_of(start)}

    def search(asked: Problem, steps: Sequence[Step]) -> "RuinRecreate":
        stops = [stop for stop in asked.stops if stop.id in served]
        return RuinRecreate(asked, stops, seed=seed, start=[_steps_of(asked, steps)])

    found = search(strict, start)
    cooling.run(found, while_=lambda share: share < _PUNCTUAL or _same(found.best[0], start))
    if _same(found.best[0], start):
        return _steps_of(problem, found.best[0])
    late = search(problem, found.best[0])
    cooling.run(late, while_=lambda share: True)
    return late.best[0]


def _steps_of(problem: Problem, steps: Sequence[Step]) -> list[Step]:
    """The same stops as this problem has them."""
    by_id = {stop.id: stop for stop in problem.stops}
    return [step if isinstance(step, Reload) else by_id[step.id] for step in steps]


class _Cooling:
    """One cooling by the clock, or by so many iterations, that two searches may share."""

    def __init__(self, began_s: float, seconds: float, iterations: int | None) -> None:
        self._began_s, self._seconds, self._iterations = began_s, seconds, iterations
        self._done = 0

    def run(self, search: "RuinRecreate", *, while_: Callable[[float], bool]) -> None:
        """Go on cooling with this search, for a first few iterations in any case."""
        size, share = _FIRST, self._share(0, 0.0)
        while search.worth_running:
            began_s = monotonic()
            size = size if self._iterations is None else min(_FIRST, max(1, self._iterations - self._done))
            search.run(size, hot=_temperature(share), cold=_temperature(self._share(size, _SLICE_S)))
            self._done += size
            if self._iterations is None:
                size = max(1, round(size * min(3.0, _SLICE_S / max(1e-6, monotonic() - began_s))))
            share = self._share(0, 0.0)
            if share >= 1 or not while_(share):
                break

    def _share(self, iterations: int, seconds: float) -> float:
        if self._iterations is not None:
            return min(1.0, (self._done + iterations) / self._iterations)
        return min(1.0, (monotonic() + seconds - self._began_s) / self._seconds)


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
