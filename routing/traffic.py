"""Traffic by the hour: when which drives take longer, in the local time of a place, whatever its clocks do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from routing.models import Profile
from routing.solving.problem import UNREACHABLE, Hours

FREE = 100
_MINUTE = timedelta(minutes=1)
# Worked out at a time, so that a large matrix needs little more than its own memory.
_ROWS = 256


@dataclass(frozen=True)
class Spell:
    """A time of every day, half-open in minutes after midnight, in which these profiles drive `percent` as long."""

    from_min: int
    until_min: int
    percent: int
    profiles: tuple[Profile, ...]

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Spell:
        """Return the spell that `written` keeps."""
        profiles = tuple(Profile(name) for name in written["profiles"])
        return cls(minutes(written["from"]), minutes(written["until"]), round(100 * written["factor"]), profiles)

    def written(self) -> dict[str, Any]:
        """Return what a plan keeps of it, and its asker sees again."""
        return {
            "from": clock_time(self.from_min),
            "until": clock_time(self.until_min),
            "factor": self.percent / 100,
            "profiles": [profile.value for profile in self.profiles],
        }


def minutes(text: str) -> int:
    """Return the minutes after midnight of `HH:MM`; `24:00` is the end of the day."""
    hours, _, rest = text.partition(":")
    return 60 * int(hours) + int(rest)


def clock_time(after_midnight_min: int) -> str:
    """Return `HH:MM`."""
    return f"{after_midnight_min // 60:02}:{after_midnight_min % 60:02}"


def changes(
    spells: Sequence[Spell], *, profile: Profile, zone: str, starts_at: datetime, ends_at: datetime
) -> list[tuple[datetime, int]]:
    """Return since when drives take which percentage of their free time, from `starts_at` on, in order.

    The clock on the wall is read minute by minute, so an hour that it skips or shows twice counts as it shows it.
    """
    of_profile = [spell for spell in spells if profile in spell.profiles]
    found = [(starts_at, _percent(of_profile, starts_at, ZoneInfo(zone)))]
    if not of_profile:
        return found
    at = starts_at.replace(second=0, microsecond=0) + _MINUTE
    while at < ends_at:
        percent = _percent(of_profile, at, ZoneInfo(zone))
        if percent != found[-1][1]:
            found.append((at, percent))
        at += _MINUTE
    return found


def longer(duration_s: int, percent: int) -> int:
    """Return the seconds of one drive at so many percent of its time, rounded up."""
    return -(-duration_s * percent // FREE)


def slowed(duration_s: NDArray[np.int32], percent: int) -> NDArray[np.int32]:
    """Return the matrix at so many percent of its times, rounded up. What is unreachable stays so, and zero zero."""
    if percent == FREE:
        return duration_s
    found = np.empty_like(duration_s)
    for start in range(0, len(duration_s), _ROWS):
        rows = duration_s[start : start + _ROWS].astype(np.int64)
        reached = np.minimum(-(-rows * percent // FREE), UNREACHABLE - 1)
        found[start : start + _ROWS] = np.where(rows == UNREACHABLE, UNREACHABLE, reached)
    return found


def hours(duration_s: NDArray[np.int32], since_s: Sequence[tuple[int, int]]) -> tuple[NDArray[np.int32], list[Hours]]:
    """Return the times at first and the hours that follow, of `(second, percent)` in order, the first at 0.

    Equal percentages share one matrix: a week of rush hours takes no more memory than one.
    """
    by_percent = {percent: slowed(duration_s, percent) for percent in {percent for _, percent in since_s}}
    followed = [after for before, after in pairwise(since_s) if before[1] != after[1]]
    return by_percent[since_s[0][1]], [Hours(start_s=start_s, duration_s=by_percent[at]) for start_s, at in followed]


def _percent(spells: Sequence[Spell], at: datetime, zone: ZoneInfo) -> int:
    wall = at.astimezone(zone)
    now_min = 60 * wall.hour + wall.minute
    return next((spell.percent for spell in spells if spell.from_min <= now_min < spell.until_min), FREE)
