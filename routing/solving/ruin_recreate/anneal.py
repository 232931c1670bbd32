"""The loop: ruin, recreate, accept or take back (simulated annealing), as in Christiaens and Vanden Berghe 2020.

One step more than the paper has: the ends of two routes may be exchanged in place of a removal (`tails`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.calls import exchange_tails, ruin, take_back
from routing.solving.ruin_recreate.chance import below, chance, impatience
from routing.solving.ruin_recreate.compiled import compiled, inlined
from routing.solving.ruin_recreate.layout import NEVER, ROUTE
from routing.solving.ruin_recreate.memory import row
from routing.solving.ruin_recreate.recreate import recreate
from routing.solving.ruin_recreate.rows import counts, item, node_at, put, request_at, route_at, tally
from routing.solving.ruin_recreate.times import start_of

_MOST_TRIED_AGAIN = 20
"""Absent requests that an iteration tries to insert: more, and it would do nothing else."""


@compiled
def anneal(
    task: Any,
    plan: Any,
    work: Any,
    iterations: int,
    hot: float,
    cold: float,
    halt: NDArray[np.uint8],
) -> None:
    """So many iterations, cooling from `hot` to `cold` (units of cost) by the same factor each; `halt[0]` ends them.

    With no iterations it inserts all that is absent, and takes the outcome whatever it costs. While the fleet is made
    smaller it ends as soon as nobody is absent.
    """
    build = iterations == 0
    temperature = np.inf if build else hot
    factor = 1.0 if build else (cold / hot) ** (1.0 / iterations)
    for _ in range(max(1, iterations)):
        if halt[0] and not build:
            return
        _iterate(task, plan, work, temperature, build)
        tally(plan).iterations += not build
        temperature *= factor
        if tally(plan).shrinking and tally(plan).absent == 0:
            return


@inlined
def _iterate(task: Any, plan: Any, work: Any, temperature: float, build: bool) -> None:
    _begin(task, plan, work, build)
    bar = temperature if build else temperature * impatience(work)
    if not build and not _exchanged(task, plan, work, bar):
        ruin(task, plan, work)
    recreate(task, plan, work)
    _decide(task, plan, work, bar)


@inlined
def _exchanged(task: Any, plan: Any, work: Any, bar: float) -> bool:
    """Whether the ends of two routes were exchanged in place of a removal; some iterations try that first.

    What is loaded stop by stop would have to be worked out anew for each pair of routes.
    """
    return not task.loaded and chance(work) < task.exchanging and exchange_tails(task, plan, work, int(bar)) > 0


@inlined
def _begin(task: Any, plan: Any, work: Any, build: bool) -> None:
    """Note who is absent, which of them are tried again, and whether to open a route: never while it only inserts,
    for that outcome is taken whatever it costs."""
    counts(work).opening = not build and chance(work) < task.opening
    absent = tally(plan).absent
    for at in range(absent):
        put(work.absent_before, at, item(plan.absent, at))
    again = absent if build else min(absent, _MOST_TRIED_AGAIN)
    for at in range(again):
        other = at + below(work, absent - at)
        drawn = item(plan.absent, other)
        put(plan.absent, other, item(plan.absent, at))
        put(plan.absent, at, drawn)
        put(work.pending, at, drawn)
    for at in range(again, absent):
        put(plan.absent, at - again, item(plan.absent, at))
    tally(plan).absent = absent - again
    counts(work).saved = 0
    counts(work).pending = again
    counts(work).absent_before = absent


@inlined
def _decide(task: Any, plan: Any, work: Any, bar: float) -> None:
    """Keep the outcome if it costs less than `bar` more than before, else take it back."""
    cost, lost = _changes(task, plan, work)
    taken = cost < NEVER // 2 and cost + lost * task.must_penalty < bar
    if tally(plan).shrinking:
        more = _more_absences(plan, work)
        taken = cost < NEVER // 2 and (more < 0 or (more == 0 and cost < bar))
    if taken:
        tally(plan).cost += cost
        tally(plan).lost += lost
        for at in range(counts(work).saved):
            put(plan.moved, item(work.saved_routes, at), 1)
        _keep_if_best(task, plan)
    else:
        take_back(task, plan, work)
    for at in range(counts(work).saved):
        put(work.touched, item(work.saved_routes, at), 0)


@inlined
def _more_absences(plan: Any, work: Any) -> int:
    """By how much the absent have been absent more often than those before; counts this time, too.

    Who has rarely found a place is given one at the cost of others who easily find another (section 5.3).
    """
    more = 0
    for at in range(counts(work).absent_before):
        more -= 1 + item(plan.absences, item(work.absent_before, at))
    for at in range(tally(plan).absent):
        request = item(plan.absent, at)
        more += 1 + item(plan.absences, request)
        put(plan.absences, request, item(plan.absences, request) + 1)
    return more


@inlined
def _changes(task: Any, plan: Any, work: Any) -> tuple[int, int]:
    """What this iteration costs more, and how many stops more it leaves out that must be served."""
    cost = lost = 0
    for at in range(counts(work).saved):
        cost += route_at(plan, item(work.saved_routes, at)).cost - row(work.routes_before, at, ROUTE).cost
    for at in range(tally(plan).absent):
        cost += request_at(task, item(plan.absent, at)).penalty
        lost += request_at(task, item(plan.absent, at)).must
    for at in range(counts(work).absent_before):
        cost -= request_at(task, item(work.absent_before, at)).penalty
        lost -= request_at(task, item(work.absent_before, at)).must
    return cost, lost


@inlined
def _keep_if_best(task: Any, plan: Any) -> None:
    now = tally(plan)
    if now.lost > now.best_lost or (now.lost == now.best_lost and now.cost >= now.best_cost):
        return
    now.best_lost, now.best_cost = now.lost, now.cost
    now.betters += 1
    for route in range(task.vehicles):
        if item(plan.moved, route):
            _keep(task, plan, route)


@inlined
def _keep(task: Any, plan: Any, route: int) -> None:
    put(plan.moved, route, 0)
    here = start_of(task, route)
    while here >= 0:
        put(plan.best, here, node_at(plan, here).next)
        here = node_at(plan, here).next
