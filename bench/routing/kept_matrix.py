"""Matrices that take minutes to ask for, kept in the scratch folder: rows and columns are the same places."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from places.streets import Matrix


def kept(name: str, *, scratch: Path, ask: Callable[[], Matrix]) -> Matrix:
    """The matrix of that name from the folder, or else the answer, kept."""
    paths = [scratch / f"{name}-{part}.npy" for part in ("duration", "distance", "streets")]
    if not all(path.exists() for path in paths):
        asked = ask()
        scratch.mkdir(parents=True, exist_ok=True)
        for path, part in zip(paths, (asked.duration_s, asked.distance_m, asked.by_streets), strict=True):
            aside = path.with_name(f"partial-{path.name}")
            np.save(aside, part)
            aside.rename(path)
    return Matrix(*(np.load(path, mmap_mode="r") for path in paths))
