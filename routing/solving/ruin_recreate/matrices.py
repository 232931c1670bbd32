"""The matrices of all profiles in the shapes that the compiled search reads, made once for a problem."""

from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Profile
from routing.solving.ruin_recreate.layout import NEVER

type Matrix = NDArray[np.int32]

_BLOCK = 256


class Matrices(NamedTuple):
    """`[profile, from, to]` over places, and `[profile, to, from]` where the name has `to`."""

    duration_s: Matrix
    """The shortest of all hours."""
    distance_m: Matrix
    duration_to_s: Matrix
    distance_to_m: Matrix
    hours_s: Matrix
    """`[profile, hours, from, to]`, or empty where no profile has hours."""
    changes_s: NDArray[np.int64]
    """`[profile, hours]` in seconds of the problem; NEVER where a profile has fewer."""


_known: WeakKeyDictionary[Problem, Matrices] = WeakKeyDictionary()
_one_at_a_time = Lock()


def matrices_of(problem: Problem) -> Matrices:
    """The same for every search over this problem: at 10 000 places one matrix is 400 MB."""
    with _one_at_a_time:
        if problem not in _known:
            _known[problem] = _made(tuple(problem.profiles.values()))
        return _known[problem]


def _made(profiles: tuple[Profile, ...]) -> Matrices:
    duration_s = _stacked([_shortest(profile) for profile in profiles])
    alike = all(profile.distance_m is profile.duration_s for profile in profiles)
    distance_m = duration_s if alike else _stacked([profile.distance_m for profile in profiles])
    duration_to_s = _turned(duration_s)
    most = max((len(profile.hours) for profile in profiles), default=0)
    changes_s = np.full((len(profiles), most), NEVER, np.int64)
    for row, profile in zip(changes_s, profiles, strict=True):
        row[: len(profile.hours)] = [hours.start_s for hours in profile.hours]
    return Matrices(
        duration_s=duration_s,
        distance_m=distance_m,
        duration_to_s=duration_to_s,
        distance_to_m=duration_to_s if alike else _turned(distance_m),
        hours_s=np.stack([_by_hours(profile, most) for profile in profiles])
        if most
        else np.zeros((0, 0, 0, 0), np.int32),
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


def _stacked(parts: list[Matrix]) -> Matrix:
    """One more axis, without a copy where there is one part."""
    return np.ascontiguousarray(parts[0])[None] if len(parts) == 1 else np.stack(parts)


def _turned(matrices: Matrix) -> Matrix:
    """Block by block: where a whole row does not fit into the cache, one turned at once takes five times as long."""
    turned = np.empty_like(matrices)
    for at in range(0, matrices.shape[1], _BLOCK):
        for to in range(0, matrices.shape[2], _BLOCK):
            turned[:, to : to + _BLOCK, at : at + _BLOCK] = matrices[:, at : at + _BLOCK, to : to + _BLOCK].transpose(
                0, 2, 1
            )
    return turned
