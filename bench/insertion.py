"""One stop priced into a day of 5 000, 28 windows at once: against the limit, against numpy, and what is missed."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray

from routing.solving.day import Day, day_of
from routing.solving.pricing import Priced, price
from routing.solving.pricing_kernel import NOWHERE
from routing.solving.problem import Break, Problem, Stop, Vehicle, Window
from routing.solving.tour import Tour, Ways, tour_along

HOUR = 3600
LIMIT_MS = 10.0
KINDS = ("parcels", "weight", "volume")
WINDOWS: list[Window] = [(8 * HOUR + number * 1200, 8 * HOUR + number * 1200 + 2 * HOUR) for number in range(28)]
EXTENT_M = 20_000.0
"""The town is a square of this side with its depot in the middle."""


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How long one answer takes, in milliseconds, given the times; ratios are to the limit and to numpy's median."""

    day: str
    stops: int
    positions: int
    windows: int
    cases: int
    build_s: float
    update_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p99_of_limit: float
    numpy_p50_ms: float | None
    p50_of_numpy: float | None


class Town:
    """Places and the time and distance between any two of them: crooked streets, some of them one-way.

    What the straight line grows by is drawn from the pair, so the way back differs and no triangle is safe.
    """

    def __init__(self, places: int, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.xy = self.chance.uniform(0, EXTENT_M, (places, 2))
        self.xy[0] = EXTENT_M / 2

    def metres(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Metres of the street from each start to each end."""
        mixed = (start * 2654435761 + end * 40503 + (start ^ end) * 97) % 4096
        return (np.hypot(*(self.xy[start] - self.xy[end]).T) * (1.2 + 0.4 * mixed / 4096)).astype(np.int64)

    def ways(self, place: int, places: NDArray[np.int64]) -> Ways:
        """The ways between one place and these; all others are not known."""
        lines = np.full((4, len(self.xy)), 2**31 - 1, dtype=np.int32)
        here = np.full_like(places, place)
        lines[1][places], lines[3][places] = self.metres(places, here), self.metres(here, places)
        lines[0][places], lines[2][places] = lines[1][places] // 8, lines[3][places] // 8
        return Ways(to_s=lines[0], to_m=lines[1], from_s=lines[2], from_m=lines[3])


def main() -> None:
    """Read the flags, measure, print the tables and write the JSON."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--stops", type=int, default=5000)
    flags.add_argument("--tours", type=int, default=100)
    flags.add_argument("--cases", type=int, default=1000)
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--json", type=Path, help="write the figures here")
    asked = flags.parse_args()

    print(
        f"{'day':<28} {'positions':>9} {'p50 ms':>7} {'p95':>7} {'p99':>7} {'p99/limit':>9} {'numpy':>7} {'ratio':>6}"
    )
    found = [speed(asked, name, rich=rich) for name, rich in (("plain", False), ("breaks, several windows", True))]
    for one in found:
        peer = f"{one.numpy_p50_ms:>7.2f} {one.p50_of_numpy:>6.2f}" if one.numpy_p50_ms else f"{'-':>7} {'-':>6}"
        print(
            f"{one.day:<28} {one.positions:>9} {one.p50_ms:>7.2f} {one.p95_ms:>7.2f} {one.p99_ms:>7.2f} "
            f"{one.p99_of_limit:>9.2f} {peer}   (built in {one.build_s} s, changed in {one.update_ms} ms)"
        )
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")


def speed(asked: argparse.Namespace, name: str, *, rich: bool) -> Speed:
    """Time our answer, and numpy's where it can give one, case by case in turn."""
    town = Town(asked.stops + 1 + asked.cases, seed=asked.seed)
    tours = make_tours(town, stops=asked.stops, tours=asked.tours, rich=rich)
    began_s = time.perf_counter()
    today = day_of(tours)
    build_s = time.perf_counter() - began_s
    places = np.arange(asked.stops + 1)
    peer = None if rich else Numpy(today)
    ours_ms, numpy_ms, update_ms = [], [], []
    for case in range(asked.cases + 20):  # the first twenty load the compiled code and fill the caches
        place = asked.stops + 1 + case % asked.cases
        stop, ways = new_stop(town, place), {"van": town.ways(place, places)}
        took_ms, found = timed(lambda stop=stop, ways=ways: price(today, stop, ways, WINDOWS))
        ours_ms.append(took_ms)
        if peer:
            took_ms, best = timed(lambda stop=stop, ways=ways: peer.price(stop, ways["van"]))
            numpy_ms.append(took_ms)
            if [one.added_cost for one in found] != [cost for cost in best if cost < NOWHERE]:
                raise SystemExit(f"case {case}: numpy finds {best}, we find {found}")
        if case % 50 == 0 and found:
            update_ms.append(timed(lambda found=found, stop=stop, ways=ways: changed(today, found[0], stop, ways))[0])
    ours_ms, numpy_ms = ours_ms[20:], numpy_ms[20:]
    p50, p95, p99 = np.percentile(ours_ms, (50, 95, 99)).tolist()
    numpy_p50 = float(np.median(numpy_ms)) if numpy_ms else None
    return Speed(
        day=name,
        stops=asked.stops,
        positions=int(today.stack.positions.sum()),
        windows=len(WINDOWS),
        cases=asked.cases,
        build_s=round(build_s, 2),
        update_ms=round(float(np.median(update_ms)), 1),
        p50_ms=round(p50, 3),
        p95_ms=round(p95, 3),
        p99_ms=round(p99, 3),
        p99_of_limit=round(p99 / LIMIT_MS, 3),
        numpy_p50_ms=None if numpy_p50 is None else round(numpy_p50, 3),
        p50_of_numpy=None if numpy_p50 is None else round(p50 / numpy_p50, 3),
    )


def timed[T](deed: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds, and what it gave."""
    began_s = time.perf_counter()
    found = deed()
    return 1000 * (time.perf_counter() - began_s), found


def changed(today: Day, chosen: Priced, stop: Stop, ways: dict[str, Ways]) -> Day:
    """The day with the stop where it was priced."""
    within = replace(stop, windows=(chosen.window,))
    return today.with_tour(chosen.tour, today.tours[chosen.tour].with_stop(within, chosen.index, ways["van"]))


def make_tours(town: Town, *, stops: int, tours: int, rich: bool) -> list[Tour]:
    """Compact tours of equal size, each in the order of the nearest next stop, with some time to spare."""
    size = stops // tours
    bands = np.array_split(1 + np.argsort(town.xy[1 : stops + 1, 0]), round(tours**0.5))
    order = np.concatenate([band[np.argsort(town.xy[band, 1])] for band in bands])
    return [make_tour(town, number, order[number * size : (number + 1) * size], rich=rich) for number in range(tours)]


def make_tour(town: Town, number: int, around: NDArray[np.int64], *, rich: bool) -> Tour:
    """Drive it once to see when the vehicle is where, and lay the windows around that."""
    chance = town.chance
    way, left = [0], around.tolist()
    while left:
        metres = town.metres(np.full(len(left), way[-1]), np.array(left))
        way.append(left.pop(int(metres.argmin())))
    legs_m = town.metres(np.array(way), np.array([*way[1:], 0])).tolist()
    pause_s = 1800 if rich else 0
    now_s = begin_s = 8 * HOUR + 1800 * int(chance.integers(0, 8))
    steps = []
    for place, leg_m in zip(way[1:], legs_m, strict=False):
        now_s += leg_m // 8
        steps.append(busy_stop(chance, place, now_s, rich=rich, later_s=pause_s))
        now_s += steps[-1].service_s
    end_s = now_s + legs_m[-1] // 8 + pause_s + int(chance.integers(1200, 5400))
    noon_s = (begin_s + end_s) // 2
    vehicle = Vehicle(
        id=f"van {number}",
        profile="van",
        start_place=0,
        end_place=0,
        shift_start_s=begin_s,
        shift_end_s=end_s,
        capacities=tuple(sum(step.demands[kind] for step in steps) + int(chance.integers(0, 10)) for kind in range(3)),
        breaks=(Break(earliest_start_s=noon_s - HOUR, latest_start_s=noon_s + HOUR, duration_s=pause_s),) * rich,
        cost_per_m=1,
        max_stops=len(steps) + 20,
    )
    legs = [(leg_m // 8, leg_m) for leg_m in legs_m]
    return tour_along(Problem(places=0, profiles={}, vehicles=(), stops=(), capacity_names=KINDS), vehicle, steps, legs)


def busy_stop(chance: np.random.Generator, place: int, at_s: int, *, rich: bool, later_s: int) -> Stop:
    """A stop of the day; two of three have a window of two hours around `at_s`, or a little later."""
    start_s = int(at_s - chance.integers(0, HOUR))
    windows: tuple[Window, ...] = ((start_s, start_s + 2 * HOUR + later_s),) if chance.random() < 0.67 else ()
    if rich and windows and chance.random() < 0.3:
        windows = ((start_s - 4 * HOUR, start_s - 3 * HOUR), *windows)
    demands = tuple(int(load) for load in chance.integers(1, 4, 3))
    return Stop(
        id=f"at {place}", place=place, service_s=int(chance.integers(60, 240)), windows=windows, demands=demands
    )


def new_stop(town: Town, place: int) -> Stop:
    """The stop that a customer asks for."""
    return Stop(
        id="new", place=place, service_s=120, demands=tuple(int(load) for load in town.chance.integers(1, 4, 3))
    )


class Numpy:
    """The peer: the same arithmetic for plain tours, as whole arrays over positions and windows."""

    def __init__(self, today: Day) -> None:
        stack = today.stack
        which = np.arange(stack.before.shape[1]) < stack.positions[:, None]
        self.tour = np.nonzero(which)[0]
        self.rate_s, self.rate_m = stack.cost_per_s[self.tour], stack.cost_per_m[self.tour]
        self.duration_s, self.most_s = stack.duration_s[self.tour], stack.most_s[self.tour]
        self.before, self.after, self.leg_m = stack.before[which], stack.after[which], stack.leg_m[which]
        self.head, self.tail = stack.head[which, 0].T, stack.tail[which, 0].T
        self.room = stack.room_before[which]

    def price(self, stop: Stop, ways: Ways) -> list[int]:
        """The least that the stop adds, by window."""
        begin_s = np.array([start_s for start_s, _ in WINDOWS])[:, None]
        latest_s = np.array([end_s - 1 for _, end_s in WINDOWS])[:, None]
        after_s = self.head[0] + ways.to_s[self.before]
        fits = (self.room >= np.array(stop.demands)).all(1) & (self.head[1] + after_s <= latest_s)
        waiting_s = np.maximum(0, begin_s - after_s - self.head[2])
        duration_s = after_s + stop.service_s + waiting_s
        first_s = np.maximum(begin_s - after_s, self.head[1]) - waiting_s
        last_s = np.minimum(latest_s - after_s, self.head[2])
        after_s = duration_s + ways.from_s[self.after]
        fits &= first_s + after_s <= self.tail[2]
        duration_s = after_s + self.tail[0] + np.maximum(0, self.tail[1] - after_s - last_s)
        added_m = ways.to_m[self.before] + ways.from_m[self.after] - self.leg_m
        cost = self.rate_s * (duration_s - self.duration_s) + self.rate_m * added_m
        return np.where(fits & (duration_s <= self.most_s), cost, NOWHERE).min(1).tolist()


if __name__ == "__main__":
    main()
