"""The bench's own judge: plain arithmetic over the instance's own numbers, sharing no code with any solver."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bench.routing.instance import Instance

_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the routes cost in the instance's own units, and every rule that they break."""

    vehicles: int
    distance: float
    faults: tuple[str, ...]


def judge(instance: Instance, routes: Sequence[Sequence[int]]) -> Verdict:
    """Judge routes of node numbers, the depot left out at both ends; an empty route is no vehicle."""
    driven = [route for route in routes if route]
    faults = [*_each_once(instance, driven)]
    if len(driven) > instance.vehicles:
        faults.append(f"{len(driven)} routes, but there are {instance.vehicles} vehicles")
    for number, route in enumerate(driven):
        for fault in (*_load(instance, route), *_times(instance, route)):
            faults.append(f"route {number}: {fault}")
    distance = sum(_length(instance, route) for route in driven)
    return Verdict(vehicles=len(driven), distance=round(distance, 4), faults=tuple(faults))


def _each_once(instance: Instance, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    seen = Counter(node for route in routes for node in route)
    for node in range(1, instance.stops + 1):
        if seen[node] != 1:
            yield f"node {node} is visited {seen[node]} times"
    for node in sorted(set(seen) - set(range(1, instance.stops + 1))):
        yield f"there is no node {node} to visit"


def _load(instance: Instance, route: Sequence[int]) -> Iterator[str]:
    if not instance.pairs:
        load = sum(instance.demands[node] for node in route)
        if load > instance.capacity:
            yield f"{load} on board, {instance.capacity} fit"
        return
    load, places = 0, {node: place for place, node in enumerate(route)}
    for node in route:
        load += instance.demands[node]
        if load > instance.capacity:
            yield f"{load} on board after node {node}, {instance.capacity} fit"
    for pickup, delivery in instance.pairs.items():
        if (pickup in places) != (delivery in places):
            yield f"only one of {pickup} and {delivery}"
        elif pickup in places and places[pickup] > places[delivery]:
            yield f"{delivery} before its pickup {pickup}"


def _times(instance: Instance, route: Sequence[int]) -> Iterator[str]:
    """Leave as early as the day allows; where that is late, everything is."""
    before, now = 0, instance.windows[0][0]
    for node in route:
        start, end = instance.windows[node]
        now = max(now + instance.travel[before, node], start)
        if now > end + _HAIR:
            yield f"at {node} by {now:.3f}, its window ends {end:.3f}"
        now += instance.service[node]
        before = node
    back = now + instance.travel[before, 0]
    if back > instance.windows[0][1] + _HAIR:
        yield f"back by {back:.3f}, the day ends {instance.windows[0][1]:.3f}"


def _length(instance: Instance, route: Sequence[int]) -> float:
    stations = [0, *route, 0]
    return float(sum(instance.travel[here, there] for here, there in pairwise(stations)))
