"""Says of each stop that a plan leaves out which vehicle comes closest, by how much it fails, and what would help.

A relaxation is told only when it was applied and the checker accepted the route.
"""

from dataclasses import replace

from routing.solving.assemble import sequence_cost
from routing.solving.explanation import Excess, Explanation, Relaxation, Rule
from routing.solving.nearest import Routes, nearest, routes_of
from routing.solving.problem import Problem, Sequences, Step, Stop
from routing.solving.retime import retime
from routing.solving.solution import Route, Solution
from routing.solving.trial import MOST_S, Trial, clock_rules, least, reachable, standing
from routing.solving.units import Unit, unit_by_stop

MOST = 300
"""Stops that are explained, in the order of the solution: a plan that leaves out more has another problem."""
_TRIALS = 8
"""Positions that are looked at closely for each of them."""

_BURDEN = {
    Rule.SKILL: 7200,
    Rule.EXCLUDED_SKILL: 7200,
    Rule.VEHICLE_ALLOWED: 3600,
    Rule.MAX_STOPS: 600,
}
"""How hard it is to give by one, in seconds of a courier's time; a second of the clock counts as one."""
_METRES_A_SECOND = 10


def explain(problem: Problem, solution: Solution) -> list[Explanation]:
    """One explanation for each of the first MOST stops left out of which a vehicle comes close at all.

    The halves of a pair have one in common.
    """
    routes = routes_of(problem, sequences_of(problem, solution))
    units = unit_by_stop(problem)
    told: dict[int, Explanation | None] = {}
    found = []
    for left in solution.unassigned[:MOST]:
        unit = units[left.stop_id]
        if id(unit) not in told:
            told[id(unit)] = _explained(routes, unit)
        explanation = told[id(unit)]
        if explanation is not None:
            found.append(replace(explanation, stop_id=left.stop_id))
    return found


def sequences_of(problem: Problem, solution: Solution) -> Sequences:
    """What each vehicle of the problem drives."""
    stops = {stop.id: stop for stop in problem.stops}
    routes = {route.vehicle_id: route for route in solution.routes}
    return [
        _steps(routes[vehicle.id], stops, vehicle.reload) if vehicle.id in routes else []
        for vehicle in problem.vehicles
    ]


def _steps(route: Route, stops: dict[str, Stop], reload: Step | None) -> list[Step]:
    steps: list[Step] = []
    after = [each.after for each in route.reloads]
    for number, visit in enumerate(route.visits):
        if reload is not None:
            steps += [reload] * after.count(number)
        steps.append(stops[visit.stop_id])
    return steps


def _explained(routes: Routes, unit: Unit) -> Explanation | None:
    """Of all that was tried the cheapest relaxation; without any, the vehicle that breaks the fewest rules."""
    best: tuple[int, Relaxation] | None = None
    closest: tuple[int, Trial, tuple[Excess, ...]] | None = None
    for trial in nearest(routes, unit, most=_TRIALS):
        if not reachable(trial):
            continue
        most = MOST_S if best is None else min(MOST_S, best[0])
        exceeded, relaxation = _looked_at(trial, unit, most=most)
        broken = len(exceeded) if exceeded else len(Rule)
        if relaxation and (best is None or _price(trial, relaxation) < best[0]):
            best, broken = (_price(trial, relaxation), relaxation), -1
        if closest is None or broken < closest[0] or broken == -1:
            closest = (broken, trial, exceeded)
    if closest is None:
        return None
    _, trial, exceeded = closest
    return Explanation(
        stop_id=unit.left_out[0].id,
        vehicle_id=trial.vehicle.id,
        exceeded=exceeded,
        relaxation=None if best is None else best[1],
    )


def _looked_at(trial: Trial, unit: Unit, *, most: int) -> tuple[tuple[Excess, ...], Relaxation | None]:
    """What is exceeded here, and the relaxation if one rule alone is to blame; `most` seconds of the clock at most."""
    exceeded = tuple(standing(trial))
    if len(exceeded) > 1:
        return exceeded, None
    if exceeded:
        return exceeded, _relaxed(trial, exceeded[0])
    if trial.fits():
        return (), _dearer(trial, unit)
    late = _late(trial, most=most)
    if late is not None:
        return (late,), _relaxed(trial, late)
    others = least(trial, Excess(rule=Rule.LATER_WINDOWS, by=0))
    return ((others,) if others else ()), None


def _late(trial: Trial, *, most: int) -> Excess | None:
    """The rule of the clock that must give the least."""
    best: Excess | None = None
    for rule in clock_rules(trial):
        best = least(trial, rule, most=most if best is None else best.by - 1) or best
    return best


def _dearer(trial: Trial, unit: Unit) -> Relaxation | None:
    """How much more leaving it out must cost for it to be served here."""
    relaxation = _relaxed(trial, Excess(rule=Rule.PENALTY, by=0))
    if relaxation is None or unit.penalty is None or relaxation.added_cost <= unit.penalty:
        return None
    return replace(relaxation, gives=Excess(rule=Rule.PENALTY, by=relaxation.added_cost - unit.penalty))


def _relaxed(trial: Trial, gives: Excess) -> Relaxation | None:
    """The relaxation, if the checker accepts the route with it."""
    given = trial.given(gives)
    route = given.checked()
    if route is None:
        return None
    now = retime(trial.problem, trial.vehicle, trial.before) if trial.before else None
    return Relaxation(
        vehicle_id=trial.vehicle.id,
        gives=gives,
        added_cost=sequence_cost(trial.problem, given.vehicle, given.steps)
        - sequence_cost(trial.problem, trial.vehicle, trial.before),
        added_s=route.duration_s - (now.duration_s if now else 0),
        added_m=route.distance_m - (now.distance_m if now else 0),
    )


def _price(trial: Trial, relaxation: Relaxation) -> int:
    """What it asks for, in seconds: giving, and driving more."""
    gives = relaxation.gives
    if gives.rule is Rule.CAPACITY:
        room = trial.vehicle.capacities[trial.problem.capacity_names.index(gives.name or "")]
        return relaxation.added_s + 3600 * gives.by // max(1, room)
    if gives.rule is Rule.MAX_DISTANCE:
        return relaxation.added_s + gives.by // _METRES_A_SECOND
    if gives.rule is Rule.PENALTY:
        return relaxation.added_s + gives.by // max(1, trial.vehicle.cost_per_s)
    return relaxation.added_s + gives.by * _BURDEN.get(gives.rule, 1)
