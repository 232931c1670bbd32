"""One driver's own order at 300 ms against a long run, between real addresses of Prague."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, median

from bench.routing.children import solve_apart
from bench.routing.lines import Line
from bench.routing.rich_set import matrices
from bench.routing.rounds import ROUNDS, SIZES, a_round
from bench.routing.solvers.with_one_driver import Reordering
from bench.routing.trial import OURS, version_of

NAME = "one-driver"
LONG = "long run"
LONG_S = 10.0
UP_TO = 100
MOST = 0.01


class OneDriverFailed(Exception):
    """The process that orders the rounds died."""


def lines(*, data: Path, scratch: Path, seconds: float | None) -> Iterator[Line]:
    """Two lines a round: the usual time, and the long run."""
    matrix, long_s, load_before = matrices(data, scratch)["car"], seconds or LONG_S, os.getloadavg()[0]
    asked = [(stops, number) for stops in SIZES for number in range(1, ROUNDS + 1)]
    work = [a_round(matrix, stops=stops, seed=1000 * stops + number) for stops, number in asked]
    (ended,) = solve_apart("one_driver", work, [{"seconds": long_s, "seed": 1}], seconds=long_s * len(work) + 60)
    if ended.answer is None:
        raise OneDriverFailed(ended.fault)
    for (stops, number), found in zip(asked, ended.answer, strict=True):
        name = f"round-{stops}-{number}"
        yield _line(name, stops, OURS, found.quick, found, load_before)
        yield _line(name, stops, LONG, found.long, found, load_before)


def _line(name: str, stops: int, solver: str, cost: int | None, found: Reordering, load_before: float) -> Line:
    return Line(
        set=NAME,
        instance=name,
        stops=stops,
        solver=solver,
        seed=1,
        seconds=0.3,
        cost=cost,
        vehicles=1,
        faults=() if cost is not None else ("no answer",),
        wall_s=0,
        used_s=round(found.used_s, 3),
        cpu_s=0,
        peak_mb=0,
        load_before=round(load_before, 2),
        version=version_of(OURS),
        note=f"{found.before} as it stood",
    )


def told(found: Sequence[Line]) -> Iterator[str]:
    """A row a size: how far above the long run, how long the call took."""
    yield ""
    yield "one driver at 300 ms against a long run: shares of the cost, lateness in it; the whole call in ms"
    heads = {"stops": 6, "rounds": 7, "no answer": 10, "mean gap": 9, "worst gap": 10, "median ms": 10, "worst ms": 9}
    yield " ".join(f"{head:>{width}}" for head, width in heads.items())
    for stops in dict.fromkeys(line.stops for line in found):
        quick = {line.instance: line for line in found if line.stops == stops and line.solver == OURS}
        long = {line.instance: line.cost for line in found if line.stops == stops and line.solver == LONG}
        gaps = [line.cost / best - 1 for name, line in quick.items() if line.cost and (best := long.get(name))]
        took_ms = [1000 * line.used_s for line in quick.values()]
        silent = sum(line.cost is None for line in quick.values())
        kept = (
            f"  mean at most {MOST:.0%}: {'yes' if not silent and mean(gaps) <= MOST else 'NO'}"
            if stops <= UP_TO
            else ""
        )
        yield (
            f"{stops:>6} {len(quick):>7} {silent:>10} {mean(gaps) if gaps else 0:>9.2%} {max(gaps, default=0):>10.2%} "
            f"{median(took_ms):>10.0f} {max(took_ms):>9.0f}{kept}"
        )
