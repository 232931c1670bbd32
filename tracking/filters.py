"""Judging fixes: invalid ones never come this far, doubtful ones are marked and kept.

The thresholds are those of Traccar's filter handler, adapted to couriers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel import geo
from kernel.geo import Point
from tracking.models import Verdict

AHEAD = timedelta(minutes=2)  # of our clock
WORST_ACCURACY_M = 100.0
# Faster than this from the fix before, and one of the two is wrong.
FASTEST_MPS: Mapping[str, float] = {"car": 50.0, "bicycle": 20.0, "foot": 10.0}
_FASTEST_OF_ALL_MPS = max(FASTEST_MPS.values())


@dataclass(frozen=True)
class Fix:
    """One fix as the device reports it. `device_time` is by its clock."""

    device_time: datetime
    place: Point
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    battery_percent: int | None = None


def judge(
    fixes: Sequence[Fix],
    *,
    last: Fix | None,
    known_times: AbstractSet[datetime],
    profile: str | None,
    now: datetime,
) -> list[Verdict]:
    """Return a verdict for each fix, in the order given; they are looked at in the order in which they were made.

    `last` is the newest fix accepted so far, `known_times` the device times already kept of those in the batch.
    """
    fastest_mps = FASTEST_MPS.get(profile or "", _FASTEST_OF_ALL_MPS)
    verdicts: dict[int, Verdict] = {}
    seen = set(known_times)
    for index, fix in sorted(enumerate(fixes), key=lambda pair: pair[1].device_time):
        verdicts[index] = _verdict(fix, last, seen, fastest_mps, now)
        seen.add(fix.device_time)
        if verdicts[index] is Verdict.ACCEPTED:
            last = fix
    return [verdicts[index] for index in range(len(fixes))]


def _verdict(fix: Fix, last: Fix | None, seen: AbstractSet[datetime], fastest_mps: float, now: datetime) -> Verdict:
    if fix.device_time in seen:
        return Verdict.DUPLICATE
    if fix.device_time > now + AHEAD:
        return Verdict.FUTURE
    if last is not None and fix.device_time <= last.device_time:
        return Verdict.OUTDATED
    if fix.accuracy_m is not None and fix.accuracy_m > WORST_ACCURACY_M:
        return Verdict.INACCURATE
    if last is not None and _speed_mps(last, fix) > fastest_mps:
        return Verdict.TOO_FAST
    return Verdict.ACCEPTED


def _speed_mps(before: Fix, after: Fix) -> float:
    """Return the least speed, in metres a second, that explains both fixes given how accurate they are."""
    doubt_m = (before.accuracy_m or 0.0) + (after.accuracy_m or 0.0)
    way_m = max(0.0, geo.distance_m(before.place, after.place) - doubt_m)
    return way_m / (after.device_time - before.device_time).total_seconds()
