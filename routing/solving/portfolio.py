"""Which searches run on a problem, side by side and one after another, by its size and by what it asks for."""

import logging
from collections.abc import Sequence

from routing.solving.asked import Asked, Found
from routing.solving.assemble import rank
from routing.solving.fits import DoesNotFit
from routing.solving.lanes import Lane, ProcessLane, race
from routing.solving.limit import Limit
from routing.solving.named import named
from routing.solving.own_search import OwnLane, PartsLane, works
from routing.solving.problem import Sequences
from routing.solving.pyvrp_fits import fits
from routing.solving.recombine import MOST_COLUMNS, CannotRecombine, Pool, recombine, routes_in

_WIDTH = 2
"""Searches at a time. More cores would help, but then the same seed would not give the same plan everywhere."""
_ALONE = 25
"""Up to so many stops one search finds the best plan before a process has started."""
_WHOLE = 800
"""Up to so many stops one search sees all of them."""
_RECOMBINED = 150
"""From so many stops on the routes of several plans are recombined, in the last part of the limit."""
_RACE = 0.9
_ITERATIONS_A_LOCAL_SEARCH = 100
_ITERATIONS_A_SOLUTION = 100
"""What PyVRP and OR-Tools count takes so many times as long as one removal and repair."""

log = logging.getLogger(__name__)


def find(asked: Asked) -> list[Found]:
    """The plans that the searches found, in no order; nothing where all of them failed."""
    size = len(asked.stops)
    until = _RACE if size >= _RECOMBINED else 1.0
    lanes = _lanes(asked, size, until)
    race(lanes, asked.budget, until=until, hear=asked.hear)
    for lane in lanes:
        if lane.failure is not None:
            log.warning("the search %s failed, its last plan counts: %s", lane.name, lane.failure)
    found = [Found(lane.name, lane.best) for lane in lanes if lane.best is not None]
    return found + (_recombined(asked, found, lanes) if size >= _RECOMBINED else [])


def _lanes(asked: Asked, size: int, until: float) -> list[Lane]:
    if not works():
        return [_ortools(asked, until), *([_pyvrp(asked, until)] if fits(asked.problem, asked.stops) else [])]
    if size <= _ALONE:
        return [OwnLane(asked, until=until)]
    if size > _WHOLE:
        return [PartsLane(asked, until=until, width=_WIDTH)]
    own = OwnLane(asked, until=until, most_routes=MOST_COLUMNS // _WIDTH)
    if fits(asked.problem, asked.stops):
        return [own, _pyvrp(asked, until)]
    return [own, _ortools(asked, until)]


def _pyvrp(asked: Asked, until: float) -> Lane:
    return _process("pyvrp", asked, asked.budget.part(0, until, every=_ITERATIONS_A_LOCAL_SEARCH))


def _ortools(asked: Asked, until: float) -> Lane:
    return _process("ortools", asked, asked.budget.part(0, until, every=_ITERATIONS_A_SOLUTION))


def _process(name: str, asked: Asked, limit: Limit) -> Lane:
    ids = [stop.id for stop in asked.stops]
    start = None if asked.start is None else named(asked.start)
    return ProcessLane(name, asked.problem, (asked.problem, ids, start, limit, asked.seed))


def _recombined(asked: Asked, found: Sequence[Found], lanes: Sequence[Lane]) -> list[Found]:
    plans = [priced for one in found if (priced := _priced(asked, one)) is not None]
    if not plans or asked.budget.over():
        return []
    _, incumbent = min(plans, key=lambda plan: plan[0])
    pool: Pool = [route for _, sequences in plans for route in routes_in(sequences)]
    for lane in lanes:
        if isinstance(lane, OwnLane | PartsLane):
            pool += [(route.vehicle, route.steps, route.cost) for route in lane.routes]
    try:
        plan = recombine(asked.problem, asked.stops, incumbent=incumbent, pool=pool, budget=asked.budget)
    except CannotRecombine as fault:
        log.warning("the routes were not recombined: %s", fault)
        return []
    return [] if plan == incumbent else [Found("set partitioning", plan)]


def _priced(asked: Asked, found: Found) -> tuple[tuple[int, int], Sequences] | None:
    try:
        return rank(asked.problem, found.sequences), found.sequences
    except DoesNotFit:
        return None
