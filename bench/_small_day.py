"""Small days with one kind of rule each, small enough to try every position of a stop exactly."""

from dataclasses import replace

import numpy as np

from routing.solving.inserting.insertion import construct
from routing.solving.problem import (
    Break,
    Hours,
    Problem,
    Profile,
    Reload,
    Sequences,
    SoftWindow,
    Stop,
    Vehicle,
    Window,
)

HOUR = 3600
KINDS = ("one window", "breaks, two windows", "collects, reloads, parking", "soft windows", "travel by hours")
SLOW = frozenset({"soft windows", "travel by hours"})
"""Where only `retime` knows the times."""


def small_day(kind: str, *, seed: int) -> tuple[Problem, Sequences, Stop, list[Window]]:
    """Three vehicles with what they drive, a stop that none of them has yet, and the windows to price it in."""
    chance = np.random.default_rng(seed)
    stops = tuple(_stop(chance, kind, number) for number in range(16))
    problem = Problem(
        places=len(stops) + 1,
        profiles={"van": _profile(chance, kind, places=len(stops) + 1)},
        vehicles=tuple(_vehicle(chance, kind, number) for number in range(3)),
        stops=stops,
        capacity_names=("parcels",),
    )
    sequences = construct(problem, stops[1:], seed=seed)
    starts = chance.integers(8 * HOUR, 13 * HOUR, 4).tolist()
    return problem, sequences, replace(stops[0], windows=()), [(start_s, start_s + HOUR) for start_s in starts]


def _profile(chance: np.random.Generator, kind: str, *, places: int) -> Profile:
    xy = chance.uniform(0, 8000, (places, 2))
    straight_m = np.hypot(*(xy[:, None] - xy[None]).T)
    distance_m = (straight_m * chance.uniform(1.2, 1.6, straight_m.shape)).astype(np.int32)
    duration_s = distance_m // 7
    if kind != "travel by hours":
        return Profile(duration_s=duration_s, distance_m=distance_m)
    hours = ((9 * HOUR, 1.5), (10 * HOUR, 1.1), (12 * HOUR, 1.3))
    return Profile(
        duration_s=duration_s,
        distance_m=distance_m,
        hours=tuple(
            Hours(start_s=start_s, duration_s=np.ceil(duration_s * factor).astype(np.int32))
            for start_s, factor in hours
        ),
    )


def _vehicle(chance: np.random.Generator, kind: str, number: int) -> Vehicle:
    begin_s = 8 * HOUR + 1800 * number
    return Vehicle(
        id=f"van {number}",
        profile="van",
        start_place=0,
        end_place=None if number == 1 else 0,
        shift_start_s=begin_s,
        shift_end_s=begin_s + 4 * HOUR,
        capacities=(8 if kind == "collects, reloads, parking" else 30,),
        breaks=(Break(earliest_start_s=begin_s + HOUR, latest_start_s=begin_s + 2 * HOUR, duration_s=1200),)
        * (kind == "breaks, two windows"),
        max_stops=9,
        fixed_cost=600,
        cost_per_m=int(chance.integers(0, 2)),
        reload=Reload(place=0, duration_s=300, most=2) if kind == "collects, reloads, parking" else None,
    )


def _stop(chance: np.random.Generator, kind: str, number: int) -> Stop:
    start_s = 8 * HOUR + int(chance.integers(0, 4 * HOUR))
    windows: tuple[Window, ...] = ((start_s, start_s + 2 * HOUR),) if chance.random() < 0.6 else ()
    if kind == "breaks, two windows" and windows and chance.random() < 0.5:
        windows = (*windows, (start_s + 3 * HOUR, start_s + 4 * HOUR))
    soft = SoftWindow(start_s=start_s + 1200, end_s=start_s + 3000, early_cost_per_h=1800, late_cost_per_h=3600)
    both_ways = kind == "collects, reloads, parking"
    return Stop(
        id=f"stop {number}",
        place=number + 1,
        service_s=int(chance.integers(120, 600)),
        windows=windows,
        demands=(int(chance.integers(1, 4)),),
        collects=(int(chance.integers(0, 3)),) if both_ways else (),
        setup_s=120 if both_ways else 0,
        soft_window=soft if kind == "soft windows" and chance.random() < 0.5 else None,
    )
