"""The checker's own drive: second by second through the hours, standing still during breaks."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from routing.solving.problem import Profile
from routing.solving.solution import BreakTaken


def arrival_s(
    profile: Profile, start: int, end: int, *, setup_s: int, left_s: int, breaks: Sequence[BreakTaken]
) -> int:
    """When the vehicle that leaves `start` at `left_s` is parked at `end`, taking these breaks as it told them."""
    hours = [(0, profile.duration_s), *((one.start_s, one.duration_s) for one in profile.hours)]
    whole_s = [int(matrix[start, end]) for _, matrix in hours]
    changes = [start_s for start_s, _ in hours[1:]]
    number = sum(change_s <= left_s for change_s in changes)
    now_s, rest_s, park_s = left_s, whole_s[number], setup_s
    while rest_s or park_s:
        pause = next((one for one in breaks if one.start_s <= now_s < one.end_s), None)
        ahead = [one.start_s for one in breaks if one.start_s > now_s] if pause is None else [pause.end_s]
        until_s = min([*ahead, *(change_s for change_s in changes if change_s > now_s)], default=None)
        if pause is None:
            step_s = rest_s or park_s
            step_s = step_s if until_s is None else min(step_s, until_s - now_s)
            rest_s, park_s = (rest_s - step_s, park_s) if rest_s else (0, park_s - step_s)
            now_s += step_s
        else:
            assert until_s is not None, "a break ends"
            now_s = until_s
        if now_s in changes and rest_s:
            later = changes.index(now_s) + 1
            rest_s = ceil(Fraction(rest_s * whole_s[later], whole_s[later - 1]))
    return now_s
