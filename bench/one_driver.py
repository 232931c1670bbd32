"""One driver's own order at 300 ms, 20 to 150 stops with tight windows, against a long run of the same search."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np

from routing.solving.assemble import assemble
from routing.solving.checker import violations
from routing.solving.one_route import SEARCH_S, one_route, warm
from routing.solving.problem import Problem, Profile, SoftWindow, Stop, Vehicle

SIZES = (20, 50, 100, 150)
SEEDS = (1, 2, 3)
METRES_PER_S, ROADS, SERVICE_S = 7.0, 1.35, 120
COST_PER_H = 14_400


@dataclass(frozen=True)
class Told:
    """One round: its present order, what 300 ms of search find, what a long run finds. Costs are seconds."""

    stops: int
    seed: int
    present: int
    found: int
    long_run: int
    gap: float
    wall_s: float
    violations: int


def main() -> None:
    """Run the bench and print its table; write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", type=float, default=10.0, help="seconds of the long run")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = measure(long_s=asked.long)
    show(rows)
    if asked.json:
        asked.json.write_text(json.dumps({"bench": "one_driver", "rows": [asdict(row) for row in rows]}, indent=1))


def measure(*, long_s: float, sizes: Sequence[int] = SIZES, seeds: Sequence[int] = SEEDS) -> list[Told]:
    """Re-sequence a round of each size and seed; the search is loaded before, as in a web process."""
    warm()
    return [_measured(size, seed, long_s) for size in sizes for seed in seeds]


def show(rows: Sequence[Told]) -> None:
    """Print a line for each size: medians of its seeds."""
    names = ("present", "found", "long run", "gap", "worst", "wall s", "faults")
    print(" ".join(["stops".rjust(6), *(name.rjust(10) for name in names)]))
    for size in sorted({row.stops for row in rows}):
        of_size = [row for row in rows if row.stops == size]
        print(
            f"{size:6} {median(row.present for row in of_size):10.0f} {median(row.found for row in of_size):10.0f} "
            f"{median(row.long_run for row in of_size):10.0f} {median(row.gap for row in of_size):10.2%} "
            f"{max(row.gap for row in of_size):10.2%} {max(row.wall_s for row in of_size):10.2f} "
            f"{sum(row.violations for row in of_size):10}"
        )


def made_up(stops: int, *, seed: int) -> tuple[Problem, list[Stop]]:
    """Return a round: promises around a good order, half-hour windows for six in ten stops, and some disorder."""
    made = random.Random(seed)
    spots = np.array([(made.uniform(0, 8000), made.uniform(0, 8000)) for _ in range(stops + 1)])
    metres = ROADS * np.hypot(*(np.subtract.outer(axis, axis) for axis in spots.T))
    ways = Profile(duration_s=(metres / METRES_PER_S).astype(np.int32), distance_m=metres.astype(np.int32))
    tour, begins, end_s = _nearest_first(ways)
    known = {place: _stop(place, begins[place], made) for place in range(1, stops + 1)}
    for _ in range(max(1, stops // 20)):
        one, other = made.randrange(stops), made.randrange(stops)
        tour[one], tour[other] = tour[other], tour[one]
    driver = Vehicle(
        id="driver",
        profile="bicycle",
        start_place=0,
        end_place=0,
        shift_start_s=0,
        shift_end_s=end_s + 3600,
        capacities=(stops,),
    )
    problem = Problem(
        places=stops + 1,
        profiles={"bicycle": ways},
        vehicles=(driver,),
        stops=tuple(known.values()),
        capacity_names=("parcels",),
    )
    return problem, [known[place] for place in tour]


def _measured(size: int, seed: int, long_s: float) -> Told:
    problem, start = made_up(size, seed=seed)
    began = time.monotonic()
    found = one_route(problem, start, seconds=SEARCH_S)
    wall_s = time.monotonic() - began
    long_run = min(one_route(problem, start, seconds=long_s, seed=each).cost_after for each in (1, 2))
    solution = assemble(found.problem, [found.steps], unassigned=(), found_by="one route")
    best = min(long_run, found.cost_after)
    return Told(
        stops=size,
        seed=seed,
        present=found.cost_before,
        found=found.cost_after,
        long_run=best,
        gap=round(found.cost_after / best - 1, 5),
        wall_s=round(wall_s, 3),
        violations=len(violations(found.problem, solution)),
    )


def _nearest_first(ways: Profile) -> tuple[list[int], dict[int, int], int]:
    left, here, now_s = set(range(1, len(ways.duration_s))), 0, 0
    tour, begins = [], {}
    while left:
        there = min(left, key=lambda place: (int(ways.duration_s[here, place]), place))
        now_s += int(ways.duration_s[here, there])
        begins[there] = now_s
        now_s += SERVICE_S
        left.remove(there)
        tour.append(there)
        here = there
    return tour, begins, now_s + int(ways.duration_s[here, 0])


def _stop(place: int, begin_s: int, made: random.Random) -> Stop:
    opens_s = max(0, begin_s - 900 + made.randint(-600, 600))
    tight = made.random() < 0.6
    return Stop(
        id=str(place),
        place=place,
        service_s=SERVICE_S,
        demands=(1,),
        windows=((opens_s, opens_s + 1800),) if tight else (),
        soft_window=SoftWindow(
            start_s=begin_s - 1800, end_s=begin_s + 1800, early_cost_per_h=COST_PER_H, late_cost_per_h=COST_PER_H
        ),
    )


if __name__ == "__main__":
    main()
