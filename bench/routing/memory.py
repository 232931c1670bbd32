"""The most memory that a process and all its descendants held at once, seen from outside."""

import threading
from pathlib import Path

_BETWEEN_LOOKS_S = 0.5


class PeakMemory:
    """Looks at `/proc` until stopped. Counts proportional shares, so what processes share counts once; Linux only."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._peak_kb = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Stop looking; megabytes, 0 where the system does not say."""
        self._stopping.set()
        self._thread.join()
        return round(self._peak_kb / 1024, 1)

    def _watch(self) -> None:
        while not self._stopping.wait(_BETWEEN_LOOKS_S):
            held_kb = sum(_held_kb(one) for one in [self._process, *descendants(self._process)])
            self._peak_kb = max(self._peak_kb, held_kb)


def descendants(process: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            children = [int(child) for child in _read(task).split()]
            found += children
            waiting += children
    return found


def _held_kb(process: int) -> int:
    for line in _read(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # ended meanwhile, or not ours to see
