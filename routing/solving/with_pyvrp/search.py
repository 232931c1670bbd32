"""Searches a model with PyVRP: iterated local search over penalised plans (Wouda, Lan and Kool 2024)."""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyvrp import (
    IteratedLocalSearch,
    IteratedLocalSearchParams,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.with_pyvrp.model import Model, build
from routing.solving.with_pyvrp.plans import plan_of, sequences_of

_BETWEEN_UPDATES = 100
"""Plans between two looks at the penalties; with the library's 500 they were still far too high after 30 s."""

type OnBetter = Callable[[Sequences, float], None]
"""Told of each better plan, and the share of the limit used."""


def search(
    problem: Problem, stops: Sequence[Stop], *, start: Sequences | None, limit: Limit, seed: int, on_better: OnBetter
) -> Sequences | None:
    """The best plan found for these stops, from `start` where that can be driven, or nothing if none was found.

    The problem must pass `pyvrp_fits.fits`.
    """
    model = build(problem, stops)
    watch = _Watch(model, limit, on_better)
    chance = RandomNumberGenerator(seed=seed)
    local_search = _local_search(model.data, chance)
    params = PenaltyParams(solutions_between_updates=_BETWEEN_UPDATES)
    penalties = PenaltyManager(_penalties(model.data), params)
    first = None if start is None else plan_of(model, start)
    if first is None:
        random = Solution.make_random(model.data, chance)
        first = local_search(random, penalties.max_cost_evaluator(), exhaustive=True)
    watch.on_best(first)
    algorithm = IteratedLocalSearch(
        model.data, penalties, local_search, first, IteratedLocalSearchParams(callbacks=watch)
    )
    with warnings.catch_warnings(action="ignore", category=PenaltyBoundWarning):  # it only says that nothing fits
        best = algorithm.run(watch.over, collect_stats=False, display=False).best
    return sequences_of(model, best) if best.is_feasible() else None


@dataclass
class _Watch(IteratedLocalSearchCallbacks):
    """Counts iterations and passes better plans on."""

    model: Model
    limit: Limit
    tell: OnBetter
    began_s: float = field(default_factory=time.monotonic)
    iterations: int = 0

    def over(self, best_cost: int) -> bool:
        """The library's stopping criterion: asked before each iteration."""
        used = self.share()
        self.iterations += 1
        return used >= 1

    def on_best(self, best: Any) -> None:
        """The library's call."""
        if best.is_feasible():
            self.tell(sequences_of(self.model, best), min(1.0, self.share()))

    def share(self) -> float:
        by_count = 0.0 if self.limit.iterations is None else self.iterations / self.limit.iterations
        by_clock = 0.0 if self.limit.seconds is None else (time.monotonic() - self.began_s) / self.limit.seconds
        return max(by_count, by_clock)


def _local_search(data: ProblemData, chance: RandomNumberGenerator) -> LocalSearch:
    neighbours = compute_neighbours(data, NeighbourhoodParams())
    found = LocalSearch(data, chance, neighbours, PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            found.add_operator(operator(data))
    return found


def _penalties(data: ProblemData) -> tuple[list[float], float, float]:
    """For a unit of load, a second and a metre too much: what a drive in a vehicle of its own costs, by how much of
    each it has. Were it less, the search would save vehicles by being late, and find nothing that can be driven."""
    vehicles = data.vehicle_types()
    cost = min(
        float(
            each.fixed_cost
            + np.mean(
                each.unit_distance_cost * data.distance_matrix(each.profile)
                + each.unit_duration_cost * data.duration_matrix(each.profile)
            )
        )
        for each in vehicles
    )
    second = min(float(np.mean(matrix)) for matrix in data.duration_matrices())
    metre = min(float(np.mean(matrix)) for matrix in data.distance_matrices())
    loads = [np.maximum(client.delivery, client.pickup) for client in data.clients()]
    loads += [np.asarray(shipment.amount) for shipment in data.shipments()]
    load = np.mean(loads, axis=0) if data.num_load_dimensions else np.zeros(0)
    return (cost / np.maximum(load, 1)).tolist(), max(1.0, cost / max(second, 1)), max(1.0, cost / max(metre, 1))
