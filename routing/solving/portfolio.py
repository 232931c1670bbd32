"""Which searches run on a problem, side by side and one after another, by its size and by what it asks for."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from routing.solving.budget import Budget
from routing.solving.lanes import Hear, Lane, ProcessLane, race
from routing.solving.limit import Limit
from routing.solving.named import named
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.pyvrp_fits import fits
from routing.solving.recombine import CannotRecombine, recombine

_ALONE = 25
"""Up to so many stops one search finds the best plan before a second process has started."""
_RACE = 0.9
"""Of the limit, where routes are recombined in the rest."""
_PYVRP_EVERY = 100
"""Iterations of the limit for one of PyVRP's, which weighs thousands of moves."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all searches of one call are told: serve these stops, from this plan on, within this budget."""

    problem: Problem
    stops: Sequence[Stop]
    start: Sequences
    seed: int
    budget: Budget
    hear: Hear


@dataclass(frozen=True, slots=True)
class Found:
    """A plan, and the name of the search that found it."""

    by: str
    sequences: Sequences


def find(asked: Asked) -> list[Found]:
    """The plans that the searches found, in no order; nothing where all of them failed."""
    if len(asked.stops) <= _ALONE and not asked.budget.by_clock:
        return _ortools_here(asked)
    lanes: list[Lane] = [_lane("ortools", asked, asked.budget.part(0, _RACE))]
    if fits(asked.problem, asked.stops):
        lanes.append(_lane("pyvrp", asked, asked.budget.part(0, _RACE, every=_PYVRP_EVERY)))
    found = _raced(asked, lanes)
    return found + _recombined(asked, found)


def _ortools_here(asked: Asked) -> list[Found]:
    from routing.solving.ortools_search import search  # noqa: PLC0415 - half a second that data alone need not pay

    found = search(
        asked.problem,
        asked.stops,
        start=asked.start,
        limit=asked.budget.part(0, 1),
        seed=asked.seed,
        on_better=asked.hear,
    )
    return [] if found is None else [Found("ortools", found)]


def _lane(name: str, asked: Asked, limit: Limit) -> Lane:
    ids = [stop.id for stop in asked.stops]
    return ProcessLane(name, asked.problem, (asked.problem, ids, named(asked.start), limit, asked.seed))


def _raced(asked: Asked, lanes: list[Lane]) -> list[Found]:
    race(lanes, asked.budget, until=_RACE, hear=asked.hear)
    for lane in lanes:
        if lane.failure is not None:
            log.warning("the search %s failed, its last plan counts: %s", lane.name, lane.failure)
    return [Found(lane.name, lane.best) for lane in lanes if lane.best is not None]


def _recombined(asked: Asked, found: list[Found]) -> list[Found]:
    if not found or asked.budget.over():
        return []
    pool = [one.sequences for one in found]
    try:
        plan = recombine(asked.problem, asked.stops, incumbent=asked.start, pool=pool, budget=asked.budget)
    except CannotRecombine as fault:
        log.warning("the routes were not recombined: %s", fault)
        return []
    return [Found("set partitioning", plan)]
