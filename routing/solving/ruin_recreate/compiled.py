"""How this package's hot functions become machine code, and where that is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numba

_HERE = Path(__file__).parent

_njit: Any = numba.njit
_cfunc: Any = numba.cfunc
_SEVEN = "i8(" + ",".join(["i8"] * 7) + ")"
_OPTIONS = {"cache": True, "error_model": "numpy", "_nrt": False}
"""Without the counting of references: nothing here makes an array, and counting took nine tenths of the time."""

_parts: dict[Callable[..., int], Any] = {}
_one_at_a_time = Lock()


def _digest() -> str:
    """Changes with any line of the package: numba itself sees only changes of the file that a function stands in."""
    sources = b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))
    return hashlib.sha256(sources).hexdigest()[:16]


CACHE = _HERE / "__pycache__" / f"compiled-{_digest()}"


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Compile at the first call, keep the machine code for later processes, release the GIL while it runs."""
    return cast(F, _kept(lambda: _njit(nogil=True, **_OPTIONS)(function)))


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile into the compiled function that uses it; Python cannot call it."""
    options = _OPTIONS | {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, _kept(lambda: _njit(**options)(function)))


def apart[F: Callable[..., Any]](function: F) -> F:
    """Compile on its own, to be called by its address (`memory.call`).

    What numba calls it also compiles into the caller, again and again up to the top: minutes for this package. The
    function takes seven integers, the first three the addresses of task, plan and work, and gives one.
    """
    return function


def address_of(function: Callable[..., int]) -> int:
    """Where the machine code of a function `apart` is; it stays there as long as the process runs."""
    with _one_at_a_time:
        if function not in _parts:
            _parts[function] = _kept(lambda: _cfunc(_SEVEN, **_OPTIONS)(function))
    return int(_parts[function].address)


def _kept[T](make: Callable[[], T]) -> T:
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)
    try:
        return make()
    finally:
        config.CACHE_DIR = before
