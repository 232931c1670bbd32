"""Not a solver: the bench of the matrix in a process of its own, so that its memory is its own."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.matrix import compare, large
from kernel.geo import Point


def solve(work: tuple[str, Sequence[Point]], *, rounds: int, compared: int) -> dict[str, float]:
    """The figures by their names, for the server at the address and these points."""
    url, points = work
    with tempfile.TemporaryDirectory() as folder:
        return compare(url, list(points[:compared]), rounds) | large(url, list(points), Path(folder))
