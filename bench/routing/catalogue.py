"""Which instances a set has, read from the folder of public data."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from bench.routing.best_known import with_best_known
from bench.routing.instance import Instance
from bench.routing.reading import read_homberger, read_lilim, read_ortec, read_sartori, read_solomon

_SETS: dict[str, tuple[str, Callable[[Path], Instance]]] = {
    "ortec": ("ortec/*.txt", read_ortec),
    "homberger": ("homberger/*/*.txt", read_homberger),
    "lilim": ("lilim/*/*.txt", read_lilim),
    "solomon": ("solomon/*.txt", read_solomon),
    "sartori": ("sartori/*.txt", read_sartori),
}
PUBLIC_SETS = tuple(_SETS)


class NoInstances(Exception):
    """Nothing of that name lies in the folder."""


def public(name: str, *, data: Path, only: str) -> Iterator[Instance]:
    """The instances of a set whose names match any of the patterns `only` (`*n212*,*n262*`), the small ones first."""
    pattern, read = _SETS[name]
    paths = [path for path in sorted(data.glob(pattern)) if wanted(path.stem, only)]
    if not paths:
        raise NoInstances(f"no file {pattern} matching {only!r} in {data}")
    yield from sorted((with_best_known(read(path), data) for path in paths), key=lambda one: one.stops)


def wanted(name: str, only: str) -> bool:
    """Whether the name matches one of the patterns; a word without a star may stand anywhere in it."""
    patterns = [pattern if "*" in pattern else f"*{pattern}*" for pattern in only.lower().split(",")]
    return any(fnmatch(name.lower(), pattern) for pattern in patterns)
