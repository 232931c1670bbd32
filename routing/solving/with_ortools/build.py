"""Builds the OR-Tools model of a problem, with every rule that the problem can state.

Every stop may be left out at a price, above all that routes can cost where it must be served, so the model always has
an answer. Traps of the library that these files steer around: `SetAllowedVehiclesForIndex` takes no Python sequence; a
model whose stops must all be served gives `None` without a reason.
"""

from collections.abc import Sequence
from itertools import pairwise

from routing.solving.problem import Problem, Sequences, Stop
from routing.solving.with_ortools.limits import add_distance, add_preferences, add_stop_counts
from routing.solving.with_ortools.loads import add_loads, add_trips, pairs_of
from routing.solving.with_ortools.model import Model, empty_model
from routing.solving.with_ortools.time import add_time


def build(problem: Problem, stops: Sequence[Stop], *, plan: Sequences | None = None) -> Model:
    """The model of serving these of the problem's stops, in this order of nodes (the order steers the search).

    `plan` says at which hours to take the travel times, where they differ.
    """
    model = empty_model(problem, _whole_pairs(problem, stops), plan=plan)
    _add_costs(model)
    add_time(model)
    add_loads(model)
    add_trips(model)
    add_distance(model)
    add_stop_counts(model)
    add_preferences(model)
    _add_permissions(model)
    _add_pairs(model)
    _add_locks(model)
    _add_prices_of_leaving_out(model)
    return model


def _whole_pairs(problem: Problem, stops: Sequence[Stop]) -> list[Stop]:
    """Without the halves of pairs whose other half is not among them."""
    there = {stop.id for stop in stops}
    alone = {stop.pickup for stop in problem.stops if stop.pickup is not None and stop.id not in there}
    return [stop for stop in stops if stop.id not in alone and (stop.pickup is None or stop.pickup in there)]


def _add_costs(model: Model) -> None:
    """Driving, setup and service on the arcs, where local search sees them; waiting and breaks as slack of time."""
    scale = model.prices.scale
    for number, vehicle in enumerate(model.problem.vehicles):
        per_s, per_m = scale * vehicle.cost_per_s, scale * vehicle.cost_per_m
        cost = model.transit(vehicle.profile, per_s=per_s, per_m=per_m, per_toll=scale)
        model.routing.SetArcCostEvaluatorOfVehicle(cost, number)
        model.routing.SetFixedCostOfVehicle(scale * vehicle.fixed_cost, number)


def _add_permissions(model: Model) -> None:
    for node, allowed in enumerate(model.nodes.allowed):
        if len(allowed) < len(model.problem.vehicles):
            _allow(model, node, allowed)
    for node, copy in model.nodes.numbered_copies():
        _allow(model, node, [copy.vehicle])


def _allow(model: Model, node: int, vehicles: Sequence[int]) -> None:
    model.routing.VehicleVar(model.index(node)).SetValues([-1, *vehicles])


def _add_pairs(model: Model) -> None:
    """One vehicle, both or neither; the order is the library's own constraint.

    A second one on their times would make the model fail where their windows exclude each other.
    """
    routing, solver = model.routing, model.routing.solver()
    for pair in pairs_of(model.nodes):
        pickup, delivery = (model.index(node) for node in pair)
        routing.AddPickupAndDelivery(pickup, delivery)
        solver.Add(routing.VehicleVar(pickup) == routing.VehicleVar(delivery))


def _add_locks(model: Model) -> None:
    for number, vehicle in enumerate(model.problem.vehicles):
        indices = [model.index(node) for node in model.nodes.of(vehicle.locked)]
        for index, following in pairwise([model.routing.Start(number), *indices]):
            model.routing.NextVar(index).SetValue(following)


def _add_prices_of_leaving_out(model: Model) -> None:
    """Of the ways to serve one delivery one is served, or its price is paid; a reload is free to take or to leave."""
    ways: dict[str, list[int]] = {}
    price: dict[str, int] = {}
    for node, stop in enumerate(model.nodes.stops):
        key = f"stop {stop.id}" if stop.choice is None else f"choice {stop.choice}"
        ways.setdefault(key, []).append(model.index(node))
        price[key] = model.prices.must if stop.penalty is None else model.prices.scale * stop.penalty
    for key, indices in ways.items():
        model.routing.AddDisjunction(indices, price[key])
    for node, _ in model.nodes.numbered_copies():
        model.routing.AddDisjunction([model.index(node)], 0)
