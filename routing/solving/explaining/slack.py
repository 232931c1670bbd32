"""By how much a stop misses the clock at a position of a route: in closed form, from the parts of the route.

Exact where nothing is soft and the drives take as long at any hour; what it says is checked before it is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from routing.solving.explaining.explanation import Excess, Rule
from routing.solving.pricing.tour_parts import EVER, IMPOSSIBLE, Part, Pauses, drive, heads, joined, pauses, tails
from routing.solving.problem import Problem, Step, Stop, Vehicle, Window
from routing.solving.timing.way import way_between

MOST_S = 48 * 3600
"""What misses by more is told without a figure."""

type Parts = list[list[Part]]


@dataclass(frozen=True, slots=True)
class Slack:
    """The parts of one route by position, as it is, and with a shift that begins earlier or ends later."""

    problem: Problem
    vehicle: Vehicle
    steps: Sequence[Step]
    heads: Parts
    early_heads: Parts
    tails: Parts
    late_tails: Parts
    pauses: list[list[Pauses]]


def slack_of(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Slack:
    """The slack of a route that can be driven."""
    ways_s = [
        _way_s(problem, vehicle, start, step)
        for start, step in zip(_places(vehicle, steps), [*steps, None], strict=True)
    ]
    early = replace(vehicle, shift_start_s=max(0, vehicle.shift_start_s - MOST_S))
    late = replace(vehicle, shift_end_s=vehicle.shift_end_s + MOST_S)
    return Slack(
        problem=problem,
        vehicle=vehicle,
        steps=steps,
        heads=heads(vehicle, steps, ways_s),
        early_heads=heads(early, steps, ways_s),
        tails=tails(vehicle, steps, ways_s),
        late_tails=tails(late, steps, ways_s),
        pauses=pauses(vehicle.breaks),
    )


def misses(slack: Slack, stop: Stop, index: int) -> Iterator[Excess]:
    """Each rule of the clock that alone would let the stop stand before step `index`, and the least it must give."""
    problem, vehicle, steps = slack.problem, slack.vehicle, slack.steps
    way_in_s = _way_s(problem, vehicle, _places(vehicle, steps)[index], stop)
    way_out_s = _way_s(problem, vehicle, stop.place, steps[index] if index < len(steps) else None)
    across = _Across(slack, stop, index, way_in_s, way_out_s)
    yield from across.windows()
    yield from across.shift_end()
    yield from across.shift_start()
    yield from across.duration()


@dataclass(frozen=True, slots=True)
class _Across:
    slack: Slack
    stop: Stop
    index: int
    way_in_s: int
    way_out_s: int

    def windows(self) -> Iterator[Excess]:
        """A window that ends later or starts earlier."""
        for arrival, rest in self._sides(self.slack.heads, self.slack.tails):
            earliest_s, latest_s = arrival.first_s + arrival.duration_s, rest.last_s - self.stop.service_s
            for window in self.stop.windows if earliest_s <= latest_s else ():
                start_s = max(earliest_s, window[0])
                if window[1] <= start_s <= latest_s:
                    yield self._excess(Rule.WINDOW_END, start_s - window[1] + 1, window)
                if latest_s < window[0]:
                    yield self._excess(Rule.WINDOW_START, window[0] - latest_s, window)

    def shift_end(self) -> Iterator[Excess]:
        """A shift that ends later."""
        for arrival, rest in self._sides(self.slack.heads, self.slack.late_tails):
            for first_s, until_s in self.stop.windows or ((-EVER, EVER),):
                start_s = max(arrival.first_s + arrival.duration_s, first_s)
                left_s = start_s + self.stop.service_s
                end_s = max(rest.first_s, left_s) + rest.duration_s
                if start_s < until_s and left_s <= rest.last_s and end_s > self.slack.vehicle.shift_end_s:
                    yield Excess(rule=Rule.SHIFT_END, by=end_s - self.slack.vehicle.shift_end_s)

    def shift_start(self) -> Iterator[Excess]:
        """A shift that starts earlier."""
        for part in self._wholes(self.slack.early_heads):
            if part.last_s < self.slack.vehicle.shift_start_s:
                yield Excess(rule=Rule.SHIFT_START, by=self.slack.vehicle.shift_start_s - part.last_s)

    def duration(self) -> Iterator[Excess]:
        """A route that may last longer."""
        most_s = self.slack.vehicle.max_duration_s
        for part in self._wholes(self.slack.heads) if most_s is not None else ():
            if most_s is not None and part.duration_s > most_s:
                yield Excess(rule=Rule.MAX_DURATION, by=part.duration_s - most_s)

    def _wholes(self, heads: Parts) -> Iterator[Part]:
        """The whole route with the stop in it, in all ways worth having."""
        for arrival, rest in self._sides(heads, self.slack.tails):
            for first_s, until_s in self.stop.windows or ((-EVER, EVER),):
                served = joined(arrival, Part(self.stop.service_s, first_s, until_s - 1, 0), 0)
                whole = joined(served, rest, 0)
                if whole != IMPOSSIBLE:
                    yield whole

    def _sides(self, heads: Parts, tails: Parts) -> Iterator[tuple[Part, Part]]:
        """What ends on arrival at the stop, and what begins when it is served."""
        table = self.slack.pauses
        for head, tail in product(heads[self.index], tails[self.index]):
            for breaks in range(head.breaks, tail.breaks + 1):
                arrival = joined(head, drive(self.way_in_s, table[head.breaks][breaks]), breaks)
                rest = joined(drive(self.way_out_s, table[breaks][tail.breaks]), tail, breaks)
                if IMPOSSIBLE not in (arrival, rest):
                    yield arrival, rest

    def _excess(self, rule: Rule, by: int, window: Window) -> Excess:
        return Excess(rule=rule, by=by, stop_id=self.stop.id, window=window)


def _places(vehicle: Vehicle, steps: Sequence[Step]) -> list[int]:
    return [vehicle.start_place, *(step.place for step in steps)]


def _way_s(problem: Problem, vehicle: Vehicle, start: int, step: Step | None) -> int:
    """The drive and the parking at its end, at the best hour; to the end of the route without a step."""
    end = vehicle.end_place if step is None else step.place
    if end is None:
        return 0
    setup_s = step.setup_s if isinstance(step, Stop) else 0
    way = way_between(problem.profiles[vehicle.profile], start, end, setup_s=setup_s)
    return EVER if way is None else way.least_s
