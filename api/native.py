"""Slow native work (a password hash, an image) off the event loop, and few collections: neither stalls a listener."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import structlog
from gevent import get_hub, spawn
from gevent.monkey import is_module_patched

from routing.solving.replanning import one_route


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


def warm() -> None:
    """Load in the background what is compiled and would keep a courier waiting; requests are served meanwhile."""
    spawn(_warm)


def collect_rarely() -> None:
    """Keep what is loaded by now out of every later collection: with 10 000 listeners a full one would stall all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def _warm() -> None:
    try:
        run(one_route.warm)
    except Exception as fault:
        # Nothing is lost but speed: what is not compiled does without.
        structlog.get_logger().warning("the search for one driver's order is not compiled", fault=repr(fault))


def _caught(deed: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Exception | None]:
    try:
        return deed(*args, **kwargs), None
    except Exception as raised:
        return None, raised
