"""Says of each stop that a plan leaves out which vehicle comes closest, by how much it fails, and what would help.

A relaxation is told only when it was applied and the checker accepted the route.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from routing.solving.assemble import sequence_cost
from routing.solving.explaining.explanation import Excess, Explanation, Relaxation, Rule
from routing.solving.explaining.nearest import Routes, nearest, routes_of
from routing.solving.explaining.reloading import reloaded
from routing.solving.explaining.slack import MOST_S, Slack, misses, slack_of
from routing.solving.explaining.together import together
from routing.solving.explaining.trial import Trial, clock_rules, least, reachable, standing
from routing.solving.inserting.units import Unit, unit_by_stop
from routing.solving.problem import Problem, Reload, Sequences, Step, Stop, Vehicle
from routing.solving.solution import Route, Solution

MOST = 300
"""Stops that are explained, in the order of the solution: a plan that leaves out more has another problem."""
_TRIALS = 30
"""Positions that are looked at for each of them."""
_BY_HALVING = 3
"""Of these, where the figures in closed form are not to be had."""
_RELOADED = 6
"""Of these, the first ones, which are also tried with a reload more."""
_SENSIBLE_S = 6 * 3600
"""Nobody moves a window, a shift or a break by more: it is told by how much it fails, and nothing that would help."""
_CHECKED = 4
"""Relaxations that are tried for each, the cheapest first."""

_BURDEN = {
    Rule.SKILL: 7200,
    Rule.EXCLUDED_SKILL: 7200,
    Rule.VEHICLE_ALLOWED: 3600,
    Rule.MAX_STOPS: 600,
}
"""How hard it is to give by one, in seconds of a courier's time; a second of the clock counts as one."""
_METRES_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan with what was worked out of its routes so far."""

    routes: Routes
    by_vehicle: dict[str, Route]
    driven: dict[str, list[Step]]
    settled: Callable[[Excess], bool]
    slacks: dict[str, Slack] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)

    def slack(self, trial: Trial) -> Slack:
        """The slack of the trial's route."""
        id = trial.vehicle.id
        if id not in self.slacks:
            self.slacks[id] = slack_of(trial.problem, trial.vehicle, trial.before)
        return self.slacks[id]

    def cost(self, trial: Trial) -> int:
        """What the trial's route costs without it."""
        id = trial.vehicle.id
        if id not in self.costs:
            self.costs[id] = sequence_cost(trial.problem, trial.vehicle, self.driven[id])
        return self.costs[id]


@dataclass(frozen=True, slots=True)
class _Miss:
    """A position where one rule alone is to blame; `price` in seconds, driving more left aside."""

    trial: Trial
    gives: Excess
    price: int


def explain(
    problem: Problem, solution: Solution, *, settled: Callable[[Excess], bool] = lambda _: False
) -> list[Explanation]:
    """One explanation for each of the first MOST stops left out of which a vehicle comes close at all.

    The halves of a pair have one in common. What is `settled` cannot give so much: it is exceeded, but no relaxation.
    """
    sequences = sequences_of(problem, solution)
    driven = {vehicle.id: steps for vehicle, steps in zip(problem.vehicles, sequences, strict=True)}
    by_vehicle = {route.vehicle_id: route for route in solution.routes}
    plan = _Plan(routes_of(problem, sequences), by_vehicle, driven, settled)
    units = unit_by_stop(problem)
    told: dict[int, Explanation | None] = {}
    found = []
    for left in solution.unassigned[:MOST]:
        unit = units[left.stop_id]
        if id(unit) not in told:
            told[id(unit)] = _explained(plan, unit)
        explanation = told[id(unit)]
        if explanation is not None:
            found.append(replace(explanation, stop_id=left.stop_id))
    return found


def sequences_of(problem: Problem, solution: Solution) -> Sequences:
    """What each vehicle of the problem drives."""
    stops = {stop.id: stop for stop in problem.stops}
    routes = {route.vehicle_id: route for route in solution.routes}
    return [list(_steps(routes[each.id], stops, each.reload)) if each.id in routes else [] for each in problem.vehicles]


def _steps(route: Route, stops: dict[str, Stop], reload: Reload | None) -> Iterator[Step]:
    after = {each.after for each in route.reloads}
    for number, visit in enumerate(route.visits):
        if reload is not None and number in after:
            yield reload
        yield stops[visit.stop_id]


def _explained(plan: _Plan, unit: Unit) -> Explanation | None:
    """The cheapest relaxation that holds, and where; without any, the vehicle that breaks the fewest rules."""
    trials = [trial for trial in nearest(plan.routes, unit, most=_TRIALS) if reachable(trial)]
    trials = [*map(reloaded, trials[:_RELOADED]), *trials[_RELOADED:]]
    if not trials:
        return None
    exceeded = [tuple(standing(trial)) for trial in trials]
    close = [trial for trial, broken in zip(trials, exceeded, strict=True) if not broken]
    misses = [*_standing_misses(trials, exceeded), *_clock_misses(plan, close), *_dear(plan, close[:1], unit)]
    blamed = sorted(misses, key=lambda miss: (plan.settled(miss.gives), miss.price))
    for miss in blamed[:_CHECKED]:
        relaxation = _relaxed(plan, miss, unit)
        if relaxation is not None:
            exceeded_here = () if miss.gives.rule is Rule.PENALTY else (miss.gives,)
            senseless = miss.gives.unit == "s" and miss.gives.by > _SENSIBLE_S
            helps = None if senseless or plan.settled(miss.gives) else relaxation
            return _explanation(unit, miss.trial.vehicle, exceeded_here, helps)
    number = min(range(len(trials)), key=lambda number: len(exceeded[number]) or 2)
    broken = tuple(together(trials[number], exceeded[number]))
    return _explanation(unit, trials[number].vehicle, broken, None)


def _explanation(
    unit: Unit, vehicle: Vehicle, exceeded: tuple[Excess, ...], relaxation: Relaxation | None
) -> Explanation:
    stop_id = unit.left_out[0].id
    return Explanation(stop_id=stop_id, vehicle_id=vehicle.id, exceeded=exceeded, relaxation=relaxation)


def _standing_misses(trials: list[Trial], exceeded: list[tuple[Excess, ...]]) -> Iterator[_Miss]:
    """One rule that is broken whatever the hour."""
    for trial, broken in zip(trials, exceeded, strict=True):
        if len(broken) == 1:
            yield _Miss(trial, broken[0], _burden(trial, broken[0]))


def _clock_misses(plan: _Plan, close: list[Trial]) -> Iterator[_Miss]:
    """One rule of the clock: in closed form where there is one stop, by halving otherwise, and for the breaks."""
    halved = 0
    for trial in close:
        if len(trial.way) == 1 and not trial.is_rich and not trial.further:
            for gives in misses(plan.slack(trial), trial.way[0], trial.first):
                yield _Miss(trial, gives, gives.by)
            rules = [rule for rule in clock_rules(trial) if rule.rule is Rule.BREAK]
        else:
            rules = list(clock_rules(trial))
        if halved < _BY_HALVING and not trial.fits():
            halved += 1
            yield from _halved(trial, rules)


def _halved(trial: Trial, rules: list[Excess]) -> Iterator[_Miss]:
    best = MOST_S + 1
    for rule in rules:
        gives = least(trial, rule, most=best - 1)
        if gives is not None:
            best = gives.by
            yield _Miss(trial, gives, gives.by)


def _dear(plan: _Plan, close: list[Trial], unit: Unit) -> Iterator[_Miss]:
    """A higher penalty, where it fits and costs too much."""
    for trial in close:
        if unit.penalty is not None and trial.fits():
            added = sequence_cost(trial.problem, trial.vehicle, trial.steps) - plan.cost(trial)
            gives = Excess(rule=Rule.PENALTY, by=max(0, added - unit.penalty))
            yield _Miss(trial, gives, _burden(trial, gives))


def _relaxed(plan: _Plan, miss: _Miss, unit: Unit) -> Relaxation | None:
    """The relaxation, if the checker accepts the route with it, and it is worth its penalty."""
    trial = miss.trial
    solution = trial.given(miss.gives).checked()
    if solution is None:
        return None
    added_cost = solution.cost.total - plan.cost(trial)
    if unit.penalty is not None and added_cost > unit.penalty and miss.gives.rule is not Rule.PENALTY:
        return None
    route, now = solution.routes[0], plan.by_vehicle.get(trial.vehicle.id)
    return Relaxation(
        vehicle_id=trial.vehicle.id,
        gives=miss.gives,
        added_cost=added_cost,
        added_s=route.duration_s - (now.duration_s if now else 0),
        added_m=route.distance_m - (now.distance_m if now else 0),
    )


def _burden(trial: Trial, gives: Excess) -> int:
    """How much is asked for, in seconds of a courier's time."""
    if gives.rule is Rule.CAPACITY:
        room = trial.vehicle.capacities[trial.problem.capacity_names.index(gives.name or "")]
        return 3600 * gives.by // max(1, room)
    if gives.rule is Rule.MAX_DISTANCE:
        return gives.by // _METRES_A_SECOND
    if gives.rule is Rule.PENALTY:
        return gives.by // max(1, trial.vehicle.cost_per_s)
    return gives.by * _BURDEN.get(gives.rule, 1)
