"""The matrix between real addresses: our streets against a bare call to the same server, memory, the second plan."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.matrix import LIMIT
from bench.routing.children import solve_apart
from bench.routing.lines import Line
from bench.routing.rich_set import EXTRACT
from bench.routing.street_server import addresses, read_extract, streets
from bench.routing.trial import OURS, version_of

NAME = "matrix"
POINTS = 3000
_ALLOWED_S = 120.0


class MatrixFailed(Exception):
    """The process that asks for the matrix died."""


def lines(*, data: Path, scratch: Path) -> Iterator[Line]:
    """One line a figure."""
    file, load_before = data / EXTRACT, os.getloadavg()[0]
    points = addresses(read_extract(file), count=POINTS, seed=1)
    with streets(file, scratch=scratch, sample=points, profiles=["car"]) as (_, urls):
        (ended,) = solve_apart("streets", (urls["car"], points), [{"rounds": 5, "compared": 1000}], seconds=_ALLOWED_S)
    if ended.answer is None:
        raise MatrixFailed(ended.fault)
    for name, figure in ended.answer.items():
        yield Line(
            set=NAME,
            instance=name,
            stops=POINTS,
            solver=OURS,
            seed=1,
            seconds=0,
            cost=round(figure, 4),
            vehicles=0,
            faults=(),
            wall_s=ended.wall_s,
            used_s=0,
            cpu_s=ended.cpu_s,
            peak_mb=ended.peak_mb,
            load_before=round(load_before, 2),
            version=version_of(OURS),
        )


def told(found: Sequence[Line]) -> Iterator[str]:
    """The figures, and whether the promise is kept."""
    yield ""
    yield "matrix: addresses of Prague, by car"
    for line in found:
        promise = (
            f"  at most {LIMIT}: {'yes' if (line.cost or 0) <= LIMIT else 'NO'}" if "ratio" in line.instance else ""
        )
        yield f"{line.instance:44} {line.cost:10.3f}{promise}"
    yield f"{'peak memory of the asking process, MB':44} {max(line.peak_mb for line in found):10.1f}"
