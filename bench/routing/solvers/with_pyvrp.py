"""PyVRP as its documentation has it: defaults, one process, one seed."""

import time
from typing import Any

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

from bench.routing.instance import Instance, Whole, whole
from bench.routing.solvers.answer import Answer, Routes


def solve(instance: Instance, *, seconds: float, seed: int) -> Answer:
    """The best feasible solution after so many seconds of its search."""
    data = _data(instance)
    began_s = time.perf_counter()
    found = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False)
    used_s = time.perf_counter() - began_s
    routes = _routes(instance, found.best) if found.is_feasible() else []
    return Answer(routes=routes, used_s=used_s, note=f"{found.num_iterations} iterations")


def _data(instance: Instance) -> pyvrp.ProblemData:
    numbers = whole(instance)
    matrix: Any = numbers.travel.astype(np.int64)
    day = numbers.windows[0]
    vehicles = pyvrp.VehicleType(
        num_available=instance.vehicles,
        capacity=[instance.capacity],
        fixed_cost=numbers.fixed_cost,
        tw_early=day[0],
        tw_late=day[1],
    )
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in instance.demands],
        clients=[] if instance.pairs else [_client(instance, numbers, node) for node in _nodes(instance)],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[vehicles],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
        shipments=[_shipment(instance, numbers, *pair) for pair in instance.pairs.items()],
    )


def _nodes(instance: Instance) -> range:
    return range(1, instance.stops + 1)


def _client(instance: Instance, numbers: Whole, node: int) -> pyvrp.Client:
    early, late = numbers.windows[node]
    return pyvrp.Client(
        node,
        delivery=[instance.demands[node]],
        service_duration=numbers.service[node],
        tw_early=early,
        tw_late=late,
    )


def _shipment(instance: Instance, numbers: Whole, pickup: int, delivery: int) -> pyvrp.Shipment:
    return pyvrp.Shipment(
        pickup,
        delivery,
        pickup_tw_early=numbers.windows[pickup][0],
        pickup_tw_late=numbers.windows[pickup][1],
        pickup_service_duration=numbers.service[pickup],
        delivery_tw_early=numbers.windows[delivery][0],
        delivery_tw_late=numbers.windows[delivery][1],
        delivery_service_duration=numbers.service[delivery],
        amount=[instance.demands[pickup]],
    )


def _routes(instance: Instance, solution: pyvrp.Solution) -> Routes:
    pairs = list(instance.pairs.items())
    return [[_node(pairs, one) for one in route if not one.is_depot()] for route in solution.routes()]


def _node(pairs: list[tuple[int, int]], activity: pyvrp.Activity) -> int:
    if activity.is_client():
        return int(activity.idx) + 1
    return pairs[activity.idx][0 if activity.is_pickup() else 1]
