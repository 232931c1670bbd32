"""The files behind kept matrices: a folder each, written aside and renamed, so that it is there whole or not at all."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point
from places.adapters.osrm_tables import Block

log = logging.getLogger(__name__)

_ABANDONED_S = 3600.0


class Where(NamedTuple):
    """The points that a kept matrix knows: their numbers among those asked for, and in the matrix."""

    known: NDArray[np.intp]
    kept: NDArray[np.intp]


@dataclass(frozen=True)
class Kept:
    """A matrix on disk, mapped into memory: nothing is read until it is looked at."""

    folder: Path
    names: NDArray[np.str_]
    block: Block

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names.tolist())}

    def where(self, points: Sequence[Point]) -> Where:
        """Return which of the points it knows."""
        found = [(number, self._numbers[name]) for number, name in enumerate(_names(points)) if name in self._numbers]
        pairs = np.array(found, dtype=np.intp).reshape(-1, 2)
        return Where(pairs[:, 0], pairs[:, 1])


class TableFiles:
    """Matrices in `folder`, at most `most_bytes` of them; those not used for longest go first.

    Several processes may use one folder at once. A matrix that cannot be read is thrown away.
    """

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def all(self, profile: str) -> Iterator[Kept]:
        """Yield the kept matrices of the profile."""
        for folder in self._folder.glob(f"{profile}-*"):
            try:
                yield _read(folder)
            except (OSError, ValueError, EOFError) as fault:
                # Another process may have thrown it away just now, or a disk was full once.
                log.info("a kept matrix cannot be read: %s", fault)
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, profile: str, points: Sequence[Point], block: Block) -> None:
        """Keep the matrix, if there is room for it. A disk that refuses is no reason to fail."""
        if block.duration_s.nbytes + block.distance_m.nbytes > self._most_bytes:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=".", dir=self._folder))
            np.save(aside / "names.npy", np.array(_names(points)))
            np.save(aside / "duration_s.npy", block.duration_s)
            np.save(aside / "distance_m.npy", block.distance_m)
            aside.rename(self._folder / f"{profile}-{aside.name[1:]}")
            self._make_room()
        except OSError as fault:
            log.warning("a matrix was not kept: %s", fault)

    def used(self, kept: Kept) -> None:
        """Let it stay longer than those that nobody asks for."""
        try:
            os.utime(kept.folder)
        except OSError as fault:
            log.info("a kept matrix is gone: %s", fault)

    def drop(self, kept: Kept) -> None:
        """Throw it away; whoever has it mapped reads on."""
        shutil.rmtree(kept.folder, ignore_errors=True)

    def _make_room(self) -> None:
        stored = sorted(self._folder.glob("*-*"), key=_age_s)
        sizes = np.cumsum([sum(file.stat().st_size for file in folder.iterdir()) for folder in stored])
        abandoned = (folder for folder in self._folder.glob(".*") if _age_s(folder) > _ABANDONED_S)
        for folder in (*stored[int(np.searchsorted(sizes, self._most_bytes, side="right")) :], *abandoned):
            shutil.rmtree(folder, ignore_errors=True)


def _read(folder: Path) -> Kept:
    names = np.load(folder / "names.npy")
    block = Block(np.load(folder / "duration_s.npy", mmap_mode="r"), np.load(folder / "distance_m.npy", mmap_mode="r"))
    if any(figures.shape != (len(names), len(names)) or figures.dtype != np.int32 for figures in block):
        raise ValueError(f"{folder.name} contradicts itself")
    return Kept(folder, names, block)


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _names(points: Sequence[Point]) -> list[str]:
    """Return the points as they are asked for: to a tenth of a metre."""
    return [f"{point.longitude:.6f},{point.latitude:.6f}" for point in points]
