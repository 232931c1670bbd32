"""How plans grow: time to the first whole plan, cost after so many seconds, memory, and the exponent of the time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from bench.routing.growing import SECONDS
from bench.routing.lines import Line

NEAR = 1.05
MOST_MB = 3000
MOST_EXPONENT = 1.3


def told(lines: Sequence[Line]) -> Iterator[str]:
    """A row a size, then what was promised."""
    by_size: dict[int, list[Line]] = {}
    for line in sorted(lines, key=lambda one: (one.stops, one.seconds)):
        by_size.setdefault(line.stops, []).append(line)
    yield ""
    yield "growth: cost by the limit; whole: seconds to the first plan for everybody; near: to within 5 % of the best"
    yield f"{'stops':>6} {'whole s':>8} {'near s':>8} {'MB':>7} " + " ".join(f"{at:>9g} s" for at in SECONDS)
    for stops, runs in by_size.items():
        costs = {run.seconds: run.cost for run in runs}
        cells = [_cell(first_whole_s(runs), 8), _cell(near_s(runs), 8), f"{max(run.peak_mb for run in runs):>7.0f}"]
        yield f"{stops:>6} {' '.join(cells)} " + " ".join(_cell(costs.get(at), 11, 0) for at in SECONDS)
    yield from _promises(by_size)


def _promises(by_size: Mapping[int, Sequence[Line]]) -> Iterator[str]:
    largest = max(by_size)
    peak_mb = max(run.peak_mb for run in by_size[largest])
    yield f"memory at {largest} stops, all processes: {peak_mb:.0f} MB, at most {MOST_MB}: {_kept(peak_mb, MOST_MB)}"
    times = {stops: near_s(runs) for stops, runs in by_size.items()}
    found = exponent({stops: at for stops, at in times.items() if at is not None})
    if found is not None:
        yield f"time to within 5 % grows as n^{found:.2f}, at most n^{MOST_EXPONENT}: {_kept(found, MOST_EXPONENT)}"


def first_whole_s(runs: Sequence[Line]) -> float | None:
    """Seconds from the call to the first plan told of that leaves nothing out, in the quickest run."""
    return min((at for run in runs for at, _, left in run.curve if not left), default=None)


def near_s(runs: Sequence[Line]) -> float | None:
    """Seconds to the first whole plan within 5 % of the best of all runs, in the quickest run."""
    best = min((run.cost for run in runs if run.cost is not None), default=None)
    if best is None:
        return None
    return min((at for run in runs for at, cost, left in run.curve if not left and cost <= NEAR * best), default=None)


def exponent(seconds_by_size: Mapping[int, float]) -> float | None:
    """The slope of the least-squares line through the logarithms; `None` for less than two sizes."""
    if len(seconds_by_size) < 2:
        return None
    points = [(math.log(stops), math.log(at)) for stops, at in seconds_by_size.items()]
    middle_x, middle_y = (mean(values) for values in zip(*points, strict=True))
    rise = sum((x - middle_x) * (y - middle_y) for x, y in points)
    slope: float = rise / sum((x - middle_x) ** 2 for x, _ in points)
    return slope


def _kept(found: float, most: float) -> str:
    return "yes" if found <= most else "NO"


def _cell(number: float | None, width: int, digits: int = 1) -> str:
    return f"{'-':>{width}}" if number is None else f"{number:>{width}.{digits}f}"
