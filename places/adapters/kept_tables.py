"""Matrices kept on disk: the plans of a day share most of their places, so only what is new is asked for.

A kept matrix is believed only while the streets still say the same of a sample of its pairs, so that a new city, or a
server that knows of traffic, is noticed without being told. Estimates are never kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point
from places.adapters.osrm_tables import Block
from places.adapters.table_files import Kept, TableFiles

WORTH_KEEPING = 50
"""Points from which on a matrix is kept: smaller ones are asked for in less time than files take."""

# Points a side. A change of the streets that shows in none of their pairs goes unnoticed.
_SAMPLE = 12
_LEAST_SHARED = 0.5


class Answer(NamedTuple):
    """What the streets say. Not `complete` when they fell silent in the middle."""

    block: Block
    complete: bool


type Ask = Callable[[Sequence[Point], Sequence[Point]], Answer]


class KeptTables:
    """Matrices of all profiles, shared between plans and between the processes of a machine."""

    def __init__(self, files: TableFiles) -> None:
        self._files = files

    def matrix(self, profile: str, points: Sequence[Point], ask: Ask) -> Block:
        """Return the figures between all points, a HOLE where there is none: kept ones, and `ask` for the rest.

        What `ask` answers for one `profile` is never taken for another: any word for a way of moving will do.
        """
        kept = self._best(profile, points)
        if kept is not None and not _still_so(kept, points, ask):
            self._files.drop(kept)
            kept = None

        answer = ask(points, points) if kept is None else _completed(kept, points, ask)
        if kept is not None and len(kept.where(points).known) == len(points):
            self._files.used(kept)
        elif answer.complete:
            self._files.keep(profile, points, answer.block)
        return answer.block

    def _best(self, profile: str, points: Sequence[Point]) -> Kept | None:
        """Return the matrix that shares most of the points, None where none shares enough."""
        shares = [(len(kept.where(points).known) / len(points), kept) for kept in self._files.all(profile)]
        share, best = max(shares, key=lambda each: each[0], default=(0.0, None))
        return best if share >= _LEAST_SHARED else None


def _still_so(kept: Kept, points: Sequence[Point], ask: Ask) -> bool:
    """Ask for a sample. Streets that do not answer are no reason to forget what they said."""
    known, numbers = kept.where(points)
    sample = random.sample(range(len(known)), min(_SAMPLE, len(known)))
    asked = [points[number] for number in known[sample].tolist()]
    truth = ask(asked, asked)
    return not truth.complete or all(map(np.array_equal, truth.block, _part(kept.block, numbers[sample])))


def _completed(kept: Kept, points: Sequence[Point], ask: Ask) -> Answer:
    """Lay the kept figures out in the order of `points`, and ask for the rows and columns of the others."""
    known, numbers = kept.where(points)
    whole = Block(*(np.empty((len(points), len(points)), dtype=np.int32) for _ in kept.block))
    for figures, before in zip(whole, _part(kept.block, numbers), strict=True):
        figures[np.ix_(known, known)] = before

    new = np.setdiff1d(np.arange(len(points)), known)
    if not len(new):
        return Answer(whole, complete=True)
    strangers, others = [points[number] for number in new.tolist()], [points[number] for number in known.tolist()]
    leaving, coming = ask(strangers, points), ask(others, strangers)
    for figures, out, back in zip(whole, leaving.block, coming.block, strict=True):
        figures[new] = out
        figures[np.ix_(known, new)] = back
    return Answer(whole, complete=leaving.complete and coming.complete)


def _part(block: Block, numbers: NDArray[np.intp]) -> Block:
    return Block(*(figures[np.ix_(numbers, numbers)] for figures in block))
