"""The most parcels that the doors can take, by CP-SAT: what the allocation is measured against. Not for requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from pickup_points.room.packing import Measures, Space, go_together


class NotSolved(Exception):
    """The optimum was not proved within the time."""


def most_parcels(groups: Sequence[Sequence[Measures]], doors: Sequence[Space], *, limit_s: float = 20.0) -> int:
    """Return how many parcels the best of all allocations places, proved. NotSolved after `limit_s` of one thread.

    A variable a subset of a group and a shape of door that takes it; each parcel is in one chosen subset at most, and
    no shape is chosen oftener than there are doors of it. Groups of more than some ten parcels are too many subsets.
    """
    model = cp_model.CpModel()
    of_shape: dict[Space, list[cp_model.IntVar]] = {shape: [] for shape in doors}
    gains: list[cp_model.LinearExprT] = []
    for group in groups:
        of_parcel: list[list[cp_model.IntVar]] = [[] for _ in group]
        for subset in _subsets(len(group)):
            for shape, chosen in of_shape.items():
                if go_together([group[index] for index in subset], shape):
                    taken = model.new_bool_var("")
                    chosen.append(taken)
                    gains.append(len(subset) * taken)
                    for index in subset:
                        of_parcel[index].append(taken)
        for variables in of_parcel:
            model.add_at_most_one(variables)
    for shape, count in Counter(doors).items():
        model.add(sum(of_shape[shape]) <= count)
    model.maximize(sum(gains))
    return _solved(model, limit_s)


def _subsets(size: int) -> Iterator[tuple[int, ...]]:
    for count in range(1, size + 1):
        yield from combinations(range(size), count)


def _solved(model: cp_model.CpModel, limit_s: float) -> int:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise NotSolved()
    return round(solver.objective_value)
