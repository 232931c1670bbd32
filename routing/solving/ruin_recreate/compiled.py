"""How this package's hot functions become machine code, and where that is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numba

_HERE = Path(__file__).parent

_njit: Any = numba.njit


def _digest() -> str:
    """Changes with any line of the package: numba itself sees only changes of the file that a function stands in."""
    sources = b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))
    return hashlib.sha256(sources).hexdigest()[:16]


CACHE = _HERE / "__pycache__" / f"compiled-{_digest()}"


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Compile at the first call, keep the machine code for later processes, release the GIL while it runs."""
    return _compiled(function, nogil=True)


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile into the `compiled` function that uses it; Python cannot call it.

    A call would hand over each array of each tuple, some hundred words: more than most of these functions do.
    """
    return _compiled(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled[F: Callable[..., Any]](function: F, **options: bool) -> F:
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)
    try:
        # Without the counting of references: nothing here makes an array, and counting took nine tenths of the time.
        return cast(F, _njit(cache=True, error_model="numpy", _nrt=False, **options)(function))
    finally:
        config.CACHE_DIR = before
