"""Which stops lie near which: on the ground for the ruin, in cost and time for the recreate."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE
from routing.solving.ruin_recreate.compiled import compiled, inlined
from routing.solving.ruin_recreate.memory import INT32, number
from routing.solving.ruin_recreate.smallest import Heap, heap_of, offer, put_in_order

NEAR = 60
"""Neighbours beside which an insertion is tried."""

CLOSE_BY = 300
"""Stops among which a ruin looks for routes."""

_SHORT = 10
"""So many of the shortest ways from a stop give the scale of the temperatures."""

_ROWS = 1000
"""Stops at a time, in two threads: fewer are done before a thread has started."""

_WAITING = 0.2
_TOO_LATE = 1.0
"""What a second of certain waiting, or of being too late, counts beside a second of driving (Vidal et al. 2013)."""


class Arcs(NamedTuple):
    """What is needed to compare ways between stops."""

    duration_s: NDArray[np.int32]  # [place, place]
    distance_m: NDArray[np.int32]
    duration_to_s: NDArray[np.int32]  # the same turned round, for rows are read several times faster than columns
    distance_to_m: NDArray[np.int32]
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


class _Stops(NamedTuple):
    """The stops as compiled code reads them; matrices by address, each `[place, place]` of this size."""

    matrices: NDArray[np.int64]
    size: int
    rates: NDArray[np.float64]  # a second, a metre, a second of waiting, a second too late
    places: NDArray[np.int64]
    service_s: NDArray[np.int64]
    open_s: NDArray[np.int64]
    close_s: NDArray[np.int64]


class _Rows(NamedTuple):
    """What is found, by stop, and the scratch of one thread."""

    near: NDArray[np.int32]
    close_by: NDArray[np.int32]
    short: NDArray[np.float64]
    nearest: Heap
    closest: Heap
    shortest: Heap


def nearest(arcs: Arcs) -> Nearest:
    """Rank the stops around each stop."""
    count = arcs.places.size
    near = np.zeros((count, max(0, min(NEAR, count - 1))), np.int32)
    close_by = np.zeros((count, max(0, min(CLOSE_BY, count - 1))), np.int32)
    short, stops = np.zeros(count), _stops(arcs)

    def fill(first: int) -> None:
        sizes = near.shape[1], close_by.shape[1], max(0, min(_SHORT, count - 1))
        _fill(_Rows(near, close_by, short, *map(heap_of, sizes)), stops, first, min(first + _ROWS, count))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(fill, range(0, count, _ROWS)))
    return Nearest(near, close_by, max(1.0, float(short.sum()) / max(1, count)))


def _stops(arcs: Arcs) -> _Stops:
    a_second = float(arcs.cost_per_s + arcs.cost_per_m * _metres_a_second(arcs))
    return _Stops(
        np.array([matrix.ctypes.data for matrix in arcs[:4]], np.int64),
        arcs.duration_s.shape[0],
        np.array([arcs.cost_per_s, arcs.cost_per_m, _WAITING * a_second, _TOO_LATE * a_second]),
        *(arcs.places, arcs.service_s, arcs.open_s, arcs.close_s),
    )


@compiled
def _fill(rows: _Rows, stops: _Stops, first: int, last: int) -> None:
    """The rows of the stops from `first` to before `last`."""
    for stop in range(first, last):
        nears = closes = shorts = 0
        for other in range(stops.places.size):
            if other == stop:
                continue
            at = stops.places[stop] * stops.size + stops.places[other]
            there_s, back_s = number(stops.matrices[0], at, INT32), number(stops.matrices[2], at, INT32)
            there = stops.rates[0] * there_s + stops.rates[1] * number(stops.matrices[1], at, INT32)
            back = stops.rates[0] * back_s + stops.rates[1] * number(stops.matrices[3], at, INT32)
            shorts = offer(rows.shortest, shorts, there, other)
            closes = offer(rows.closest, closes, min(there, back), other)
            there += _loss(stops, stop, other, stops.service_s[stop] + there_s)
            back += _loss(stops, other, stop, stops.service_s[other] + back_s)
            nears = offer(rows.nearest, nears, min(there, back), other)
        _write(rows, stop, nears, closes, shorts)


@inlined
def _loss(stops: _Stops, before: int, after: int, between_s: int) -> float:
    """Waiting and lateness that no schedule can avoid, in units of cost, with so long from begin to arrival."""
    waiting = max(0, stops.open_s[after] - between_s - stops.close_s[before])
    late = max(0, stops.open_s[before] + between_s - stops.close_s[after])
    return float(stops.rates[2] * waiting + stops.rates[3] * late)


@inlined
def _write(rows: _Rows, stop: int, nears: int, closes: int, shorts: int) -> None:
    put_in_order(rows.nearest, nears)
    put_in_order(rows.closest, closes)
    for rank in range(nears):
        rows.near[stop, rank] = rows.nearest.ids[rank]
    for rank in range(closes):
        rows.close_by[stop, rank] = rows.closest.ids[rank]
    for rank in range(shorts):
        rows.short[stop] += rows.shortest.keys[rank] / shorts


def _metres_a_second(arcs: Arcs) -> float:
    sample = arcs.places[:: max(1, arcs.places.size // 100)]
    seconds = arcs.duration_s[np.ix_(sample, sample)].astype(np.float64)
    metres = arcs.distance_m[np.ix_(sample, sample)].astype(np.float64)
    known = seconds < UNREACHABLE
    return float(metres[known].sum() / max(1.0, seconds[known].sum()))
