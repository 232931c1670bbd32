"""Where everything lies: stops in an order in which neighbours have near numbers, and matrices in this order.

A search reads matrices and nodes at some hundred random places for each stop that it inserts. With neighbours side by
side these are few lines of the processor's cache instead of many.
"""

from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Stop
from routing.solving.ruin_recreate.matrices import Matrices, matrices_of
from routing.solving.ruin_recreate.nearest import Arcs, Nearest, nearest
from routing.solving.ruin_recreate.spots import horizon_of, opening, origin_of


class Ground(NamedTuple):
    """The stops in their order, who is near whom, and the matrices over `places`."""

    stops: tuple[Stop, ...]
    arcs: Arcs
    nearest: Nearest
    places: dict[int, int]
    """To each place of the problem that is used, its number in the matrices."""
    matrices: Matrices


_known: WeakKeyDictionary[Problem, tuple[tuple[Stop, ...], Ground]] = WeakKeyDictionary()
_one_at_a_time = Lock()


def ground_of(problem: Problem, stops: Sequence[Stop]) -> Ground:
    """The same for several searches in a row over the same stops: at 10 000 places a matrix is 400 MB."""
    given = tuple(stops)
    with _one_at_a_time:
        known = _known.get(problem)
        if known is None or len(known[0]) != len(given) or any(map(_other, known[0], given)):
            known = _known[problem] = given, _survey(problem, given)
        return known[1]


def _other(one: Stop, another: Stop) -> bool:
    return one is not another


def _survey(problem: Problem, given: tuple[Stop, ...]) -> Ground:
    around = nearest(_arcs(problem, given))
    order = _chain(around.close_by)
    stops = tuple(given[at] for at in order)
    new = np.zeros(order.size, np.int32)
    new[order] = np.arange(order.size)
    places = _places(problem, stops)
    return Ground(
        stops=stops,
        arcs=_arcs(problem, stops),
        nearest=around._replace(near=new[around.near[order]], close_by=new[around.close_by[order]]),
        places=places,
        matrices=matrices_of(problem, np.array(list(places), np.intp)),
    )


def _arcs(problem: Problem, stops: Sequence[Stop]) -> Arcs:
    """What ways between stops cost most of the vehicles."""
    rates = Counter((one.profile, one.cost_per_s, one.cost_per_m) for one in problem.vehicles).most_common(1)
    name, cost_per_s, cost_per_m = rates[0][0] if rates else (next(iter(problem.profiles)), 1, 0)
    origin_s, horizon_s = origin_of(problem), horizon_of(problem)
    open_close = [opening(stop, origin_s, horizon_s) for stop in stops]
    return Arcs(
        duration_s=problem.profiles[name].duration_s,
        distance_m=problem.profiles[name].distance_m,
        cost_per_s=cost_per_s if cost_per_s or cost_per_m else 1,
        cost_per_m=cost_per_m,
        places=np.array([stop.place for stop in stops], np.int64),
        service_s=np.array([stop.service_s for stop in stops], np.int64),
        open_s=np.array([opens for opens, _ in open_close], np.int64),
        close_s=np.array([closes for _, closes in open_close], np.int64),
    )


def _chain(close_by: NDArray[np.int32]) -> NDArray[np.int64]:
    """The stops from neighbour to nearest neighbour; where all of these are done, on from the first that is not."""
    count = close_by.shape[0]
    done, order = np.zeros(count, np.bool_), np.zeros(count, np.int64)
    here = first = 0
    for at in range(count):
        order[at], done[here] = here, True
        around = close_by[here]
        free = around[~done[around]]
        if free.size:
            here = int(free[0])
            continue
        while first < count and done[first]:
            first += 1
        here = first
    return order


def _places(problem: Problem, stops: Sequence[Stop]) -> dict[int, int]:
    used = [stop.place for stop in stops]
    for vehicle in problem.vehicles:
        used.append(vehicle.start_place)
        used += [] if vehicle.end_place is None else [vehicle.end_place]
        used += [] if vehicle.reload is None else [vehicle.reload.place]
    return {place: number for number, place in enumerate(dict.fromkeys(used))}
