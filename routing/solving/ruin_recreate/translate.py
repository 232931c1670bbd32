"""A problem as the arrays of a task."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Measure, Problem, Stop
from routing.solving.ruin_recreate.kinds import Kinds, kind_rows, kinds_of, may_serve, preferences
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE, REQUEST, SPOT, Task
from routing.solving.ruin_recreate.nearest import Arcs, Nearest, nearest


class Translation:
    """The arrays, step by step; `stops` are those to be planned, numbered in this order."""

    def __init__(self, problem: Problem, stops: Sequence[Stop]) -> None:
        self.problem = problem
        self.stops = tuple(stops)
        self.horizon_s = max((vehicle.shift_end_s for vehicle in problem.vehicles), default=0)

    @cached_property
    def kinds(self) -> Kinds:
        """Vehicles that are alike."""
        return kinds_of(self.problem, self.stops)

    @cached_property
    def kind_rows(self) -> NDArray[Any]:
        """`KIND` of each."""
        return kind_rows(self.problem, self.kinds.models)

    @cached_property
    def groups(self) -> list[list[int]]:
        """The stops of each request."""
        by_choice: dict[str, list[int]] = {}
        found: list[list[int]] = []
        for number, stop in enumerate(self.stops):
            if stop.choice is not None and stop.choice in by_choice:
                by_choice[stop.choice].append(number)
                continue
            found.append([number])
            if stop.choice is not None:
                by_choice[stop.choice] = found[-1]
        return found

    @cached_property
    def arcs(self) -> Arcs:
        """What ways between stops cost the most common kind of vehicle."""
        common = self.kinds.models[int(np.bincount(self.kinds.of).argmax())] if self.kinds.models else None
        profile = self.problem.profiles[common.profile] if common else next(iter(self.problem.profiles.values()))
        costs = (common.cost_per_s, common.cost_per_m) if common else (1, 0)
        windows = [(stop.windows[0][0], stop.windows[-1][1] - 1) if stop.windows else None for stop in self.stops]
        return Arcs(
            profile.duration_s,
            profile.distance_m,
            *(costs if any(costs) else (1, 0)),
            np.array([stop.place for stop in self.stops], np.int64),
            np.array([stop.service_s for stop in self.stops], np.int64),
            np.array([0 if window is None else window[0] for window in windows], np.int64),
            np.array([self.horizon_s if window is None else window[1] for window in windows], np.int64),
        )

    @cached_property
    def nearest(self) -> Nearest:
        """Neighbours of each stop."""
        return nearest(self.arcs)

    @cached_property
    def far(self) -> NDArray[np.float64]:
        """By stop: what the way from the first start and back costs."""
        home = self.problem.vehicles[0].start_place if self.problem.vehicles else 0
        total = np.zeros(len(self.stops))
        for rate, matrix in (
            (self.arcs.cost_per_s, self.arcs.duration_s),
            (self.arcs.cost_per_m, self.arcs.distance_m),
        ):
            there, back = matrix[home, self.arcs.places], matrix[self.arcs.places, home]
            total += rate * (there.astype(np.float64) + back)
        return total

    @cached_property
    def demand(self) -> NDArray[np.int64]:
        """`[stop, name]`."""
        return _table([stop.demands for stop in self.stops], len(self.problem.capacity_names))

    def spots(self) -> NDArray[Any]:
        """`SPOT` of each node."""
        found = np.zeros(len(self.stops) + 2 * len(self.problem.vehicles), SPOT)
        stops = found[: len(self.stops)]
        stops["place"], stops["service_s"] = self.arcs.places, self.arcs.service_s
        stops["open_s"], stops["close_s"] = self.arcs.open_s, self.arcs.close_s
        stops["setup_s"] = [stop.setup_s for stop in self.stops]
        for number, group in enumerate(self.groups):
            stops["request"][group] = number
        ends = found[len(self.stops) :]
        ends["request"] = NOWHERE
        for number, vehicle in enumerate(self.problem.vehicles):
            ends[2 * number : 2 * number + 2]["open_s"] = vehicle.shift_start_s
            ends[2 * number : 2 * number + 2]["close_s"] = vehicle.shift_end_s
            ends[2 * number]["place"] = vehicle.start_place
            ends[2 * number + 1]["place"] = NOWHERE if vehicle.end_place is None else vehicle.end_place
        locked = {id for vehicle in self.problem.vehicles for id in vehicle.locked}
        stops["locked"] = [stop.id in locked for stop in self.stops]
        return found

    def sort_keys(self) -> NDArray[np.float64]:
        """`[order, request]`: see `recreate.SHARES`."""
        room = np.array([model.capacities for model in self.kinds.models], np.float64)
        most = np.maximum(1.0, room.max(axis=0)) if room.size else np.ones(self.demand.shape[1])
        first = np.array([group[0] for group in self.groups], np.int64)
        load = (self.demand / most).sum(axis=1)
        opens, closes = self.arcs.open_s, self.arcs.close_s
        return np.array(
            [key[first] for key in (-load, -self.far, self.far, closes - opens, opens, -closes)], np.float64
        ).reshape(6, first.size)

    def requests(self) -> NDArray[Any]:
        """`REQUEST` of each group."""
        found = np.zeros(len(self.groups), REQUEST)
        at = 0
        for row, group in zip(found, self.groups, strict=True):
            penalty = self.stops[group[0]].penalty
            row["first"], row["count"] = at, len(group)
            row["penalty"], row["must"] = penalty or 0, penalty is None
            at += len(group)
        return found

    def must_penalty(self) -> int:
        """More than one stop can add to a plan, so that leaving it out never pays."""
        shift_s = max((vehicle.shift_end_s - vehicle.shift_start_s for vehicle in self.problem.vehicles), default=0)
        second = max((vehicle.cost_per_s for vehicle in self.problem.vehicles), default=0)
        fixed = max((vehicle.fixed_cost for vehicle in self.problem.vehicles), default=0)
        return int(4 * self.far.max(initial=0)) + second * shift_s + 2 * fixed + 1000

    def task(self) -> Task:
        """Everything together."""
        kinds, rows, balance = self.kinds, self.kind_rows, self.problem.balance
        same_kind = np.argsort(kinds.of, kind="stable")
        allowed = may_serve(kinds.models, self.stops)
        by_time = balance.cost if balance and balance.measure is Measure.TIME else 0
        return Task(
            stops=len(self.stops),
            vehicles=len(self.problem.vehicles),
            timed=int(bool(by_time or (rows["cost_per_s"] > 0).any() or (rows["max_duration_s"] < NEVER).any())),
            masked=int(not allowed.all()),
            limited=int(bool((rows["max_distance_m"] < NEVER).any() or (rows["max_stops"] < NEVER).any())),
            parked=int(any(stop.setup_s for stop in self.stops)),
            must_penalty=self.must_penalty(),
            balance_per_h2=by_time,
            balance_per_stop2=balance.cost if balance and balance.measure is Measure.STOPS else 0,
            duration_s=_stacked([profile.duration_s for profile in self.problem.profiles.values()]),
            distance_m=_stacked([profile.distance_m for profile in self.problem.profiles.values()]),
            spots=self.spots(),
            kinds=rows,
            kind_of=kinds.of,
            same_kind=same_kind,
            rank_in_kind=np.argsort(same_kind, kind="stable"),
            kind_starts=np.searchsorted(kinds.of[same_kind], np.arange(len(kinds.models) + 1)),
            capacity=_table([model.capacities for model in kinds.models], len(self.problem.capacity_names)),
            demand=self.demand,
            allowed=allowed,
            preference=preferences(kinds.models, self.stops),
            requests=self.requests(),
            members=np.array([stop for group in self.groups for stop in group], np.int64),
            sort_keys=self.sort_keys(),
            near=self.nearest.near,
            close_by=self.nearest.close_by,
        )


def _table(rows: Sequence[Sequence[int]], width: int) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _stacked(matrices: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """One more axis, and no copy where there is one profile: at 10 000 places a matrix is 400 MB."""
    if len(matrices) == 1:
        return np.ascontiguousarray(matrices[0])[None]
    return np.stack(matrices)
