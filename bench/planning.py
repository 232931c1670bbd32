"""A plan of a day's rounds against first feasible insertion: cost ratio and time, every plan checked."""

import argparse
import json
import math
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from routing.solving.assemble import rank
from routing.solving.checking.checker import violations
from routing.solving.inserting.insertion import construct
from routing.solving.limit import Limit, default_limit
from routing.solving.problem import Break, Problem, Profile, Stop, Vehicle, Window
from routing.solving.process import run

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One run: costs are seconds of the drivers' time, `ratio` is ours over the peer's."""

    seed: int
    stops: int
    vehicles: int
    limit_s: float
    peer: str
    peer_cost: int
    peer_s: float
    cost: int
    seconds: float
    ratio: float
    unassigned: int
    violations: int


def main() -> None:
    """Read the flags, run each seed, print the table and write the JSON."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--stops", type=int, default=120)
    flags.add_argument("--vehicles", type=int, default=5)
    flags.add_argument("--seconds", type=float, help="the limit; by default what the size suggests")
    flags.add_argument("--seeds", type=int, default=3)
    flags.add_argument("--json", type=Path, help="write the figures here")
    asked = flags.parse_args()

    found = []
    print(f"{'seed':>4} {'insertion':>10} {'ours':>10} {'ratio':>6} {'seconds':>8} {'left out':>8} {'violations':>10}")
    for seed in range(1, asked.seeds + 1):
        one = measure(day(stops=asked.stops, vehicles=asked.vehicles, seed=seed), seed=seed, seconds=asked.seconds)
        print(
            f"{seed:>4} {one.peer_cost:>10} {one.cost:>10} {one.ratio:>6.3f} {one.seconds:>8.1f} "
            f"{one.unassigned:>8} {one.violations:>10}"
        )
        found.append(one)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")


def measure(problem: Problem, *, seed: int, seconds: float | None) -> Figures:
    """Plan the day with the peer and with us, in one run."""
    began_s = time.perf_counter()
    peer_left, peer_cost = rank(problem, construct(problem, problem.stops, seed=seed))
    peer_s = time.perf_counter() - began_s
    limit = default_limit(problem) if seconds is None else Limit(seconds=seconds)
    began_s = time.perf_counter()
    solution = run(problem, limit=limit, seed=seed)
    return Figures(
        seed=seed,
        stops=len(problem.stops),
        vehicles=len(problem.vehicles),
        limit_s=limit.seconds or 0.0,
        peer=f"first feasible insertion ({peer_left} stops left out)",
        peer_cost=peer_cost,
        peer_s=round(peer_s, 3),
        cost=solution.cost.total,
        seconds=round(time.perf_counter() - began_s, 3),
        ratio=round(solution.cost.total / peer_cost, 4),
        unassigned=len(solution.unassigned),
        violations=len(violations(problem, solution)),
    )


def day(*, stops: int, vehicles: int, seed: int) -> Problem:
    """A town of 4 km, bicycles and cars in turn, a depot in the middle, windows of two hours and some in two parts."""
    chance = random.Random(seed)
    points = [(2000.0, 2000.0), *((chance.uniform(0, 4000), chance.uniform(0, 4000)) for _ in range(stops))]
    metres = np.array([[1.35 * math.dist(start, end) for end in points] for start in points])
    apart = metres > 0
    return Problem(
        places=stops + 1,
        profiles={
            "bicycle": Profile(duration_s=(metres / 4.2).astype(np.int32), distance_m=metres.astype(np.int32)),
            "car": Profile(
                duration_s=(metres / 6.5 + 20 * apart).astype(np.int32), distance_m=(metres * 1.1).astype(np.int32)
            ),
        },
        vehicles=tuple(_vehicle(number, stops, vehicles) for number in range(vehicles)),
        stops=tuple(_stop(chance, number) for number in range(stops)),
        capacity_names=("parcels",),
    )


def _vehicle(number: int, stops: int, vehicles: int) -> Vehicle:
    on_bicycle = number % 2 == 0
    fair_share = math.ceil(2.5 * stops / vehicles)
    return Vehicle(
        id=f"vehicle {number}",
        profile="bicycle" if on_bicycle else "car",
        start_place=0,
        end_place=0,
        shift_start_s=8 * HOUR,
        shift_end_s=16 * HOUR,
        capacities=(fair_share if on_bicycle else 3 * fair_share,),
        breaks=(Break(earliest_start_s=11 * HOUR, latest_start_s=13 * HOUR, duration_s=1800),),
    )


def _stop(chance: random.Random, number: int) -> Stop:
    return Stop(
        id=f"stop {number}",
        place=number + 1,
        service_s=chance.choice((120, 180, 240, 300)),
        windows=_windows(chance),
        demands=(chance.randint(1, 4),),
    )


def _windows(chance: random.Random) -> tuple[Window, ...]:
    start = chance.randrange(8, 14) * HOUR
    any_time, two_hours = (), ((start, start + 2 * HOUR),)
    before_or_after_work = ((8 * HOUR, 9 * HOUR + HOUR // 2), (14 * HOUR, 16 * HOUR))
    return chance.choices((any_time, two_hours, before_or_after_work), weights=(3, 5, 2))[0]


if __name__ == "__main__":
    main()
