"""Cuts a plan into parts of neighbouring routes, to be searched side by side, and cuts elsewhere the next time.

Two ways in turn: by the angle at which the routes lie round their middle, and by a line drawn across them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.inserting.units import Unit, units_of
from routing.solving.problem import Problem, Profile, Sequences, Stop
from routing.solving.searching.map import points
from routing.solving.steps import stops_of


@dataclass(frozen=True, slots=True)
class Share:
    """The vehicles of a part, as numbers in the problem, and its stops."""

    vehicles: list[int]
    stops: list[Stop]


class Decomposition:
    """Where everything lies, worked out once."""

    def __init__(self, problem: Problem, stops: Sequence[Stop]) -> None:
        self._problem = problem
        wanted = {stop.id for stop in stops}
        self._units = [unit for unit in units_of(problem) if unit.stops[0].id in wanted]
        starts = [vehicle.start_place for vehicle in problem.vehicles]
        known = np.unique(np.array([stop.place for stop in stops] + starts, dtype=np.intp))
        self._point = dict(zip(known.tolist(), points(_profile(problem), known), strict=True))

    def shares(self, sequences: Sequences, *, parts: int, chance: random.Random, by_angle: bool) -> list[Share]:
        """At most so many parts with about as many stops each; every vehicle and every stop is in one."""
        used = [number for number, steps in enumerate(sequences) if steps]
        middles = np.array([self._middle(stops_of(sequences[number])) for number in used])
        bearing = _Bearing(middles, chance, by_angle=by_angle)
        order = sorted(range(len(used)), key=lambda at: bearing.of(middles[at]))
        sizes = [len(sequences[used[at]]) for at in order]
        cuts = _cuts(sizes, parts)
        shares = [Share([used[at] for at in order[begin:end]], []) for begin, end in pairwise(cuts)]
        bounds = [bearing.of(middles[order[begin]]) for begin in cuts[1:-1]]
        self._share_out_vehicles(shares, [number for number, steps in enumerate(sequences) if not steps])
        self._share_out_stops(shares, sequences, bearing, bounds)
        return shares

    def _middle(self, stops: Sequence[Stop]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.mean([self._point[stop.place] for stop in stops], axis=0)
        return found

    def _share_out_vehicles(self, shares: list[Share], unused: Sequence[int]) -> None:
        """In turn, for vehicles that stand side by side in the problem are mostly of one kind."""
        for at, number in enumerate(unused):
            shares[at % len(shares)].vehicles.append(number)

    def _share_out_stops(
        self, shares: list[Share], sequences: Sequences, bearing: "_Bearing", bounds: Sequence[float]
    ) -> None:
        """Each unit, with all its ways, goes where it is served, or else where it lies."""
        of_vehicle = {number: share for share in shares for number in share.vehicles}
        served = {stop.id: of_vehicle[number] for number, steps in enumerate(sequences) for stop in stops_of(steps)}
        for unit in self._units:
            where = next((served[stop.id] for stop in unit.stops if stop.id in served), None)
            if where is None:
                where = shares[sum(bearing.of(self._at(unit)) >= bound for bound in bounds)]
            where.stops.extend(unit.stops)

    def _at(self, unit: Unit) -> NDArray[np.float64]:
        return self._middle(unit.ways[0])


class _Bearing:
    """One number for each point; routes with numbers close together lie side by side."""

    def __init__(self, middles: NDArray[np.float64], chance: random.Random, *, by_angle: bool) -> None:
        self._centre = middles.mean(axis=0)
        self._turn = chance.uniform(0, 2 * np.pi)
        self._by_angle = by_angle

    def of(self, point: NDArray[np.float64]) -> float:
        x, y = point - self._centre
        if self._by_angle:
            return float((np.arctan2(y, x) + self._turn) % (2 * np.pi))
        return float(x * np.cos(self._turn) + y * np.sin(self._turn))


def _profile(problem: Problem) -> Profile:
    return problem.profiles[problem.vehicles[0].profile]


def _cuts(sizes: Sequence[int], parts: int) -> list[int]:
    """Where runs of routes begin that have about as many stops each, none of them empty; and the end."""
    total, done = sum(sizes), [0, *accumulate(sizes)]
    cuts = {min(range(len(done)), key=lambda at: abs(done[at] - total * part / parts)) for part in range(parts + 1)}
    return sorted(cuts)
