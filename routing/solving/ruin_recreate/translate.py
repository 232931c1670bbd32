"""A problem as the arrays of a task."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Measure, Problem, Stop
from routing.solving.ruin_recreate.kinds import Kinds, kind_rows, kinds_of, may_serve, preferences
from routing.solving.ruin_recreate.layout import NEAR, NEVER, Task
from routing.solving.ruin_recreate.matrices import matrices_of
from routing.solving.ruin_recreate.nearest import Arcs, Nearest, nearest
from routing.solving.ruin_recreate.parts import addresses
from routing.solving.ruin_recreate.requests import Requests, requests_of
from routing.solving.ruin_recreate.spots import Spots, opening, spots_of

_DEAREST = NEVER >> 4
"""What soft windows and preferences add at most: many stops left out still add up far within 64 bits."""


class Translation:
    """The arrays, step by step; `stops` are those to be planned, numbered in this order."""

    def __init__(self, problem: Problem, stops: Sequence[Stop]) -> None:
        self.problem = problem
        self.stops = tuple(stops)
        self.vehicles = problem.vehicles
        self.origin_s = min((vehicle.shift_start_s for vehicle in self.vehicles), default=0)
        self.horizon_s = max((vehicle.shift_end_s for vehicle in self.vehicles), default=0)

    @cached_property
    def kinds(self) -> Kinds:
        """Vehicles that are alike."""
        return kinds_of(self.problem, self.stops)

    @cached_property
    def requests(self) -> Requests:
        """What is served or left out as a whole."""
        return requests_of(self.problem, self.stops)

    @cached_property
    def spots(self) -> Spots:
        """What each node is."""
        return spots_of(self.problem, self.stops, self.requests, origin_s=self.origin_s, horizon_s=self.horizon_s)

    @cached_property
    def arcs(self) -> Arcs:
        """What ways between stops cost the most common kind of vehicle."""
        common = self.kinds.models[int(np.bincount(self.kinds.of).argmax())] if self.kinds.models else None
        profile = list(self.problem.profiles).index(common.profile) if common else 0
        matrices = matrices_of(self.problem)
        costs = (common.cost_per_s, common.cost_per_m) if common else (1, 0)
        open_close = [opening(stop, self.origin_s, self.horizon_s) for stop in self.stops]
        return Arcs(
            matrices.duration_s[profile],
            matrices.distance_m[profile],
            matrices.duration_to_s[profile],
            matrices.distance_to_m[profile],
            *(costs if any(costs) else (1, 0)),
            np.array([stop.place for stop in self.stops], np.int64),
            np.array([stop.service_s for stop in self.stops], np.int64),
            np.array([opens for opens, _ in open_close], np.int64),
            np.array([closes for _, closes in open_close], np.int64),
        )

    @cached_property
    def nearest(self) -> Nearest:
        """Neighbours of each stop."""
        return nearest(self.arcs)

    def near(self) -> NDArray[Any]:
        """`NEAR` by stop and rank."""
        stops = self.nearest.near
        rows, matrices = np.zeros(stops.shape, NEAR), matrices_of(self.problem)
        here, there = self.arcs.places[:, None], self.arcs.places[stops]
        rows["stop"] = stops
        rows["from_s"], rows["from_m"] = (
            matrix[:, there, here].min(axis=0) for matrix in (matrices.duration_s, matrices.distance_m)
        )
        rows["to_s"], rows["to_m"] = (
            matrix[:, here, there].min(axis=0) for matrix in (matrices.duration_s, matrices.distance_m)
        )
        return rows

    @cached_property
    def far(self) -> NDArray[np.float64]:
        """By stop: what the way from the first start and back costs."""
        home = self.vehicles[0].start_place if self.vehicles else 0
        total = np.zeros(len(self.stops))
        for rate, matrix in (
            (self.arcs.cost_per_s, self.arcs.duration_s),
            (self.arcs.cost_per_m, self.arcs.distance_m),
        ):
            there, back = matrix[home, self.arcs.places], matrix[self.arcs.places, home]
            total += rate * (there.astype(np.float64) + back)
        return total

    def demands(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`[stop, name]`: what goes off at a stop, and what comes on."""
        names = len(self.problem.capacity_names)
        nothing = (0,) * names
        deliveries = self.problem.deliveries
        off = [stop.demands or nothing for stop in self.stops]
        on = [deliveries[stop.id].demands if stop.id in deliveries else stop.collects or nothing for stop in self.stops]
        return _table(off, names), _table(on, names)

    def sort_keys(self, load: NDArray[np.int64]) -> NDArray[np.float64]:
        """`[order, request]`: see `recreate.SHARES`."""
        room = np.array([model.capacities for model in self.kinds.models], np.float64)
        most = np.maximum(1.0, room.max(axis=0)) if room.size else np.ones(load.shape[1])
        first = self.requests.members[self.requests.rows["first"]]
        share = (load / most).sum(axis=1)
        opens, closes = self.arcs.open_s, self.arcs.close_s
        keys = [key[first] for key in (-share, -self.far, self.far, closes - opens, opens, -closes)]
        return np.array(keys, np.float64).reshape(6, first.size)

    def must_penalty(self) -> int:
        """More than one stop can add to a plan, so that leaving it out never pays."""
        shift_s = max((vehicle.shift_end_s - vehicle.shift_start_s for vehicle in self.vehicles), default=0)
        second = max((vehicle.cost_per_s for vehicle in self.vehicles), default=0)
        fixed = max((vehicle.fixed_cost for vehicle in self.vehicles), default=0)
        driven = int(4 * self.far.max(initial=0)) + second * shift_s + 2 * fixed + 1000
        return driven + min(_DEAREST, self._most_untimely() + self._most_disliked())

    def _most_untimely(self) -> int:
        """What all soft windows together can cost: one stop more may shift every other."""
        windows = [stop.soft_window for stop in self.stops if stop.soft_window is not None]
        early = sum(soft.early_cost_per_h * max(0, soft.start_s - self.origin_s) for soft in windows)
        late = sum(soft.late_cost_per_h * max(0, self.horizon_s - soft.end_s) for soft in windows)
        return (early + late) // 3600

    def _most_disliked(self) -> int:
        return max((cost for stop in self.stops for _, cost in stop.vehicle_costs), default=0)

    def task(self) -> Task:
        """Everything together."""
        kinds, spots, balance = self.kinds, self.spots, self.problem.balance
        rows, breaks = kind_rows(self.problem, kinds.models, origin_s=self.origin_s)
        same_kind = np.argsort(kinds.of, kind="stable")
        allowed = may_serve(kinds.models, self.stops)
        allowed[:, self.requests.torn] = 0
        demand, collect = self.demands()
        by_time = balance.cost if balance and balance.measure is Measure.TIME else 0
        matrices = matrices_of(self.problem)
        rich = bool(rows["rich"].any() or spots.rows["rich"].any())
        return Task(
            stops=len(self.stops),
            vehicles=len(self.vehicles),
            nodes=spots.rows.size,
            places=self.problem.places,
            names=len(self.problem.capacity_names),
            kind_count=rows.size,
            request_count=self.requests.rows.size,
            near_width=self.nearest.near.shape[1],
            close_width=self.nearest.close_by.shape[1],
            changes=matrices.changes_s.shape[1],
            most_states=1 + int((rows["breaks_to"] - rows["breaks_from"]).max(initial=0)),
            timed=int(
                bool(rich or by_time or (rows["cost_per_s"] > 0).any() or (rows["max_duration_s"] < NEVER).any())
            ),
            masked=int(not allowed.all()),
            limited=int(bool((rows["max_distance_m"] < NEVER).any() or (rows["max_stops"] < NEVER).any())),
            parked=int(any(stop.setup_s for stop in self.stops)),
            sealing=int(spots.rows["sealed"].any()),
            loaded=int(bool(collect.any() or self.problem.deliveries or (rows["most_reloads"] > 0).any())),
            early=int((spots.rows["early_per_h"] > 0).any()),
            preferred=int(any(stop.vehicle_costs for stop in self.stops)),
            least_per_m=int(rows["cost_per_m"].min(initial=NEVER)),
            must_penalty=self.must_penalty(),
            balance_per_h2=by_time,
            balance_per_stop2=balance.cost if balance and balance.measure is Measure.STOPS else 0,
            duration_s=matrices.duration_s,
            distance_m=matrices.distance_m,
            duration_to_s=matrices.duration_to_s,
            distance_to_m=matrices.distance_to_m,
            hours_s=matrices.hours_s,
            changes_s=matrices.changes_s - self.origin_s,
            spots=spots.rows,
            windows=spots.windows,
            kinds=rows,
            breaks=breaks,
            kind_numbers=kinds.of,
            same_kind=same_kind,
            rank_in_kind=np.argsort(same_kind, kind="stable"),
            kind_starts=np.searchsorted(kinds.of[same_kind], np.arange(len(kinds.models) + 1)),
            reloads_from=spots.reloads_from,
            capacity=_table([model.capacities for model in kinds.models], len(self.problem.capacity_names)),
            demand=demand,
            collect=collect,
            allowed=allowed,
            preference=preferences(kinds.models, self.stops),
            requests=self.requests.rows,
            members=self.requests.members,
            sort_keys=self.sort_keys(demand + collect),
            near=self.near(),
            **addresses(),
            close_by=self.nearest.close_by,
        )


def _table(rows: Sequence[Sequence[int]], width: int) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(len(rows), width)
