"""What a timed route costs: the vehicle's rates, untimely services, disliked drivers, and its share of the balance."""

from routing.solving.problem import Balance, Measure, Problem, SoftWindow, Stop, Vehicle
from routing.solving.solution import Route

HOUR_S = 3600


def route_cost(problem: Problem, vehicle: Vehicle, route: Route, stops: list[Stop]) -> int:
    """All that the route through these stops adds to `Cost.total`."""
    driven = vehicle.fixed_cost + vehicle.cost_per_s * route.duration_s + vehicle.cost_per_m * route.distance_m
    return driven + untimely(route, stops) + preference(vehicle, stops) + balance(problem, route)


def untimely(route: Route, stops: list[Stop]) -> int:
    """What the soft windows of the route's stops cost at the times at which it serves them."""
    return sum(
        untimely_at(stop.soft_window, visit.start_s)
        for visit, stop in zip(route.visits, stops, strict=True)
        if stop.soft_window is not None
    )


def untimely_at(window: SoftWindow, start_s: int) -> int:
    """What a service costs that begins then."""
    if start_s < window.start_s:
        return window.early_cost_per_h * (window.start_s - start_s) // HOUR_S
    if start_s >= window.end_s:
        return window.late_cost_per_h * (start_s - window.end_s) // HOUR_S
    return 0


def preference(vehicle: Vehicle, stops: list[Stop]) -> int:
    """What it costs that this vehicle serves these stops, and not another."""
    return sum(cost for stop in stops for id, cost in stop.vehicle_costs if id == vehicle.id)


def balance(problem: Problem, route: Route) -> int:
    """The route's share of the cost of unfairness."""
    return share_of_balance(problem.balance, stops=len(route.visits), busy_s=route.duration_s)


def share_of_balance(balance: Balance | None, *, stops: int, busy_s: int) -> int:
    """What a route of so many stops, and so long, costs for being longer than others."""
    if balance is None:
        return 0
    if balance.measure == Measure.STOPS:
        return balance.cost * stops**2
    return balance.cost * busy_s**2 // HOUR_S**2
