"""Time in the OR-Tools model: windows hard and soft, breaks, the longest duration, and what waiting costs."""

from itertools import pairwise

from ortools.constraint_solver import pywrapcp

from routing.solving.problem import Measure, SoftWindow, Vehicle, Window
from routing.solving.with_ortools.model import Model


def add_time(model: Model) -> None:
    """The dimension `time`: at each node the begin of the service. Driving costs on the arcs, waiting as slack here."""
    problem, horizon_s = model.problem, model.nodes.horizon_s
    transits = [model.transit(vehicle.profile, per_s=1) for vehicle in problem.vehicles]
    model.routing.AddDimensionWithVehicleTransits(transits, horizon_s, horizon_s, False, "time")
    for number, vehicle in enumerate(problem.vehicles):
        _add_shift(model, number, vehicle)
    for node, stop in enumerate(model.nodes.stops):
        _add_windows(model, model.index(node), stop.windows)
        if stop.soft_window is not None:
            _add_soft_window(model, model.index(node), stop.soft_window)
    _add_breaks(model)
    if problem.balance is not None and problem.balance.measure is Measure.TIME:
        square(model, "time", model.prices.a_square_second(problem.balance.cost))


def square(model: Model, dimension: str, cost: int) -> None:
    """Have each route cost the square of its span in this dimension."""
    for number in range(len(model.problem.vehicles)):
        model.dimension(dimension).SetQuadraticCostSoftSpanUpperBoundForVehicle(pywrapcp.BoundCost(0, cost), number)


def _add_shift(model: Model, number: int, vehicle: Vehicle) -> None:
    routing, time = model.routing, model.dimension("time")
    for index in (routing.Start(number), routing.End(number)):
        time.CumulVar(index).SetRange(vehicle.shift_start_s, vehicle.shift_end_s)
    routing.AddVariableMaximizedByFinalizer(time.CumulVar(routing.Start(number)))
    routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(number)))
    if vehicle.max_duration_s is not None:
        time.SetSpanUpperBoundForVehicle(vehicle.max_duration_s, number)
    if vehicle.cost_per_s:
        time.SetSlackCostCoefficientForVehicle(model.prices.scale * vehicle.cost_per_s, number)


def _add_windows(model: Model, index: int, all_windows: tuple[Window, ...]) -> None:
    horizon_s = model.nodes.horizon_s
    windows = [window for window in all_windows if window[0] <= horizon_s]
    if all_windows and not windows:
        model.routing.ActiveVar(index).SetMax(0)  # a range beyond the horizon would make the whole model fail
    if not windows:
        return
    cumul = model.dimension("time").CumulVar(index)
    cumul.SetRange(windows[0][0], min(windows[-1][1] - 1, horizon_s))
    for (_, end_s), (start_s, _) in pairwise(windows):
        if start_s > end_s:
            cumul.RemoveInterval(end_s, start_s - 1)


def _add_soft_window(model: Model, index: int, soft: SoftWindow) -> None:
    time, prices = model.dimension("time"), model.prices
    if soft.early_cost_per_h:
        time.SetCumulVarSoftLowerBound(index, soft.start_s, prices.a_second(soft.early_cost_per_h))
    if soft.late_cost_per_h:
        time.SetCumulVarSoftUpperBound(index, soft.end_s, prices.a_second(soft.late_cost_per_h))


def _add_breaks(model: Model) -> None:
    """Pauses between services, never during one; they may interrupt a drive, and lie before or after the route."""
    time, solver = model.dimension("time"), model.routing.solver()
    nodes = [model.manager.IndexToNode(index) for index in range(model.routing.Size())]
    visit_s = [int(model.nodes.service_s[node]) for node in nodes]
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
