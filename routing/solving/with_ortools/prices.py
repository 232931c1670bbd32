"""The unit of cost of the OR-Tools model: small enough that costs per hour are whole numbers a second."""

from dataclasses import dataclass
from math import gcd

from routing.solving.problem import Measure, Problem, Stop
from routing.solving.with_ortools.nodes import Nodes

_HOUR_S = 3600
_ROOM = 2**61
"""The library counts in 64 bits; what the local search adds to punish arcs needs some of them."""


@dataclass(frozen=True, slots=True)
class Prices:
    """`scale` units of the model are one of the problem; `must` is what a stop that must be served costs outside."""

    scale: int
    must: int

    def a_second(self, cost_per_h: int) -> int:
        """Units of the model; nearly so, and never nothing, where the numbers were too big for a full scale."""
        return _part(cost_per_h * self.scale, _HOUR_S)

    def a_square_second(self, cost_per_square_h: int) -> int:
        """Units of the model, as `a_second`."""
        return _part(cost_per_square_h * self.scale, _HOUR_S**2)


def prices(nodes: Nodes) -> Prices:
    """A price for leaving out that no plan which serves the stop can reach, in the finest unit that has room."""
    worst = _worst_plan(nodes)
    count = sum(stop.penalty is None for stop in nodes.stops) + 2
    scale = _whole(nodes.problem)
    while scale > 1 and scale * worst * count > _ROOM:
        scale = max(1, scale // 10)
    return Prices(scale, min(scale * worst, _ROOM // count))


def _part(whole: int, of: int) -> int:
    return max(1, round(whole / of)) if whole else 0


def _whole(problem: Problem) -> int:
    """The smallest scale at which every cost per hour, and per hour squared, is a whole number a second."""
    soft = [stop.soft_window for stop in problem.stops if stop.soft_window is not None]
    by_hour = gcd(_HOUR_S, *(one.early_cost_per_h for one in soft), *(one.late_cost_per_h for one in soft))
    if problem.balance is None or problem.balance.measure is not Measure.TIME:
        return _HOUR_S // by_hour
    by_square = gcd(_HOUR_S**2, problem.balance.cost)
    first, second = _HOUR_S // by_hour, _HOUR_S**2 // by_square
    return first * second // gcd(first, second)


def _worst_plan(nodes: Nodes) -> int:
    problem, hours = nodes.problem, nodes.horizon_s / _HOUR_S + 1
    longest = {profile: _longest(nodes, profile) for profile in {vehicle.profile for vehicle in problem.vehicles}}
    arc = max(
        vehicle.cost_per_s * longest[vehicle.profile][0] + vehicle.cost_per_m * longest[vehicle.profile][1]
        for vehicle in problem.vehicles
    )
    arcs = arc * (nodes.inner + len(problem.vehicles))
    waiting = sum(vehicle.cost_per_s * nodes.horizon_s for vehicle in problem.vehicles)
    fixed = sum(vehicle.fixed_cost for vehicle in problem.vehicles)
    stops = sum((stop.penalty or 0) + _untimely(stop, hours) + _dearest(stop) for stop in nodes.stops)
    return 1 + arcs + waiting + fixed + stops + _balance(nodes, hours)


def _longest(nodes: Nodes, profile: str) -> tuple[int, int]:
    return int(nodes.duration_s(profile).max()), int(nodes.distance_m(profile).max())


def _untimely(stop: Stop, hours: float) -> int:
    soft = stop.soft_window
    if soft is None:
        return 0
    hours += max(0, -soft.end_s) / _HOUR_S  # by so much everybody is late at the horizon's begin
    return int(hours * max(soft.early_cost_per_h, soft.late_cost_per_h)) + 1


def _dearest(stop: Stop) -> int:
    return max((cost for _, cost in stop.vehicle_costs), default=0)


def _balance(nodes: Nodes, hours: float) -> int:
    balance, vehicles = nodes.problem.balance, len(nodes.problem.vehicles)
    if balance is None:
        return 0
    if balance.measure is Measure.TIME:
        return int(balance.cost * hours**2) * vehicles + 1
    return balance.cost * len(nodes.stops) ** 2
