"""OR-Tools as its documentation has it: a plain model, parallel cheapest insertion, guided local search, one thread."""

import random
import time
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from bench.routing.instance import Instance, Whole, whole
from bench.routing.solvers.answer import Answer, Routes


def solve(instance: Instance, *, seconds: float, seed: int) -> Answer:
    """The best solution after so many seconds. The library has no seed: the order of the nodes stands for one."""
    nodes = [0, *random.Random(seed).sample(range(1, instance.stops + 1), instance.stops)]
    manager = pywrapcp.RoutingIndexManager(len(nodes), instance.vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)
    _state(routing, manager, instance, whole(instance), nodes)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(1000 * seconds))
    began_s = time.perf_counter()
    found = routing.SolveWithParameters(parameters)
    used_s = time.perf_counter() - began_s
    routes = [] if found is None else _routes(routing, manager, found, nodes)
    return Answer(routes=routes, used_s=used_s)


def _state(routing: Any, manager: Any, instance: Instance, numbers: Whole, nodes: list[int]) -> None:
    travel = numbers.travel[nodes][:, nodes].astype(int)
    service = [numbers.service[node] for node in nodes]
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(travel.tolist()))
    routing.SetFixedCostOfAllVehicles(numbers.fixed_cost)
    with_service = (travel + [[length] for length in service]).tolist()
    day = numbers.windows[0][1]
    routing.AddDimension(routing.RegisterTransitMatrix(with_service), day, day, False, "time")
    loads = routing.RegisterUnaryTransitVector([instance.demands[node] for node in nodes])
    routing.AddDimension(loads, 0, instance.capacity, True, "load")
    times = routing.GetDimensionOrDie("time")
    for number, node in enumerate(nodes[1:], 1):
        times.CumulVar(manager.NodeToIndex(number)).SetRange(*numbers.windows[node])
    for vehicle in range(instance.vehicles):
        for index in (routing.Start(vehicle), routing.End(vehicle)):
            times.CumulVar(index).SetRange(*numbers.windows[0])
    _state_pairs(routing, manager, instance, nodes)


def _state_pairs(routing: Any, manager: Any, instance: Instance, nodes: list[int]) -> None:
    index_of = {node: manager.NodeToIndex(number) for number, node in enumerate(nodes) if number}
    times, solver = routing.GetDimensionOrDie("time"), routing.solver()
    for pickup, delivery in instance.pairs.items():
        first, second = index_of[pickup], index_of[delivery]
        routing.AddPickupAndDelivery(first, second)
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(second))
        solver.Add(times.CumulVar(first) <= times.CumulVar(second))


def _routes(routing: Any, manager: Any, found: Any, nodes: list[int]) -> Routes:
    routes: Routes = []
    for vehicle in range(routing.vehicles()):
        route: list[int] = []
        index = found.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            route.append(nodes[manager.IndexToNode(index)])
            index = found.Value(routing.NextVar(index))
        routes.append(route)
    return routes
