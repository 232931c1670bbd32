"""Times as the optimiser counts them: seconds since the plan's origin, and back.

Whatever is rounded is rounded so that what the optimiser may do, the shift and the recipient allow too: starts and
ends of windows up (half-open in both worlds), ends of shifts down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from routing.given import Span
from routing.solving.problem import Window

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Origin:
    """The instant that the optimiser calls 0."""

    at: datetime

    def up(self, at: datetime) -> int:
        """Return the first whole second that is not before `at`."""
        return ceil((at - self.at) / _SECOND)

    def down(self, at: datetime) -> int:
        """Return the last whole second that is not after `at`."""
        return floor((at - self.at) / _SECOND)

    def instant(self, seconds: int) -> datetime:
        """Return the time at `seconds`."""
        return self.at + seconds * _SECOND


def windows_s(windows: Sequence[Span], *, origin: Origin, until_s: int) -> tuple[Window, ...]:
    """Return the windows in seconds within `[0, until_s)`, in order, those that overlap or touch as one."""
    merged: list[Window] = []
    for starts_at, ends_at in sorted(windows):
        start_s, end_s = max(0, origin.up(starts_at)), min(until_s, origin.up(ends_at))
        if start_s >= end_s:
            continue
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return tuple(merged)
