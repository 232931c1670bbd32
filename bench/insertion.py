"""One stop priced into a day of 5 000, 28 windows at once: against the limit, against numpy, and what is missed."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from bench._busy_day import HOUR, Town, make_tours, new_stop
from bench._small_day import KINDS, SLOW, small_day
from bench._street_day import StreetTown, spans, street_day
from routing.insertion import MOST_ASKED, Wanted, offers
from routing.solving.fits import DoesNotFit
from routing.solving.pricing.day import Day, day, day_of
from routing.solving.pricing.pricing import Priced, price, worth_asking
from routing.solving.pricing.pricing_kernel import NOWHERE
from routing.solving.pricing.tour import Ways, ways_to
from routing.solving.problem import Stop, Window

LIMIT_MS = 10.0
LIMIT_WITH_STREETS_MS = 60.0
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
    cpu_p99_ms: float
    p99_of_limit: float
    numpy_p50_ms: float | None
    p50_of_numpy: float | None


@dataclass(frozen=True, kw_only=True)
class Missed:
    """How often an answer is not the best there is, of all windows that have one."""

    against: str
    cases: int
    offers: int
    missed: int
    lost: int
    share: float


def main() -> None:
    """Read the flags, measure, print the tables and write the JSON."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--stops", type=int, default=5000)
    flags.add_argument("--tours", type=int, default=100)
    flags.add_argument("--cases", type=int, default=1000)
    flags.add_argument("--enumerated", type=int, default=250, help="cases of each kind on small days")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--streets", help="an osrm-routed for cars; then with its street times, in the demo city")
    flags.add_argument("--box", default="24.935,60.165,24.955,60.177", help="west,south,east,north within its streets")
    flags.add_argument("--json", type=Path, help="write the figures here")
    asked = flags.parse_args()

    speeds = list(measured_speeds(asked))
    misses = list(measured_misses(asked))
    called = with_streets(asked.streets, asked) if asked.streets else None
    if asked.json:
        figures = {"speed": [asdict(one) for one in speeds], "missed": [asdict(one) for one in misses]}
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(figures | {"streets": called and asdict(called)}, indent=2) + "\n")


def measured_speeds(asked: argparse.Namespace) -> Iterator[Speed]:
    """Print and give the speeds."""
    print(
        f"{'day':<24} {'positions':>9} {'p50 ms':>7} {'p95':>6} {'p99':>6} {'p99/limit':>9} {'numpy':>6} {'ratio':>6}"
    )
    for name, rich in (("plain", False), ("breaks, several windows", True)):
        one = speed(asked, name, rich=rich)
        peer = f"{one.numpy_p50_ms:>6.2f} {one.p50_of_numpy:>6.2f}" if one.numpy_p50_ms else f"{'-':>6} {'-':>6}"
        print(
            f"{one.day:<24} {one.positions:>9} {one.p50_ms:>7.2f} {one.p95_ms:>6.2f} {one.p99_ms:>6.2f} "
            f"{one.p99_of_limit:>9.2f} {peer}   built in {one.build_s} s, changed in {one.update_ms} ms, "
            f"p99 of the processor's time {one.cpu_p99_ms} ms"
        )
        yield one


def measured_misses(asked: argparse.Namespace) -> Iterator[Missed]:
    """Print and give what is missed."""
    print(f"\n{'missed against':<60} {'cases':>6} {'offers':>7} {'missed':>6} {'lost':>5} {'share':>7}")
    for one in (
        *(against_all_places(asked, rich=rich) for rich in (False, True)),
        *(against_enumeration(kind, asked.enumerated // (3 if kind in SLOW else 1), asked.seed) for kind in KINDS),
    ):
        print(f"{one.against:<60} {one.cases:>6} {one.offers:>7} {one.missed:>6} {one.lost:>5} {one.share:>7.2%}")
        yield one


def speed(asked: argparse.Namespace, name: str, *, rich: bool) -> Speed:
    """Time our answer, and numpy's where it can give one, case by case in turn."""
    town = Town(asked.stops + 1 + asked.cases, seed=asked.seed)
    tours = make_tours(town, stops=asked.stops, tours=asked.tours, rich=rich)
    began_s = time.perf_counter()
    today = day_of(tours)
    build_s = time.perf_counter() - began_s
    places = np.arange(asked.stops + 1)
    peer = None if rich else Numpy(today)
    ours_ms, cpu_ms, numpy_ms, update_ms = [], [], [], []
    for case in range(asked.cases + 20):  # the first twenty load the compiled code and fill the caches
        place = asked.stops + 1 + case % asked.cases
        stop, ways = new_stop(town, place), {"van": town.ways(place, places)}
        began_ms = 1000 * time.thread_time()
        took_ms, found = timed(lambda stop=stop, ways=ways: price(today, stop, ways, WINDOWS))
        ours_ms.append(took_ms)
        cpu_ms.append(1000 * time.thread_time() - began_ms)
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
        cpu_p99_ms=round(float(np.percentile(cpu_ms[20:], 99)), 3),
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


def against_all_places(asked: argparse.Namespace, *, rich: bool) -> Missed:
    """With street times of the 80 places that a guess by the great circle names, against those of all places."""
    town = Town(asked.stops + 1 + asked.cases, seed=asked.seed + 1)
    today = day_of(make_tours(town, stops=asked.stops, tours=asked.tours, rich=rich))
    places = np.arange(asked.stops + 1)
    counted = Counter[str]()
    for place in range(asked.stops + 1, asked.stops + 1 + asked.cases):
        stop = new_stop(town, place)
        unknown = {"van": np.zeros(len(places), dtype=np.bool_)}
        near = worth_asking(today, stop, {"van": town.guess(place, places)}, WINDOWS, most=80, known=unknown)["van"]
        best = price(today, stop, {"van": town.ways(place, places)}, WINDOWS)
        count(counted, {"van": town.ways(place, np.array(near))}, today, stop, best)
    return missed(f"{'breaks' if rich else 'plain'}: 80 places asked, against all", asked.cases, counted)


def count(counted: Counter[str], ways: Mapping[str, Ways], today: Day, stop: Stop, best: Sequence[Priced]) -> None:
    """Count the offers, and those that are dearer than the best, or not made at all."""
    found = {one.window: one.added_cost for one in price(today, stop, ways, WINDOWS)}
    for one in best:
        counted["offers"] += 1
        counted["missed"] += found.get(one.window, NOWHERE) > one.added_cost
        counted["lost"] += one.window not in found


def missed(against: str, cases: int, counted: Counter[str]) -> Missed:
    """The counts as figures."""
    share = counted["missed"] / max(1, counted["offers"])
    return Missed(
        against=against,
        cases=cases,
        offers=counted["offers"],
        missed=counted["missed"],
        lost=counted["lost"],
        share=round(share, 5),
    )


def against_enumeration(kind: str, cases: int, seed: int) -> Missed:
    """On small days with a rule of each kind: against driving the stop at every position, by `retime`."""
    counted = Counter[str]()
    for case in range(cases):
        asked, sequences, stop, windows = small_day(kind, seed=10_000 * seed + case)
        ways, today = ways_to(asked, stop.place), day(asked, sequences)
        found = {one.window: one.added_cost for one in price(today, stop, ways, windows)}
        for window in windows:
            best = enumerated(today, replace(stop, windows=(window,)), ways)
            if best < NOWHERE:
                counted["offers"] += 1
                counted["missed"] += found.get(window, NOWHERE) > best
                counted["lost"] += window not in found
            elif window in found:
                raise SystemExit(f"{kind}, case {case}: an offer for {window} that nobody can drive")
            if found.get(window, NOWHERE) < best:
                raise SystemExit(f"{kind}, case {case}: {window} is told to cost {found[window]}, it costs {best}")
    return missed(f"{kind}: every position driven", cases, counted)


def enumerated(today: Day, stop: Stop, ways: Mapping[str, Ways]) -> int:
    """What the stop adds at its best position."""
    best = NOWHERE
    for tour in today.tours:
        for index in range(len(tour.steps) + 1):
            with suppress(DoesNotFit):
                best = min(best, tour.with_stop(stop, index, ways[tour.vehicle.profile]).cost - tour.cost)
    return best


@dataclass(frozen=True, kw_only=True)
class Called:
    """Milliseconds of a whole answer with the street call; what it misses against the street times of all places."""

    cases: int
    places_asked: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p99_of_limit: float
    compared: int
    offers: int
    missed: int


def with_streets(url: str, asked: argparse.Namespace) -> Called:
    """Time `offers` with the street call, and compare some with what all the street times would give."""
    town = StreetTown(url, asked.box, asked.stops + 221, asked.seed)
    today, places = street_day(town, stops=asked.stops, tours=asked.tours), np.arange(asked.stops + 1)
    took_ms, counted = [], Counter[str]()
    for case in range(220):
        place = asked.stops + 1 + case
        stop = new_stop(town, place)
        wanted = Wanted(place=town.points[place], service_s=stop.service_s, demands=stop.demands)
        ms, found = timed(lambda wanted=wanted: offers(today, wanted, windows=spans(WINDOWS), streets=town.streets))
        took_ms.append(ms)
        if case < 20:
            told = {one.window: one.added_cost for one in found}
            best = price(today.day, stop, {"van": town.ways(place, places)}, WINDOWS)
            for one, span in zip(best, spans([one.window for one in best]), strict=True):
                counted["offers"] += 1
                counted["missed"] += told.get(span, NOWHERE) > today.prices.seconds(one.added_cost)
    p50, p95, p99 = np.percentile(took_ms[20:], (50, 95, 99)).tolist()
    called = Called(
        cases=200,
        places_asked=MOST_ASKED,
        p50_ms=round(p50, 2),
        p95_ms=round(p95, 2),
        p99_ms=round(p99, 2),
        p99_of_limit=round(p99 / LIMIT_WITH_STREETS_MS, 3),
        compared=20,
        offers=counted["offers"],
        missed=counted["missed"],
    )
    print(f"\nwith the street call: {asdict(called)}")
    return called


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
