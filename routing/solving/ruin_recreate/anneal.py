"""The loop: ruin, recreate, accept or take back (simulated annealing), as in Christiaens and Vanden Berghe 2020."""

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.chance import impatience
from routing.solving.ruin_recreate.change import take_back
from routing.solving.ruin_recreate.compiled import compiled, inlined
from routing.solving.ruin_recreate.layout import ABSENT_BEFORE, PENDING, SAVED, Plan, Settings, Task, Work
from routing.solving.ruin_recreate.recreate import recreate
from routing.solving.ruin_recreate.ruin import ruin
from routing.solving.ruin_recreate.times import start_of


@compiled
def anneal(
    task: Task,
    plan: Plan,
    work: Work,
    settings: Settings,
    iterations: int,
    hot: float,
    cold: float,
    halt: NDArray[np.uint8],
) -> None:
    """So many iterations, cooling from `hot` to `cold` (units of cost) by the same factor each; `halt[0]` ends them."""
    temperature = hot
    factor = (cold / hot) ** (1.0 / max(1, iterations))
    for _ in range(iterations):
        if halt[0]:
            return
        _begin(plan, work)
        ruin(task, plan, work, settings)
        recreate(task, plan, work, settings)
        _decide(task, plan, work, temperature)
        plan.tally[0].iterations += 1
        temperature *= factor


@compiled
def build(task: Task, plan: Plan, work: Work, settings: Settings) -> None:
    """Insert all that is absent, and take the outcome whatever it costs."""
    _begin(plan, work)
    recreate(task, plan, work, settings)
    _decide(task, plan, work, np.inf)


@inlined
def _begin(plan: Plan, work: Work) -> None:
    absent = plan.tally[0].absent
    for at in range(absent):
        work.absent_before[at] = work.pending[at] = plan.absent[at]
    work.counts[SAVED] = 0
    work.counts[PENDING] = work.counts[ABSENT_BEFORE] = absent


@inlined
def _decide(task: Task, plan: Plan, work: Work, temperature: float) -> None:
    cost, lost = _changes(task, plan, work)
    worse = cost + lost * task.must_penalty
    if worse < temperature * impatience(work.word):
        plan.tally[0].cost += cost
        plan.tally[0].lost += lost
        for at in range(work.counts[SAVED]):
            plan.moved[work.saved_routes[at]] = 1
        _keep_if_best(task, plan)
    else:
        take_back(task, plan, work)
    for at in range(work.counts[SAVED]):
        work.touched[work.saved_routes[at]] = 0


@inlined
def _changes(task: Task, plan: Plan, work: Work) -> tuple[int, int]:
    """What this iteration costs more, and how many stops more it leaves out that must be served."""
    cost = lost = 0
    for at in range(work.counts[SAVED]):
        cost += plan.routes[work.saved_routes[at]].cost - work.routes_before[at].cost
    for at in range(plan.tally[0].absent):
        cost += task.requests[plan.absent[at]].penalty
        lost += task.requests[plan.absent[at]].must
    for at in range(work.counts[ABSENT_BEFORE]):
        cost -= task.requests[work.absent_before[at]].penalty
        lost -= task.requests[work.absent_before[at]].must
    return cost, lost


@inlined
def _keep_if_best(task: Task, plan: Plan) -> None:
    tally = plan.tally[0]
    if tally.lost > tally.best_lost or (tally.lost == tally.best_lost and tally.cost >= tally.best_cost):
        return
    tally.best_lost, tally.best_cost = tally.lost, tally.cost
    tally.betters += 1
    for route in range(task.vehicles):
        if plan.moved[route]:
            _keep(task, plan, route)


@inlined
def _keep(task: Task, plan: Plan, route: int) -> None:
    plan.moved[route] = 0
    here = start_of(task, route)
    while here >= 0:
        plan.best[here] = plan.nodes[here].next
        here = plan.nodes[here].next
