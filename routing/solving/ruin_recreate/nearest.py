"""Which stops lie near which: on the ground for the ruin, in cost and time for the recreate."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE

NEAR = 60
"""Neighbours beside which an insertion is tried."""

CLOSE_BY = 300
"""Stops among which a ruin looks for routes."""

_ROWS = 256
"""Rows at a time: no intermediate matrix is larger than this by the number of stops."""

_WAITING = 0.2
_TOO_LATE = 1.0
"""What a second of certain waiting, or of being too late, counts beside a second of driving (Vidal et al. 2013)."""


class Arcs(NamedTuple):
    """What is needed to compare ways between stops."""

    duration_s: NDArray[np.int32]  # [place, place]
    distance_m: NDArray[np.int32]
    cost_per_s: float
    cost_per_m: float
    places: NDArray[np.int64]  # by stop
    service_s: NDArray[np.int64]
    open_s: NDArray[np.int64]
    close_s: NDArray[np.int64]


class Nearest(NamedTuple):
    """`[stop, rank]` each, and the mean cost of the ten shortest ways from a stop."""

    near: NDArray[np.int32]
    close_by: NDArray[np.int32]
    short_arc: float


def nearest(arcs: Arcs) -> Nearest:
    """Rank the stops around each stop."""
    count = arcs.places.size
    near = np.zeros((count, max(0, min(NEAR, count - 1))), np.int32)
    close_by = np.zeros((count, max(0, min(CLOSE_BY, count - 1))), np.int32)
    short = 0.0
    for first in range(0, count, _ROWS):
        rows = np.arange(first, min(first + _ROWS, count))
        there, back = _costs(arcs, rows, True), _costs(arcs, rows, False)
        short += _sum_of_short(there, rows)
        close_by[rows] = _first(np.minimum(there, back), rows, close_by.shape[1])
        np.minimum(there + _loss(arcs, rows, True), back + _loss(arcs, rows, False), out=there)
        near[rows] = _first(there, rows, near.shape[1])
    return Nearest(near, close_by, max(1.0, short / max(1, count)))


def _costs(arcs: Arcs, rows: NDArray[np.int64], there: bool) -> NDArray[np.float32]:
    found = np.zeros((rows.size, arcs.places.size), np.float32)
    for rate, matrix in ((arcs.cost_per_s, arcs.duration_s), (arcs.cost_per_m, arcs.distance_m)):
        if rate:
            found += np.float32(rate) * _ways(matrix, arcs, rows, there)
    return found


def _ways(matrix: NDArray[np.int32], arcs: Arcs, rows: NDArray[np.int64], there: bool) -> NDArray[np.int32]:
    some, all = arcs.places[rows], arcs.places
    return matrix[np.ix_(some, all)] if there else matrix[np.ix_(all, some)].T


def _loss(arcs: Arcs, rows: NDArray[np.int64], there: bool) -> NDArray[np.float32]:
    """Waiting and lateness that no schedule can avoid on the way, in units of cost."""
    travel = _ways(arcs.duration_s, arcs, rows, there).astype(np.float32)
    some, all = rows[:, None], np.arange(arcs.places.size)[None, :]
    first, then = (some, all) if there else (all, some)
    leave_s = arcs.service_s[first] + travel
    waiting = np.maximum(0, arcs.open_s[then] - leave_s - arcs.close_s[first])
    late = np.maximum(0, arcs.open_s[first] + leave_s - arcs.close_s[then])
    a_second = arcs.cost_per_s + arcs.cost_per_m * _metres_a_second(arcs)
    return np.asarray(a_second * (_WAITING * waiting + _TOO_LATE * late), np.float32)


def _metres_a_second(arcs: Arcs) -> float:
    sample = arcs.places[:: max(1, arcs.places.size // 100)]
    seconds = arcs.duration_s[np.ix_(sample, sample)].astype(np.float64)
    metres = arcs.distance_m[np.ix_(sample, sample)].astype(np.float64)
    known = seconds < UNREACHABLE
    return float(metres[known].sum() / max(1.0, seconds[known].sum()))


def _sum_of_short(there: NDArray[np.float32], rows: NDArray[np.int64]) -> float:
    costs = there.copy()
    costs[np.arange(rows.size), rows] = np.inf
    short = min(10, costs.shape[1] - 1)
    if short < 1:
        return 0.0
    return float(np.partition(costs, short - 1, axis=1)[:, :short].mean(axis=1).sum())


def _first(costs: NDArray[np.float32], rows: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """The `count` cheapest of each row in their order, itself not among them."""
    costs[np.arange(rows.size), rows] = np.inf
    if count == 0:
        return np.zeros((rows.size, 0), np.int32)
    some = np.argpartition(costs, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(costs, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1).astype(np.int32)
