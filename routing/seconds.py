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

EVER: Window = (-(2**40), 2**40)
_SECOND = timedelta(seconds=1)
_MINUTE_S = 60
_AS_MINUTES = 120


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


def written(at: datetime) -> str:
    """Return the time, in UTC, as JSON columns keep it and clients read it."""
    return at.isoformat().replace("+00:00", "Z")


def spoken(seconds: int) -> str:
    """Return so long a time as a person says it, in whole minutes rounded up: `95 min`, `38 h 5 min`."""
    minutes = ceil(seconds / _MINUTE_S)
    if minutes < _AS_MINUTES:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def windows_s(windows: Sequence[Span], *, origin: Origin, within: Window = EVER) -> tuple[Window, ...]:
    """Return the windows in seconds as far as they lie `within`, in order, those that overlap or touch as one."""
    merged: list[Window] = []
    for starts_at, ends_at in sorted(windows):
        start_s, end_s = max(within[0], origin.up(starts_at)), min(within[1], origin.up(ends_at))
        if start_s >= end_s:
            continue
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return tuple(merged)
