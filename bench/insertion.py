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

from bench._busy_day import HOUR, Town, make_tours, new_stop
from routing.solving.day import Day, day_of
from routing.solving.pricing import Priced, price
from routing.solving.pricing_kernel import NOWHERE
from routing.solving.problem import Stop, Window
from routing.solving.tour import Ways

LIMIT_MS = 10.0
WINDOWS: list[Window] = [(8 * HOUR + number * 1200, 8 * HOUR + number * 1200 + 2 * HOUR) for number in range(28)]


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
