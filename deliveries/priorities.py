"""What a priority means: how much leaving a delivery out of a plan may cost."""

from __future__ import annotations

_LEAST_S = 600
_DOUBLES_EACH = 10
_WEEK_S = 604_800


def penalty_s(priority: int) -> int:
    """Return the penalty, in seconds of a courier's time, of a priority from 0 to 100.

    Ten minutes at 0, twice as much with each ten steps, a week at 100: far enough apart that a delivery of 60 is not
    left out for the sake of a single one of 40, and never without bound, so that a plan always exists.
    """
    return min(_WEEK_S, round(_LEAST_S * 2 ** (priority / _DOUBLES_EACH)))
