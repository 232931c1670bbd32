"""The OR-Tools routing model of a problem: the library's objects, and what its nodes stand for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.constraint_solver import pywrapcp

from routing.solving.problem import Problem, Reload, Sequences, Step, Stop
from routing.solving.with_ortools.nodes import Nodes
from routing.solving.with_ortools.prices import Prices, prices


@dataclass(frozen=True, eq=False)
class Model:
    """`manager` turns nodes into the library's indices, `routing` has the variables."""

    problem: Problem
    nodes: Nodes
    prices: Prices
    manager: Any
    routing: Any
    transits: dict[tuple[str, int, int, int], int] = field(default_factory=dict)

    def index(self, node: int) -> int:
        """The library's index of a stop or a reload."""
        found: int = self.manager.NodeToIndex(node)
        return found

    def transit(self, profile: str, *, per_s: int = 0, per_m: int = 0, per_toll: int = 0) -> int:
        """The evaluator of so much a second, a metre and a toll between two nodes; none is built twice.

        A Python callback would be asked millions of times.
        """
        key = (profile, per_s, per_m, per_toll if any(self.nodes.tolls) else 0)
        if key not in self.transits:
            weighed = self.nodes.weighed(profile, per_s=per_s, per_m=per_m, per_toll=per_toll)
            self.transits[key] = self.routing.RegisterTransitMatrix(weighed.tolist())
        return self.transits[key]

    def dimension(self, name: str) -> Any:
        """The dimension of this name."""
        return self.routing.GetDimensionOrDie(name)

    def routes(self, sequences: Sequences) -> list[list[int]]:
        """The sequences as the library reads them: indices, one list a vehicle."""
        return [
            [self.index(node) for node in self.nodes.path(number, sequence)]
            for number, sequence in enumerate(sequences)
        ]

    def sequences(self) -> Sequences:
        """The routes of the solution that the search stands on, read from the variables."""
        return [_without_idle_reloads(self._sequence(number)) for number in range(len(self.problem.vehicles))]

    def _sequence(self, vehicle: int) -> list[Step]:
        found: list[Step] = []
        index = self.routing.NextVar(self.routing.Start(vehicle)).Value()
        while not self.routing.IsEnd(index):
            found.append(self.nodes.step(self.manager.IndexToNode(index)))
            index = self.routing.NextVar(index).Value()
        return found


def empty_model(problem: Problem, stops: Sequence[Stop], *, plan: Sequences | None) -> Model:
    """The model without a rule; `plan` as in `Nodes`."""
    nodes = Nodes(problem, stops, plan=plan)
    manager = pywrapcp.RoutingIndexManager(
        nodes.count,
        len(problem.vehicles),
        [nodes.terminal(vehicle.start_place) for vehicle in problem.vehicles],
        [nodes.terminal(vehicle.end_place) for vehicle in problem.vehicles],
    )
    return Model(problem, nodes, prices(nodes), manager, pywrapcp.RoutingModel(manager))


def _without_idle_reloads(sequence: list[Step]) -> list[Step]:
    """A reload with no stop before or after it, or next to another, is only a way of the search."""
    kept: list[Step] = []
    for step in sequence:
        if isinstance(step, Reload) and (not kept or isinstance(kept[-1], Reload)):
            continue
        kept.append(step)
    return kept[:-1] if kept and isinstance(kept[-1], Reload) else kept
