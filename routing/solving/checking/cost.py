"""The checker's part for money: every number of `Cost`, added up from the routes once more."""

from collections.abc import Iterator

from routing.solving.checking.halts import halts_of
from routing.solving.checking.violation import Violation
from routing.solving.problem import Balance, Measure, Problem, SoftWindow, Stop, Vehicle
from routing.solving.solution import Cost, Route, Solution


def cost_violations(
    problem: Problem, solution: Solution, vehicles: dict[str, Vehicle], stops: dict[str, Stop]
) -> Iterator[Violation]:
    """Each field of the cost that says something else than the routes and the problem do."""
    right = _right(problem, solution, vehicles, stops)
    for field in Cost.__slots__:
        told, expected = getattr(solution.cost, field), getattr(right, field)
        if told != expected:
            yield Violation("cost", field, f"is {told}, adds up to {expected}")


def _right(problem: Problem, solution: Solution, vehicles: dict[str, Vehicle], stops: dict[str, Stop]) -> Cost:
    used = [(route, vehicles[route.vehicle_id]) for route in solution.routes]
    left = [stops[one.stop_id] for one in solution.unassigned]
    visits = [(visit, stops[visit.stop_id], vehicle) for route, vehicle in used for visit in route.visits]
    fixed = sum(vehicle.fixed_cost for _, vehicle in used)
    penalties = sum(stop.penalty for stop in left if stop.penalty is not None)
    untimely = sum(_untimely(stop.soft_window, visit.start_s) for visit, stop, _ in visits)
    preference = sum(cost for _, stop, vehicle in visits for id, cost in stop.vehicle_costs if id == vehicle.id)
    balance = sum(_share(problem.balance, route) for route, _ in used)
    driven = sum(
        vehicle.cost_per_s * (route.end_s - route.departure_s) + vehicle.cost_per_m * route.distance_m
        for route, vehicle in used
    )
    return Cost(
        travel_s=sum(route.travel_s for route, _ in used),
        distance_m=sum(route.distance_m for route, _ in used),
        waiting_s=sum(visit.waiting_s for visit, _, _ in visits),
        service_s=sum(stop.service_s for _, stop, _ in visits),
        break_s=sum(pause.end_s - pause.start_s for route, _ in used for pause in route.breaks),
        fixed=fixed,
        penalties=penalties,
        total=fixed + penalties + driven + untimely + preference + balance,
        must_left_out=sum(stop.penalty is None for stop in left),
        setup_s=sum(_setup_s(vehicle, route, stops) for route, vehicle in used),
        reload_s=sum(vehicle.reload.duration_s * len(route.reloads) for route, vehicle in used if vehicle.reload),
        untimely=untimely,
        preference=preference,
        balance=balance,
    )


def _untimely(window: SoftWindow | None, start_s: int) -> int:
    if window is None or window.start_s <= start_s < window.end_s:
        return 0
    if start_s < window.start_s:
        return (window.start_s - start_s) * window.early_cost_per_h // 3600
    return (start_s - window.end_s) * window.late_cost_per_h // 3600


def _setup_s(vehicle: Vehicle, route: Route, stops: dict[str, Stop]) -> int:
    place, total_s = vehicle.start_place, 0
    if route.reloads and vehicle.reload is None:
        return 0  # told as a violation of its own
    for halt in halts_of(vehicle, route, [stops[visit.stop_id] for visit in route.visits]):
        if halt.stop is not None and halt.place != place:
            total_s += halt.stop.setup_s
        place = halt.place
    return total_s


def _share(balance: Balance | None, route: Route) -> int:
    if balance is None:
        return 0
    work = len(route.visits) if balance.measure is Measure.STOPS else route.end_s - route.departure_s
    return balance.cost * work * work // (1 if balance.measure is Measure.STOPS else 3600 * 3600)
