"""A stop that was left out, tried at one position of one route: what forbids it there, and would this or that help?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.solving.assemble import assemble
from routing.solving.checking.checker import violations
from routing.solving.explaining.explanation import Excess, Rule
from routing.solving.explaining.giving import step_given, stop_given, vehicle_given
from routing.solving.explaining.slack import MOST_S
from routing.solving.fits import DoesNotFit, loads
from routing.solving.problem import UNREACHABLE, Problem, Reload, Step, Stop, Vehicle
from routing.solving.solution import Solution
from routing.solving.steps import stops_of, trips_of
from routing.solving.timing.retime import check_route


@dataclass(frozen=True, slots=True)
class Trial:
    """The stops of `way` put into a route: the first before step `first`, the last before step `last` of `before`.

    `further`: `before` is not what is driven now, but has a reload more.
    """

    problem: Problem
    vehicle: Vehicle
    before: Sequence[Step]
    way: tuple[Stop, ...]
    first: int
    last: int
    further: bool = False

    @property
    def steps(self) -> list[Step]:
        """The route with them."""
        middle = self.before[self.first : self.last]
        return [*self.before[: self.first], self.way[0], *middle, *self.way[1:], *self.before[self.last :]]

    @property
    def is_rich(self) -> bool:
        """Whether the parts of its route do not say all of it: what is soft, and hours at which drives take longer."""
        soft = any(isinstance(step, Stop) and step.soft_window for step in self.steps)
        return soft or bool(self.problem.profiles[self.vehicle.profile].hours)

    def fits(self) -> bool:
        """Whether it can be driven."""
        try:
            check_route(self.problem, self.vehicle, self.steps)
        except DoesNotFit:
            return False
        return True

    def given(self, excess: Excess) -> "Trial":
        """The same with one rule that gives."""
        return replace(
            self,
            vehicle=vehicle_given(self.problem, self.vehicle, excess),
            before=[step_given(step, excess) for step in self.before],
            way=tuple(stop_given(stop, excess, self.vehicle) for stop in self.way),
        )

    def checked(self) -> Solution | None:
        """The plan of this vehicle alone with them, if the checker accepts it."""
        alone = replace(self.problem, vehicles=(self.vehicle,), stops=tuple(stops_of(self.steps)))
        try:
            solution = assemble(alone, [self.steps], unassigned=(), found_by="trial")
        except DoesNotFit:
            return None
        return None if violations(alone, solution) else solution


def reachable(trial: Trial) -> bool:
    """Whether the streets lead to all of it."""
    return way_s(trial) < UNREACHABLE


def way_s(trial: Trial) -> int:
    """What all of its drives take together."""
    return _ways_sum(trial, "duration_s")


def standing(trial: Trial) -> list[Excess]:
    """What is exceeded whatever the hour."""
    return [*_refusals(trial), *loads_over(trial), *_lengths(trial)]


def _refusals(trial: Trial) -> Iterator[Excess]:
    vehicle = trial.vehicle
    missing = frozenset[str]().union(*(stop.skills for stop in trial.way)) - vehicle.skills
    unwanted = frozenset[str]().union(*(stop.excluded_skills for stop in trial.way)) & vehicle.skills
    if missing:
        yield Excess(rule=Rule.SKILL, by=len(missing), name=", ".join(sorted(missing)))
    if unwanted:
        yield Excess(rule=Rule.EXCLUDED_SKILL, by=len(unwanted), name=", ".join(sorted(unwanted)))
    if not all(_is_allowed(stop, vehicle) for stop in trial.way):
        yield Excess(rule=Rule.VEHICLE_ALLOWED, by=1)


def _is_allowed(stop: Stop, vehicle: Vehicle) -> bool:
    allowed = stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles
    return allowed and vehicle.id not in stop.refused_vehicles


def loads_over(trial: Trial) -> Iterator[Excess]:
    """By how much the vehicle is overloaded, of each kind."""
    trips = trips_of(trial.steps)
    for kind, name in enumerate(trial.problem.capacity_names):
        over = max(max(loads(trial.problem, trip, kind)) for trip in trips) - trial.vehicle.capacities[kind]
        if over > 0:
            yield Excess(rule=Rule.CAPACITY, by=over, name=name)


def _lengths(trial: Trial) -> Iterator[Excess]:
    vehicle = trial.vehicle
    stops = sum(not isinstance(step, Reload) for step in trial.steps)
    if vehicle.max_stops is not None and stops > vehicle.max_stops:
        yield Excess(rule=Rule.MAX_STOPS, by=stops - vehicle.max_stops)
    if vehicle.max_distance_m is not None:
        over = _ways_sum(trial, "distance_m") - vehicle.max_distance_m
        if over > 0:
            yield Excess(rule=Rule.MAX_DISTANCE, by=over)


def _ways_sum(trial: Trial, figure: str) -> int:
    matrix = getattr(trial.problem.profiles[trial.vehicle.profile], figure)
    end = trial.vehicle.end_place
    places = [trial.vehicle.start_place, *(step.place for step in trial.steps), *([] if end is None else [end])]
    return sum(int(matrix.item(pair)) for pair in pairwise(places))


def least(trial: Trial, rule: Excess, *, most: int = MOST_S) -> Excess | None:
    """The least by which this rule alone must give, up to `most`; nothing if that is not enough.

    By halving: what fits when the rule gives so much fits when it gives more.
    """
    if most <= 0 or not trial.given(replace(rule, by=most)).fits():
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if trial.given(replace(rule, by=middle)).fits():
            high = middle
        else:
            low = middle
    return replace(rule, by=high)


def clock_rules(trial: Trial) -> Iterator[Excess]:
    """The rules of the clock that could give."""
    for stop in trial.way:
        for window in stop.windows:
            yield Excess(rule=Rule.WINDOW_END, by=0, stop_id=stop.id, window=window)
            yield Excess(rule=Rule.WINDOW_START, by=0, stop_id=stop.id, window=window)
    yield Excess(rule=Rule.SHIFT_END, by=0)
    yield Excess(rule=Rule.SHIFT_START, by=0)
    if trial.vehicle.breaks:
        yield Excess(rule=Rule.BREAK, by=0)
    if trial.vehicle.max_duration_s is not None:
        yield Excess(rule=Rule.MAX_DURATION, by=0)
