"""Which solver processes run below this one."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def errands(kind: str = "") -> list[int]:
    """Those of this process, its children and theirs that were sent for an errand of this kind."""
    return [process for process in _below(os.getpid()) if is_errand(process, kind)]


def is_errand(process: int, kind: str = "") -> bool:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return False
    return b"routing.solving.child" in words and (not kind or kind.encode() in words)


@contextmanager
def nobody_left() -> Iterator[None]:
    """All that is started inside must be gone behind."""
    before = set(errands())
    seen: set[int] = set()
    try:
        yield
    finally:
        seen = set(errands())
    assert seen <= before


def gone(processes: list[int]) -> bool:
    """Whether they are, sooner or later."""
    for _ in range(100):
        if not any(map(is_errand, processes)):
            return True
        time.sleep(0.1)
    return False


def _below(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except FileNotFoundError:
            continue
        for child in map(int, children):
            yield child
            yield from _below(child)
