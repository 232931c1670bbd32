"""The problem as an OR-Tools routing model: every rule that the problem can state.

Every stop may be left out at a price, above all that routes can cost where it must be served, so the model always has
an answer. Traps of the library that this file steers around: `SetAllowedVehiclesForIndex` takes no Python sequence; a
model whose stops must all be served gives `None` without a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from routing.solving.problem import UNREACHABLE, Problem, Sequences, Step, Stop, Vehicle

NOWHERE = -1
"""The place where a route with an open end ends: reached from everywhere in no time."""


@dataclass(frozen=True, eq=False)
class Model:
    """The library's objects, and the stops behind its first `len(stops)` nodes."""

    problem: Problem
    stops: Sequence[Stop]
    manager: Any
    routing: Any

    def sequences(self) -> Sequences:
        """The routes of the solution that the search stands on, read from the variables."""
        return [self._sequence(number) for number in range(len(self.problem.vehicles))]

    def _sequence(self, vehicle: int) -> list[Step]:
        found: list[Step] = []
        index = self.routing.NextVar(self.routing.Start(vehicle)).Value()
        while not self.routing.IsEnd(index):
            found.append(self.stops[self.manager.IndexToNode(index)])
            index = self.routing.NextVar(index).Value()
        return found


def build(problem: Problem, stops: Sequence[Stop]) -> Model:
    """The model of serving these of the problem's stops, in this order of nodes (the order steers the search)."""
    ends = [NOWHERE if vehicle.end_place is None else vehicle.end_place for vehicle in problem.vehicles]
    starts = [vehicle.start_place for vehicle in problem.vehicles]
    terminals = sorted({*starts, *ends})
    node = {place: len(stops) + number for number, place in enumerate(terminals)}
    manager = pywrapcp.RoutingIndexManager(
        len(stops) + len(terminals),
        len(problem.vehicles),
        [node[place] for place in starts],
        [node[place] for place in ends],
    )
    model = Model(problem, stops, manager, pywrapcp.RoutingModel(manager))
    nodes = _Nodes(problem, stops, terminals)
    _add_costs(model, nodes)
    _add_time(model, nodes)
    _add_loads(model, nodes)
    _add_distance(model, nodes)
    _add_stop_limits(model, nodes)
    _add_permissions(model)
    _add_prices_of_leaving_out(model, nodes)
    return model


class _Nodes:
    """The matrices over nodes: the stops first, then the distinct starts and ends."""

    def __init__(self, problem: Problem, stops: Sequence[Stop], terminals: Sequence[int]) -> None:
        self.problem = problem
        self.places = np.array([*(stop.place for stop in stops), *terminals])
        self.service_s = np.array([*(stop.service_s for stop in stops), *(0 for _ in terminals)], dtype=np.int64)
        self.count = len(self.places)
        self.horizon_s = max(vehicle.shift_end_s for vehicle in problem.vehicles)

    def duration_s(self, profile: str) -> NDArray[np.int64]:
        """Service at the first node and the drive to the second; beyond the horizon where there is no way."""
        matrix = self._between(self.problem.profiles[profile].duration_s)
        total = np.minimum(matrix, self.horizon_s + 1) + self.service_s[:, None]
        return np.where(matrix == UNREACHABLE, 2 * self.horizon_s + 2, total)

    def distance_m(self, profile: str) -> NDArray[np.int64]:
        """Metres; none where there is no way, which the time forbids already."""
        matrix = self._between(self.problem.profiles[profile].distance_m)
        return np.where(matrix == UNREACHABLE, 0, matrix)

    def cost(self, vehicle: Vehicle) -> NDArray[np.int64]:
        """Service and drive at the vehicle's rates."""
        return vehicle.cost_per_s * self.duration_s(vehicle.profile) + vehicle.cost_per_m * self.distance_m(
            vehicle.profile
        )

    def _between(self, matrix: NDArray[np.int32]) -> NDArray[np.int64]:
        between = matrix[np.ix_(self.places, self.places)].astype(np.int64)
        between[:, self.places == NOWHERE] = 0
        between[self.places == NOWHERE, :] = 0
        return between


def _add_costs(model: Model, nodes: _Nodes) -> None:
    """Driving and service on the arcs, where local search sees them; waiting and breaks as slack, in `_add_time`."""

    registered: dict[tuple[str, int, int], int] = {}
    for number, vehicle in enumerate(model.problem.vehicles):
        kind = (vehicle.profile, vehicle.cost_per_s, vehicle.cost_per_m)
        if kind not in registered:
            registered[kind] = model.routing.RegisterTransitMatrix(nodes.cost(vehicle).tolist())
        model.routing.SetArcCostEvaluatorOfVehicle(registered[kind], number)
        model.routing.SetFixedCostOfVehicle(vehicle.fixed_cost, number)


def _add_time(model: Model, nodes: _Nodes) -> None:
    routing, vehicles = model.routing, model.problem.vehicles
    by_profile = {
        profile: routing.RegisterTransitMatrix(nodes.duration_s(profile).tolist())
        for profile in sorted({vehicle.profile for vehicle in vehicles})
    }
    transits = [by_profile[vehicle.profile] for vehicle in vehicles]
    routing.AddDimensionWithVehicleTransits(transits, nodes.horizon_s, nodes.horizon_s, False, "time")
    time = routing.GetDimensionOrDie("time")
    for number, vehicle in enumerate(vehicles):
        for index in (routing.Start(number), routing.End(number)):
            time.CumulVar(index).SetRange(vehicle.shift_start_s, vehicle.shift_end_s)
        routing.AddVariableMaximizedByFinalizer(time.CumulVar(routing.Start(number)))
        routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(number)))
        if vehicle.max_duration_s is not None:
            time.SetSpanUpperBoundForVehicle(vehicle.max_duration_s, number)
        if vehicle.cost_per_s:
            time.SetSlackCostCoefficientForVehicle(vehicle.cost_per_s, number)
    for number, stop in enumerate(model.stops):
        _add_windows(model, number, stop, horizon_s=nodes.horizon_s, time=time)
    _add_breaks(model, nodes, time)


def _add_windows(model: Model, node: int, stop: Stop, *, horizon_s: int, time: Any) -> None:
    index = model.manager.NodeToIndex(node)
    windows = [window for window in stop.windows if window[0] <= horizon_s]
    if stop.windows and not windows:
        model.routing.ActiveVar(index).SetMax(0)  # a range beyond the horizon would make the whole model fail
    if not windows:
        return
    cumul = time.CumulVar(index)
    cumul.SetRange(windows[0][0], min(windows[-1][1] - 1, horizon_s))
    for (_, end_s), (start_s, _) in pairwise(windows):
        if start_s > end_s:
            cumul.RemoveInterval(end_s, start_s - 1)


def _add_breaks(model: Model, nodes: _Nodes, time: Any) -> None:
    routing, solver = model.routing, model.routing.solver()
    visit_s = [int(nodes.service_s[model.manager.IndexToNode(index)]) for index in range(routing.Size())]
    for number, vehicle in enumerate(model.problem.vehicles):
        pauses = [
            solver.FixedDurationIntervalVar(
                pause.earliest_start_s, pause.latest_start_s, pause.duration_s, False, f"break {number}.{count}"
            )
            for count, pause in enumerate(vehicle.breaks)
        ]
        for first, second in pairwise(pauses):
            solver.Add(second.StartExpr() >= first.EndExpr())
        if pauses:
            time.SetBreakIntervalsOfVehicle(pauses, number, visit_s)


def _add_loads(model: Model, nodes: _Nodes) -> None:
    for kind, name in enumerate(model.problem.capacity_names):
        demands = [stop.demands[kind] for stop in model.stops]
        _add_count(
            model,
            demands + [0] * (nodes.count - len(demands)),
            [vehicle.capacities[kind] for vehicle in model.problem.vehicles],
            name=f"load {name}",
        )


def _add_stop_limits(model: Model, nodes: _Nodes) -> None:
    if all(vehicle.max_stops is None for vehicle in model.problem.vehicles):
        return
    stops = len(model.stops)
    limits = [stops if vehicle.max_stops is None else vehicle.max_stops for vehicle in model.problem.vehicles]
    _add_count(model, [1] * stops + [0] * (nodes.count - stops), limits, name="stops")


def _add_count(model: Model, per_node: list[int], limits: list[int], *, name: str) -> None:
    transit = model.routing.RegisterUnaryTransitVector(per_node)
    model.routing.AddDimensionWithVehicleCapacity(transit, 0, limits, True, name)


def _add_distance(model: Model, nodes: _Nodes) -> None:
    vehicles = model.problem.vehicles
    if all(vehicle.max_distance_m is None for vehicle in vehicles):
        return
    by_profile = {
        profile: model.routing.RegisterTransitMatrix(nodes.distance_m(profile).tolist())
        for profile in sorted({vehicle.profile for vehicle in vehicles})
    }
    limits = [2**60 if vehicle.max_distance_m is None else vehicle.max_distance_m for vehicle in vehicles]
    transits = [by_profile[vehicle.profile] for vehicle in vehicles]
    model.routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, limits, True, "distance")


def _add_permissions(model: Model) -> None:
    for node, stop in enumerate(model.stops):
        allowed = [number for number, vehicle in enumerate(model.problem.vehicles) if _may_serve(vehicle, stop)]
        if len(allowed) < len(model.problem.vehicles):
            model.routing.VehicleVar(model.manager.NodeToIndex(node)).SetValues([-1, *allowed])


def _may_serve(vehicle: Vehicle, stop: Stop) -> bool:
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    return allowed and vehicle.id not in stop.refused_vehicles and stop.skills <= vehicle.skills


def _add_prices_of_leaving_out(model: Model, nodes: _Nodes) -> None:
    """A stop that must be served costs more to leave out than any plan that serves it."""
    worst = max(int(nodes.cost(vehicle).max()) for vehicle in model.problem.vehicles)
    waiting = sum(vehicle.cost_per_s * nodes.horizon_s for vehicle in model.problem.vehicles)
    fixed = sum(vehicle.fixed_cost for vehicle in model.problem.vehicles)
    penalties = sum(stop.penalty or 0 for stop in model.stops)
    must = 1 + worst * (len(model.stops) + len(model.problem.vehicles)) + waiting + fixed + penalties
    for node, stop in enumerate(model.stops):
        index = model.manager.NodeToIndex(node)
        model.routing.AddDisjunction([index], must if stop.penalty is None else stop.penalty)
