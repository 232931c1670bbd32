"""What the recipient is told: half an hour around the planned time, inside the window that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from routing.given import Span

AROUND = timedelta(minutes=30)
ROUNDED_TO = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def promise(planned: datetime, *, windows: Sequence[Span], now: datetime) -> Span:
    """Return the half-open window to promise for a service planned to begin at `planned`.

    From half an hour before to half an hour after, outwards to whole five minutes, then cut to the window that
    holds `planned`: a promise never reaches beyond what the recipient asked for, nor does it begin before it is told,
    unless the planned time has passed already.
    """
    start = max(_down(planned - AROUND), min(_down(now), _down(planned)))
    end = -_down_delta(-(planned + AROUND - _EPOCH)) + _EPOCH
    for window_start, window_end in windows:
        if window_start <= planned < window_end:
            return max(start, window_start), min(end, window_end)
    return start, end


def _down(at: datetime) -> datetime:
    return _EPOCH + _down_delta(at - _EPOCH)


def _down_delta(since: timedelta) -> timedelta:
    return since // ROUNDED_TO * ROUNDED_TO
