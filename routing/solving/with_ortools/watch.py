"""Looks at every solution that OR-Tools finds: counts it, keeps the best that can be driven, tells of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from routing.solving.fits import DoesNotFit
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Sequences, Step, Stop
from routing.solving.timing.retime import check_route
from routing.solving.with_ortools.model import Model

type OnBetter = Callable[[Sequences, float], None]
"""Told of each better plan, and the share of the limit used."""


@dataclass
class Watch:
    """Counts solutions and keeps the best that can be driven."""

    model: Model
    limit: Limit
    on_better: OnBetter
    sound: Callable[[Sequences], bool]
    began_s: float = field(default_factory=time.monotonic)
    solutions: int = 0
    cost: int | None = None
    best: Sequences | None = None

    def see(self) -> None:
        """Called by the library at each solution."""
        self.solutions += 1
        cost = self.model.routing.CostVar().Max()
        if self.cost is None or cost < self.cost:
            self._keep(self.model.sequences(), cost)
        if self.limit.iterations is not None and self.solutions >= self.limit.iterations:
            self.model.routing.solver().FinishCurrentSearch()

    def _keep(self, found: Sequences, cost: int) -> None:
        if self.sound(found):
            self.cost, self.best = cost, found
            self.on_better(found, self.share())

    def share(self) -> float:
        """How much of the limit is used."""
        by_count = 0.0 if self.limit.iterations is None else self.solutions / self.limit.iterations
        by_clock = 0.0 if self.limit.seconds is None else (time.monotonic() - self.began_s) / self.limit.seconds
        return min(1.0, max(by_count, by_clock))


@dataclass
class Soundness:
    """Where the model is not exact (travel by hours, reloads left away) its plans are asked of the exact times."""

    problem: Problem
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def holds(self, sequences: Sequences) -> bool:
        """Whether every route can be driven; each is tried once."""
        return all(map(self._drivable, range(len(sequences)), sequences))

    def _drivable(self, number: int, sequence: list[Step]) -> bool:
        key = (number, *(step.id if isinstance(step, Stop) else "" for step in sequence))
        if key not in self.known:
            self.known[key] = not sequence or _fits(self.problem, number, sequence)
        return self.known[key]


def _fits(problem: Problem, number: int, sequence: list[Step]) -> bool:
    try:
        check_route(problem, problem.vehicles[number], sequence)
    except DoesNotFit:
        return False
    return True
