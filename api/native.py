"""Slow native work (a password hash, an image) off the event loop, so that it stalls no listener."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent import get_hub
from gevent.monkey import is_module_patched


def run[**P, R](deed: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what `deed` returns. Under gevent it runs in a real thread meanwhile; elsewhere, here and now."""
    if not is_module_patched("threading"):
        return deed(*args, **kwargs)
    # What is raised is brought back by hand: gevent would print it from the thread as well.
    result, raised = get_hub().threadpool.apply(_caught, (deed, args, kwargs))
    if raised is not None:
        raise raised
    answer: R = result
    return answer


def _caught(deed: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Exception | None]:
    try:
        return deed(*args, **kwargs), None
    except Exception as raised:
        return None, raised
