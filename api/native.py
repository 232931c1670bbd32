"""Slow native work (a password hash, an image) off the event loop, so that it stalls no listener."""

from __future__ import annotations

from collections.abc import Callable

from gevent import get_hub
from gevent.monkey import is_module_patched


def run[**P, R](deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what `deed` returns. Under gevent it runs in a real thread meanwhile; elsewhere, here and now."""
    if not is_module_patched("threading"):
        return deed(*args, **kwargs)
    result: R = get_hub().threadpool.apply(deed, args, kwargs)
    return result
