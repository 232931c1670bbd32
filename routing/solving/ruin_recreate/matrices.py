"""The matrices of all profiles in the shapes that the compiled search reads."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Profile
from routing.solving.ruin_recreate.layout import NEVER

type Matrix = NDArray[np.int32]

_NOTHING = np.zeros((0, 0, 0, 0), np.int32)


class Matrices(NamedTuple):
    """`[profile, from, to]` over places, and `[profile, to, from]` where the name has `to`."""

    duration_s: Matrix
    """The shortest of all hours."""
    distance_m: Matrix
    distance_to_m: Matrix
    hours_s: Matrix
    """`[profile, hours, from, to]`, or empty where no profile has hours."""
    changes_s: NDArray[np.int64]
    """`[profile, hours]` in seconds of the problem; NEVER where a profile has fewer."""


def matrices_of(problem: Problem, places: NDArray[np.intp]) -> Matrices:
    """The matrices of all profiles over these places, in this order."""
    pairs, profiles = np.ix_(places, places), tuple(problem.profiles.values())
    duration_s = np.stack([_shortest(profile)[pairs] for profile in profiles])
    alike = all(profile.distance_m is profile.duration_s for profile in profiles)
    distance_m = duration_s if alike else np.stack([profile.distance_m[pairs] for profile in profiles])
    most = max((len(profile.hours) for profile in profiles), default=0)
    changes_s = np.full((len(profiles), most), NEVER, np.int64)
    for row, profile in zip(changes_s, profiles, strict=True):
        row[: len(profile.hours)] = [hours.start_s for hours in profile.hours]
    return Matrices(
        duration_s=duration_s,
        distance_m=distance_m,
        distance_to_m=np.ascontiguousarray(distance_m.transpose(0, 2, 1)),
        hours_s=np.stack([_by_hours(profile, most)[:, *pairs] for profile in profiles]) if most else _NOTHING,
        changes_s=changes_s,
    )


def _shortest(profile: Profile) -> Matrix:
    found = profile.duration_s
    for hours in profile.hours:
        found = np.minimum(found, hours.duration_s)
    return found


def _by_hours(profile: Profile, most: int) -> Matrix:
    parts = [profile.duration_s, *(hours.duration_s for hours in profile.hours)]
    return np.stack([*parts, *parts[-1:] * (most + 1 - len(parts))])
