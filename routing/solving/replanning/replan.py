"""Makes a plan under way fit what happened, near what is driven now: only what lost its place, or its time, is moved.

The order of all other stops is left as it is, so their drivers and recipients need not be told. What moves costs
what the problem says (`vehicle_costs`, soft windows); a stop that could have stayed moves only for a clear gain.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic

from routing.solving.assemble import assemble, left_out
from routing.solving.checking.checker import violations
from routing.solving.inserting.insertion import insert_all
from routing.solving.inserting.repair import repair
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Reload, Sequences, Step, Stop
from routing.solving.solution import Solution
from routing.solving.steps import stops_of
from routing.solving.timing.walk import IMPOSSIBLE, Detours, Walker, alone, untimely
from routing.solving.validating.validate import check_problem

KEEP_S = 600
"""What moving a stop must save that could have stayed, in seconds of the dearest vehicle."""
_TRIED = 12
"""So many positions of a route are priced, those with the smallest detours."""
_ROUNDS = 8
"""In so many rounds, those with the shortest detours."""
_TOGETHER = 4
"""So many stops at most are taken out and put in again at once."""

_PATIENCE = 40
"""The search ends after so many tries a movable stop, or so many in vain."""
_BETWEEN_ASKING_S = 0.2


def replan(
    problem: Problem,
    start: Sequences,
    *,
    limit: Limit,
    seed: int,
    halted: Callable[[], bool] = lambda: False,
) -> Solution:
    """Return a plan near `start`, which need not hold all stops nor be possible any more.

    The same problem, start, seed and `limit.iterations` give the same plan. `ProblemError` when the problem
    contradicts itself; `SolverFault` never: what the checker refuses gives way to the repaired start.
    """
    check_problem(problem)
    watch = _Watch(limit.seconds, halted)
    search = _Search(problem, start, seed=seed)
    search.place_loose()
    search.improve(watch, limit.iterations)
    for sequences in (search.sequences(), [list(each) for each in start]):
        found = _exact(problem, sequences)
        if not violations(problem, found):
            return found
    return _exact(problem, [[] for _ in problem.vehicles])


def _exact(problem: Problem, sequences: Sequences) -> Solution:
    """Let exact times have the last word: what they refuse is taken out and put in elsewhere, or left out with why."""
    whole = repair(problem, sequences)
    unassigned = insert_all(problem, whole, left_out(problem, whole))
    return assemble(problem, whole, unassigned=unassigned, found_by="replan")


@dataclass(frozen=True, slots=True)
class _Position:
    added: float
    vehicle: int
    index: int


class _Watch:
    """Says when the time is over, and asks not too often whether somebody halts the search."""

    def __init__(self, seconds: float | None, halted: Callable[[], bool]) -> None:
        self._ends_s = None if seconds is None else monotonic() + seconds
        self._halted = halted
        self._asked_s = float("-inf")

    def over(self) -> bool:
        now_s = monotonic()
        if self._ends_s is not None and now_s > self._ends_s:
            return True
        if now_s - self._asked_s < _BETWEEN_ASKING_S:
            return False
        self._asked_s = now_s
        return self._halted()


class _Search:
    """The rounds as they are being changed. `loose` are the stops that may move for nothing."""

    def __init__(self, problem: Problem, start: Sequences, *, seed: int) -> None:
        self._problem = problem
        self._walker = Walker(problem)
        self._keep = KEEP_S * max((vehicle.cost_per_s for vehicle in problem.vehicles), default=0)
        self._random = random.Random(seed)
        # With reloads a round is more than its stops: it stays as it is, and so does what such a vehicle brings.
        self._kept = {number: list(steps) for number, steps in enumerate(start) if _reloads(problem, number, steps)}
        self.rounds = [
            [] if number in self._kept else self._possible(number, stops_of(steps))
            for number, steps in enumerate(start)
        ]
        self._costs = [self._walker.cost(number, steps) for number, steps in enumerate(self.rounds)]
        self._loads = [
            [sum(kind) for kind in zip(*(stop.demands for stop in steps), strict=True)]
            or [0] * len(problem.capacity_names)
            for steps in self.rounds
        ]
        placed = {stop.id for steps in [*self.rounds, *map(stops_of, self._kept.values())] for stop in steps}
        self.out = {stop.id: stop for stop in problem.stops if stop.id not in placed and alone(problem, stop)}
        self._loose = set(self.out)
        self._moved: set[str] = set()
        self._home = {
            stop.id: self._place(number, index)
            for number, steps in enumerate(self.rounds)
            for index, stop in enumerate(steps)
        }
        self._locked = {name for vehicle in problem.vehicles for name in vehicle.locked}

    def sequences(self) -> Sequences:
        """Return the rounds as they are now."""
        return [list(self._kept.get(number, steps)) for number, steps in enumerate(self.rounds)]

    def _possible(self, number: int, steps: list[Stop]) -> list[Stop]:
        """Return the round without the stops at its end that cannot be driven any more."""
        locked = set(self._problem.vehicles[number].locked)
        while steps and self._walker.cost(number, steps) == IMPOSSIBLE:
            last = next((stop for stop in reversed(steps) if stop.id not in locked), None)
            if last is None:
                break
            steps.remove(last)
        return steps

    def place_loose(self) -> None:
        """Put in what has no place, first what would lose most by coming later (Potvin and Rousseau 1993)."""
        best = {name: self._positions(stop) for name, stop in self.out.items()}
        while best:
            name = max(best, key=lambda each: _regret(best[each]))
            stop, positions = self.out[name], best.pop(name)
            chosen = _first(positions) or _first(self._positions(stop, rounds=len(self.rounds)))
            if chosen is None or not self._worth(stop, chosen):
                continue
            self._put(stop, chosen)
            for other, known in best.items():
                if chosen.vehicle in known:
                    known[chosen.vehicle] = self._best_in(chosen.vehicle, self.out[other])

    def improve(self, watch: _Watch, iterations: int | None) -> None:
        """Take a few of the movable stops out and put them in again, and keep what is better, to the limit."""
        movable = self._movable()
        most = _PATIENCE * len(movable) if iterations is None else iterations
        vain = 0
        for _ in range(most):
            if watch.over() or vain > _PATIENCE * len(movable):
                return
            chosen = self._random.sample(movable, min(len(movable), self._random.randint(1, _TOGETHER)))
            if self.out:  # what has no place may find one that others leave
                chosen = list({stop.id: stop for stop in [self._random.choice([*self.out.values()]), *chosen]}.values())
            vain = 0 if self._try(chosen) else vain + 1

    def _movable(self) -> list[Stop]:
        """Return the stops that may move: the loose ones, those out of their time, and those beside the loose ones."""
        found: dict[str, Stop] = {name: stop for stop in self._problem.stops if (name := stop.id) in self._loose}
        for number, steps in enumerate(self.rounds):
            for before, after in pairwise(steps):
                if before.id in self._loose or after.id in self._loose:
                    found |= {before.id: before, after.id: after}
            found |= {stop.id: stop for stop in self._late(number, steps)}
        return [stop for name, stop in found.items() if name not in self._locked and alone(self._problem, stop)]

    def _late(self, number: int, steps: Sequence[Stop]) -> Iterable[Stop]:
        starts = self._walker.starts(number, steps)
        for stop, start_s in zip(steps, starts, strict=False):
            if stop.soft_window is not None and untimely(stop.soft_window, start_s):
                yield stop

    def _try(self, stops: Sequence[Stop]) -> bool:
        """Move these stops to where they cost least by now; undo it all, and say so, when that is not better."""
        stops = list(stops)
        before = self._state()
        was = self._value()
        for stop in stops:
            self._take(stop)
        self._random.shuffle(stops)
        for stop in stops:
            chosen = _first(self._positions(stop))
            if chosen is not None and self._worth(stop, chosen):
                self._put(stop, chosen)
        if self._value() >= was:
            self.rounds, self._costs, self._loads, self.out, self._moved = before
            return False
        return True

    def _state(self) -> tuple[list[list[Stop]], list[float], list[list[int]], dict[str, Stop], set[str]]:
        rounds, loads = [list(steps) for steps in self.rounds], [list(load) for load in self._loads]
        return rounds, list(self._costs), loads, dict(self.out), set(self._moved)

    def _value(self) -> tuple[int, int, float]:
        """What must be served and is not, how much of that had its place or its promise, and the cost."""
        must = [stop for stop in self.out.values() if stop.penalty is None]
        dropped = sum(stop.id in self._home or stop.soft_window is not None for stop in must)
        penalties = sum(stop.penalty or 0 for stop in self.out.values())
        return len(must), dropped, sum(self._costs) + penalties + self._keep * len(self._moved)

    def _take(self, stop: Stop) -> None:
        for number, steps in enumerate(self.rounds):
            index = next((at for at, each in enumerate(steps) if each is stop), None)
            if index is not None:
                del steps[index]
                self._costs[number] = self._walker.cost(number, steps)
                self._loads[number] = [
                    load - less for load, less in zip(self._loads[number], stop.demands, strict=True)
                ]
                break
        self.out[stop.id] = stop

    def _put(self, stop: Stop, position: _Position) -> None:
        self.rounds[position.vehicle].insert(position.index, stop)
        self._costs[position.vehicle] += position.added
        loads = self._loads[position.vehicle]
        self._loads[position.vehicle] = [load + more for load, more in zip(loads, stop.demands, strict=True)]
        del self.out[stop.id]
        if stop.id not in self._loose:
            stays = self._place(position.vehicle, position.index) == self._home[stop.id]
            (self._moved.discard if stays else self._moved.add)(stop.id)

    def _place(self, number: int, index: int) -> tuple[int, str]:
        """Return the round that a stop is in, and behind which of the stops that have their place."""
        before = (each.id for each in reversed(self.rounds[number][:index]) if each.id not in self._loose)
        return number, next(before, "")

    def _worth(self, stop: Stop, position: _Position) -> bool:
        return stop.penalty is None or position.added <= stop.penalty

    def _positions(self, stop: Stop, *, rounds: int = _ROUNDS) -> dict[int, _Position | None]:
        """Return the best position in each of the rounds with the shortest detours, None where there is none."""
        open_ = [number for number in range(len(self.rounds)) if self._takes(number, stop)]
        least = {number: self._detours(number, stop).least for number in open_}
        # Nearest of all is often a vehicle that is full of promises; one that stands idle has time.
        near = sorted(open_, key=lambda number: (bool(self.rounds[number]), least[number]))
        idle = [number for number in near if not self.rounds[number]][:1]
        busy = [number for number in near if self.rounds[number]][:rounds]
        return {number: self._best_in(number, stop) for number in [*busy, *idle]}

    def _takes(self, number: int, stop: Stop) -> bool:
        if number in self._kept or not self._walker.may_serve(number, stop.id):
            return False
        room = self._problem.vehicles[number].capacities
        return all(
            load + more <= most for load, more, most in zip(self._loads[number], stop.demands, room, strict=True)
        )

    def _detours(self, number: int, stop: Stop) -> Detours:
        return self._walker.detours(number, self.rounds[number], stop)

    def _best_in(self, number: int, stop: Stop) -> _Position | None:
        if not self._takes(number, stop):
            return None
        steps, was, detours = self.rounds[number], self._costs[number], self._detours(number, stop)
        best: _Position | None = None
        for index in detours.nearest(_TRIED):
            if best is not None and detours.costs[index] > best.added:
                break
            added = self._walker.cost(number, [*steps[:index], stop, *steps[index:]]) - was
            if added < (IMPOSSIBLE if best is None else best.added):
                best = _Position(added, number, index)
        return best


def _reloads(problem: Problem, number: int, steps: Sequence[Step]) -> bool:
    return problem.vehicles[number].reload is not None or any(isinstance(step, Reload) for step in steps)


def _first(positions: Mapping[int, _Position | None]) -> _Position | None:
    found = [each for each in positions.values() if each is not None]
    return min(found, key=lambda each: each.added, default=None)


def _regret(positions: Mapping[int, _Position | None]) -> float:
    first, second, *_ = [*sorted(each.added for each in positions.values() if each is not None), IMPOSSIBLE, IMPOSSIBLE]
    return -1.0 if first == IMPOSSIBLE else second - first
