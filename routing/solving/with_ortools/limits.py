"""What the OR-Tools model counts along a route besides time and loads: metres, stops, and preferences."""

from routing.solving.problem import Measure
from routing.solving.with_ortools.model import Model
from routing.solving.with_ortools.time import square

_NO_LIMIT = 2**60


def add_distance(model: Model) -> None:
    """Metres over all trips, within `max_distance_m`."""
    vehicles = model.problem.vehicles
    if all(vehicle.max_distance_m is None for vehicle in vehicles):
        return
    limits = [_NO_LIMIT if vehicle.max_distance_m is None else vehicle.max_distance_m for vehicle in vehicles]
    transits = [model.transit(vehicle.profile, per_m=1) for vehicle in vehicles]
    model.routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, limits, True, "distance")


def add_stop_counts(model: Model) -> None:
    """Stops, not reloads, within `max_stops`; and their square where the balance is by stops."""
    vehicles, balance, most = model.problem.vehicles, model.problem.balance, len(model.nodes.stops)
    balanced = balance is not None and balance.measure is Measure.STOPS
    if not balanced and all(vehicle.max_stops is None for vehicle in vehicles):
        return
    limits = [most if vehicle.max_stops is None else vehicle.max_stops for vehicle in vehicles]
    transit = model.routing.RegisterUnaryTransitVector(model.nodes.per_stop([1] * most))
    model.routing.AddDimensionWithVehicleCapacity(transit, 0, limits, True, "stops")
    if balanced and balance is not None:
        square(model, "stops", model.prices.scale * balance.cost)


def add_preferences(model: Model) -> None:
    """`vehicle_costs` above the least of each stop, which stands on the arcs, counted along the route.

    A matrix of costs for every vehicle would be too much memory. In a dimension whose transits differ by vehicle, the
    library has no plan that leaves out a stop at which every vehicle counts more than nothing: hence without the least.
    """
    if not any(stop.vehicle_costs for stop in model.nodes.stops):
        return
    above = [
        (dict(stop.vehicle_costs), least) for stop, least in zip(model.nodes.stops, model.nodes.tolls, strict=True)
    ]
    transits, seen = [], dict[tuple[int, ...], int]()
    for vehicle in model.problem.vehicles:
        costs = tuple(model.nodes.per_stop([known.get(vehicle.id, 0) - least for known, least in above]))
        if costs not in seen:
            seen[costs] = model.routing.RegisterUnaryTransitVector(costs)
        transits.append(seen[costs])
    most = sum(max(known.values(), default=0) for known, _ in above)
    model.routing.AddDimensionWithVehicleTransits(transits, 0, most, True, "preference")
    model.dimension("preference").SetSpanCostCoefficientForAllVehicles(model.prices.scale)
