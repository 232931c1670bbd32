"""Which searches run on a problem, side by side and one after another, by its size and by what it asks for."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from routing.solving.assemble import rank
from routing.solving.fits import DoesNotFit
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences
from routing.solving.processes.named import named
from routing.solving.searching.asked import Asked, Found
from routing.solving.searching.budget import Budget
from routing.solving.searching.lanes import Lane, ProcessLane, race
from routing.solving.searching.own_search import COOL, OwnLane, PartsLane, stops_a_route, works
from routing.solving.searching.recombine import MOST_COLUMNS, CannotRecombine, Pool, recombine, routes_in
from routing.solving.with_pyvrp.fits import fits

_WIDTH = 2
"""Searches at a time. More cores would help, but then the same seed would not give the same plan everywhere."""
_ALONE = 25
"""Up to so many stops one search finds the best plan before a process has started."""
_WHOLE = 800
"""Up to so many stops one search sees all of them."""
_RECOMBINED = range(150, 3001)
"""With so many stops the routes of several plans are recombined; of more, too few routes are among the columns."""
_SENT_S = 60
"""Shorter, a search elsewhere would be over before its process has started."""
_POLISHED = 1000
"""Up to so many stops OR-Tools polishes what PyVRP cannot state; building the model of more takes all the time left."""
_FEW = 150
_MANY = 450
_LONG_ROUTE, _VERY_LONG_ROUTE = 12, 25
"""Stops. PyVRP is the better second search on longer ones, the second with many stops; with few stops it always is."""
_RACE = 0.9
"""Of the limit at least, and all but so many seconds of a long one:"""
_RECOMBINE_S, _POLISH_S = 3.0, 6.0
_NEARLY = 0.98
"""Of the limit: a search for the rest of it would be over before it has begun."""
_ITERATIONS_A_LOCAL_SEARCH = 100
_ITERATIONS_A_SOLUTION = 100
"""What PyVRP and OR-Tools count takes so many times as long as one removal and repair."""

log = logging.getLogger(__name__)


def is_solved_in_parts(problem: Problem, limit: Limit) -> bool:
    """Whether it is so large that no search sees all of it, and each of the parts has time to be sent elsewhere."""
    return len(problem.stops) > _WHOLE and (limit.seconds or _SENT_S) >= _SENT_S


def find(asked: Asked) -> list[Found]:
    """The plans that the searches found, in no order; nothing where all of them failed."""
    size, plain = len(asked.stops), fits(asked.problem, asked.stops)
    recombines, polishes = size in _RECOMBINED, not plain and _ALONE < size <= _POLISHED and works()
    until = _until(asked.budget, _RECOMBINE_S * recombines + _POLISH_S * polishes)
    lanes = _lanes(asked, until, plain=plain)
    found = _raced(asked, lanes, until)
    if recombines:
        found += _recombined(asked, found, lanes, (until + 1) / 2 if polishes else 1.0)
        found += [] if polishes or size > _WHOLE else _cooled_again(asked, found)
    if polishes:
        found += _polished(asked, found)
    return found


def _until(budget: Budget, rest_s: float) -> float:
    """The share of the budget for the race, with so many seconds after it."""
    return budget.before(rest_s, least=_RACE) if rest_s else 1.0


def _lanes(asked: Asked, until: float, *, plain: bool) -> list[Lane]:
    size = len(asked.stops)
    if not works():
        return [_ortools(asked, until), *([_pyvrp(asked, until)] if plain else [])]
    if size <= _ALONE:
        return [OwnLane(asked, until=until)]
    if size > _WHOLE:
        most_routes = MOST_COLUMNS if size in _RECOMBINED else 0
        return [PartsLane(asked, until=until, width=_WIDTH, most_routes=most_routes)]
    own = [OwnLane(asked, until=until, number=at, most_routes=MOST_COLUMNS // _WIDTH) for at in range(_WIDTH)]
    if plain and (size < _FEW or stops_a_route(asked) > (_LONG_ROUTE if size < _MANY else _VERY_LONG_ROUTE)):
        return [own[0], _pyvrp(asked, until)]
    return [*own]


def _raced(asked: Asked, lanes: Sequence[Lane], until: float) -> list[Found]:
    race(lanes, asked.budget, until=until, hear=asked.hear)
    for lane in lanes:
        if lane.failure is not None:
            log.warning("the search %s failed, its last plan counts: %s", lane.name, lane.failure)
    return [Found(lane.name, lane.best) for lane in lanes if lane.best is not None]


def _pyvrp(asked: Asked, until: float) -> Lane:
    return _process("pyvrp", asked, asked.budget.part(0, until, every=_ITERATIONS_A_LOCAL_SEARCH))


def _ortools(asked: Asked, until: float) -> Lane:
    return _process("ortools", asked, asked.budget.part(0, until, every=_ITERATIONS_A_SOLUTION))


def _process(name: str, asked: Asked, limit: Limit) -> Lane:
    ids = [stop.id for stop in asked.stops]
    start = None if asked.start is None else named(asked.start)
    return ProcessLane(name, asked.problem, (asked.problem, ids, start, limit, asked.seed))


def _recombined(asked: Asked, found: Sequence[Found], lanes: Sequence[Lane], until: float) -> list[Found]:
    best = _best(asked, found)
    if best is None or asked.budget.over(until):
        return []
    pool: Pool = [route for one in found if _fits(asked, one) for route in routes_in(one.sequences)]
    for lane in lanes:
        if isinstance(lane, OwnLane | PartsLane):
            pool += [(route.vehicle, route.steps, route.cost) for route in lane.routes]
    try:
        plan = recombine(asked.problem, asked.stops, incumbent=best, pool=pool, budget=asked.budget, until=until)
    except CannotRecombine as fault:
        log.warning("the routes were not recombined: %s", fault)
        return []
    return [] if plan == best else [Found("set partitioning", plan)]


def _cooled_again(asked: Asked, found: Sequence[Found]) -> list[Found]:
    """By the clock, what time set partitioning has left; by iterations nothing is."""
    best = _best(asked, found)
    if best is None or not asked.budget.by_clock or asked.budget.used() > _NEARLY or asked.budget.over():
        return []
    again = replace(asked, start=best, seed=asked.seed + _WIDTH)
    return _raced(again, [OwnLane(again, until=1.0, number=at, warm=COOL) for at in range(_WIDTH)], 1.0)


def _polished(asked: Asked, found: Sequence[Found]) -> list[Found]:
    best = _best(asked, found)
    if best is None or asked.budget.over():
        return []
    limit = asked.budget.part(_RACE, 1, every=_ITERATIONS_A_SOLUTION)
    return _raced(asked, [_process("polish", replace(asked, start=best), limit)], 1.0)


def _best(asked: Asked, found: Sequence[Found]) -> Sequences | None:
    """The best of those that can be driven."""
    driven = [one.sequences for one in found if _fits(asked, one)]
    return min(driven, key=lambda sequences: rank(asked.problem, sequences), default=None)


def _fits(asked: Asked, found: Found) -> bool:
    try:
        rank(asked.problem, found.sequences)
    except DoesNotFit:
        return False
    return True
