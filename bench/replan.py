"""Replan a day of 1 000 stops after 5 % of it changed, near what is driven, against planning it all anew."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from routing.solving.assemble import assemble
from routing.solving.checking.checker import violations
from routing.solving.limit import Limit
from routing.solving.problem import Problem, Profile, Sequences, SoftWindow, Stop, Vehicle
from routing.solving.replanning.replan import replan
from routing.solving.ruin_recreate import search
from routing.solving.solution import Reason, Solution, Unassigned
from routing.solving.solve import solve

KM_EAST, KM_NORTH = 18.0, 14.0
ROADS, METRES_PER_S = 1.35, 8.0
SHIFT_S, SERVICE_S = 8 * 3600, 240
MOVE_COST_PER_H, CHANGE_COST = 14_400, 900
HALF_PROMISE_S = 1800


@dataclass(frozen=True)
class Told:
    """What came of one way to plan the changed day."""

    way: str
    seconds: float
    cpu_s: float  # of this process: of planning anew, its children's is not counted
    cost: int
    left_out: int
    kept: float  # of the stops that nothing happened to, those with driver and order as before
    moved: int  # promises
    moved_h: float  # hours outside promises, together
    violations: int


def main() -> None:
    """Run the bench and print its table; write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=1000)
    parser.add_argument("--vehicles", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=3.0, help="seconds to search, of the replan")
    parser.add_argument("--full", type=float, default=30.0, help="seconds to search, of planning it all anew")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()

    made = city(asked.stops, asked.vehicles, seed=asked.seed)
    morning, driven = day(made, seconds=asked.full, seed=asked.seed)
    told = [
        each
        for name, (problem, start) in {
            "before leaving": broken_morning(morning, driven, seed=asked.seed),
            "at noon": held_up_noon(morning, driven, seed=asked.seed),
        }.items()
        for each in compared(name, problem, start, limit_s=asked.limit, full_s=asked.full, seed=asked.seed)
    ]
    show(told)
    if asked.json:
        asked.json.write_text(json.dumps({"bench": "replan", "rows": [asdict(each) for each in told]}, indent=1))


def city(stops: int, vehicles: int, *, seed: int) -> Problem:
    """Return a day in a made-up city: great-circle ways times a factor, half of the stops with a window."""
    made = random.Random(seed)
    spots = [(KM_EAST / 2, KM_NORTH / 2)] + [_spot(made) for _ in range(stops + stops // 10)]
    metres = ROADS * 1000 * np.hypot(*(np.subtract.outer(axis, axis) for axis in np.array(spots).T))
    ways = Profile(duration_s=(metres / METRES_PER_S).astype(np.int32), distance_m=metres.astype(np.int32))
    return Problem(
        places=len(spots),
        profiles={"van": ways},
        vehicles=tuple(_van(number) for number in range(vehicles)),
        stops=tuple(_stop(number, made) for number in range(1, stops + 1)),
        capacity_names=("parcels",),
    )


def day(problem: Problem, *, seconds: float, seed: int) -> tuple[Problem, Sequences]:
    """Plan the morning; return it with a promise for each stop, and the routes."""
    found = anew(problem, seconds, seed)
    solution = assemble(problem, found, unassigned=(), found_by="morning")
    begins = {visit.stop_id: visit.start_s for route in solution.routes for visit in route.visits}
    promised = {stop.id: _promised(stop, begins[stop.id]) for stop in problem.stops if stop.id in begins}
    stops = tuple(promised[stop.id] for stop in problem.stops if stop.id in promised)
    return replace(problem, stops=stops), _renewed(found, promised)


def anew(problem: Problem, seconds: float, seed: int) -> Sequences:
    """Search with no plan to begin from."""
    limit = Limit(seconds=seconds)
    return search(problem, problem.stops, start=None, limit=limit, seed=seed, on_better=lambda *_: None)


def broken_morning(morning: Problem, driven: Sequences, *, seed: int) -> tuple[Problem, Sequences]:
    """Nobody has left: one van breaks down, two in a hundred stops are new, one in two hundred is cancelled."""
    made = random.Random(seed)
    size = len(morning.stops)
    broken = max(range(len(driven)), key=lambda number: len(driven[number]))
    gone = {stop.id for stop in made.sample(morning.stops, size // 200)}
    new = [_stop(number, made) for number in range(size + 1, size + 1 + size // 50)]
    vehicles = tuple(each for number, each in enumerate(morning.vehicles) if number != broken)
    start = [[stop for stop in steps if stop.id not in gone] for number, steps in enumerate(driven) if number != broken]
    return _bound(replace(morning, vehicles=vehicles), [*driven_stops(driven, gone), *new], driven, start)


def held_up_noon(morning: Problem, driven: Sequences, *, seed: int) -> tuple[Problem, Sequences]:
    """Half of the day is done, the rest is on board: two vans stand in a jam, and one in forty stops is called off."""
    made = random.Random(seed + 1)
    noon_s = SHIFT_S // 2
    solution = assemble(morning, driven, unassigned=(), found_by="morning")
    begins = {visit.stop_id: visit for route in solution.routes for visit in route.visits}
    gone = {stop.id for stop in made.sample(morning.stops, len(morning.stops) // 40)}
    late = made.sample(range(len(driven)), 2)
    vehicles, start = [], []
    for number, (vehicle, steps) in enumerate(zip(morning.vehicles, driven, strict=True)):
        done = [stop for stop in steps if begins[stop.id].departure_s <= noon_s]
        left = [stop for stop in steps[len(done) :] if stop.id not in gone]
        place = done[-1].place if done else vehicle.start_place
        ready_s = noon_s + (2700 if number in late else 0)
        vehicles.append(
            replace(vehicle, start_place=place, shift_start_s=ready_s, locked=tuple(s.id for s in left[:1]))
        )
        start.append([_open(stop) if index == 0 else stop for index, stop in enumerate(left)])
    stops = [
        replace(stop, allowed_vehicles=frozenset({vehicle.id}))
        for vehicle, steps in zip(vehicles, start, strict=True)
        for stop in steps
    ]
    return _bound(replace(morning, vehicles=tuple(vehicles)), stops, start, start)


def compared(name: str, problem: Problem, start: Sequences, *, limit_s: float, full_s: float, seed: int) -> list[Told]:
    """Replan, plan anew with the same costs, and plan anew as if nothing had been promised."""
    near, near_s = timed(lambda: replan(problem, start, limit=Limit(seconds=limit_s), seed=seed))
    full, full_took_s = timed(lambda: solve(problem, limit=Limit(seconds=full_s), seed=seed))
    free = tuple(replace(vehicle, locked=()) for vehicle in problem.vehicles)
    plain_problem = replace(
        problem, vehicles=free, stops=tuple(replace(s, soft_window=None, vehicle_costs=()) for s in problem.stops)
    )
    found, plain_s = timed(lambda: anew(plain_problem, full_s, seed))
    served = {stop.id for steps in found for stop in steps}
    plain = assemble(plain_problem, found, unassigned=_out(plain_problem, served), found_by="plain")
    return [
        judged(f"{name}: replan", problem, problem, start, near, near_s),
        judged(f"{name}: all anew, same costs", problem, problem, start, full, full_took_s),
        judged(f"{name}: all anew, promises forgotten", problem, plain_problem, start, plain, plain_s),
    ]


def timed[T](deed: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """Return what the deed returns, and its seconds by the clock and of this process."""
    began = time.monotonic(), time.process_time()
    done = deed()
    return done, (time.monotonic() - began[0], time.process_time() - began[1])


def judged(
    way: str, problem: Problem, as_asked: Problem, start: Sequences, found: Solution, took: tuple[float, float]
) -> Told:
    """Measure a plan against what was driven and promised; `as_asked` is the problem that its search was given."""
    stops = {stop.id: stop for stop in problem.stops}
    begins = {visit.stop_id: visit.start_s for route in found.routes for visit in route.visits}
    off_s = [_off_s(stop, begins[stop.id]) for stop in stops.values() if stop.soft_window and stop.id in begins]
    return Told(
        way=way,
        seconds=round(took[0], 2),
        cpu_s=round(took[1], 2),
        cost=found.cost.total,
        left_out=len(stops) - len(begins),
        kept=round(kept_share(problem, start, found), 4),
        moved=sum(each > 0 for each in off_s),
        moved_h=round(sum(off_s) / 3600, 2),
        violations=len(violations(as_asked, found)),
    )


def kept_share(problem: Problem, start: Sequences, found: Solution) -> float:
    """Return the share of the stops of `start` that still have their driver and come behind the same one of them."""
    known = {stop.id for steps in start for stop in steps}
    after = {
        stop_id: (route.vehicle_id, before)
        for route in found.routes
        for before, stop_id in pairwise(["", *(visit.stop_id for visit in route.visits if visit.stop_id in known)])
    }
    stood = [
        (stop_id, (vehicle.id, before))
        for vehicle, steps in zip(problem.vehicles, start, strict=True)
        for before, stop_id in pairwise(["", *(stop.id for stop in steps)])
    ]
    return sum(after.get(stop_id) == place for stop_id, place in stood) / max(1, len(stood))


def show(rows: Sequence[Told]) -> None:
    """Print the table."""
    print(f"{'':44} {'s':>7} {'cpu s':>7} {'cost':>9} {'out':>4} {'kept':>7} {'moved':>6} {'hours':>7} {'faults':>6}")
    for row in rows:
        print(
            f"{row.way:44} {row.seconds:7.2f} {row.cpu_s:7.2f} {row.cost:9} {row.left_out:4} {row.kept:7.1%} "
            f"{row.moved:6} {row.moved_h:7.2f} {row.violations:6}"
        )


def driven_stops(driven: Sequences, gone: set[str]) -> list[Stop]:
    """Return the stops of the routes that are not gone."""
    return [stop for steps in driven for stop in steps if stop.id not in gone]


def _bound(problem: Problem, stops: Sequence[Stop], driven: Sequences, start: Sequences) -> tuple[Problem, Sequences]:
    """Let another driver than before cost, and a start hold the stops as the problem has them."""
    home = {stop.id: vehicle.id for vehicle, steps in zip(problem.vehicles, start, strict=True) for stop in steps}
    others = tuple((vehicle.id, CHANGE_COST) for vehicle in problem.vehicles)
    bound = {
        stop.id: replace(stop, vehicle_costs=tuple(each for each in others if each[0] != home.get(stop.id)))
        if any(stop.id == each.id for steps in driven for each in steps)
        else stop
        for stop in stops
    }
    return replace(problem, stops=tuple(bound.values())), _renewed(start, bound)


def _renewed(sequences: Sequences, stops: dict[str, Stop]) -> Sequences:
    return [[stops[stop.id] for stop in steps if stop.id in stops] for steps in sequences]


def _spot(made: random.Random) -> tuple[float, float]:
    """Half of the stops in six quarters, half anywhere."""
    if made.random() < 0.5:
        return made.uniform(0, KM_EAST), made.uniform(0, KM_NORTH)
    quarter = made.randrange(6)
    centre = random.Random(quarter)
    east, north = centre.uniform(2, KM_EAST - 2), centre.uniform(2, KM_NORTH - 2)
    return min(KM_EAST, max(0.0, made.gauss(east, 1.0))), min(KM_NORTH, max(0.0, made.gauss(north, 1.0)))


def _van(number: int) -> Vehicle:
    return Vehicle(
        id=f"van {number}",
        profile="van",
        start_place=0,
        end_place=0,
        shift_start_s=0,
        shift_end_s=SHIFT_S + 3600,
        capacities=(40,),
        fixed_cost=3600,
    )


def _stop(number: int, made: random.Random) -> Stop:
    begin_s = made.randrange(0, SHIFT_S - 3 * 3600, 1800)
    windows = ((begin_s, begin_s + made.choice((2, 3, 4)) * 3600),) if made.random() < 0.5 else ()
    return Stop(id=str(number), place=number, service_s=SERVICE_S, demands=(1,), windows=windows)


def _promised(stop: Stop, begin_s: int) -> Stop:
    start_s, end_s = begin_s - HALF_PROMISE_S, begin_s + HALF_PROMISE_S
    soft = SoftWindow(start_s=start_s, end_s=end_s, early_cost_per_h=MOVE_COST_PER_H, late_cost_per_h=MOVE_COST_PER_H)
    return replace(stop, soft_window=soft)


def _open(stop: Stop) -> Stop:
    return replace(stop, windows=())


def _off_s(stop: Stop, begin_s: int) -> int:
    soft = stop.soft_window
    assert soft is not None
    return max(0, soft.start_s - begin_s, begin_s - soft.end_s + 1)


def _out(problem: Problem, served: set[str]) -> list[Unassigned]:
    return [
        Unassigned(stop_id=stop.id, reason=Reason.NO_ROOM, detail="") for stop in problem.stops if stop.id not in served
    ]


if __name__ == "__main__":
    main()
