"""Refuses matrices of the wrong shape or type, and matrices that do not agree about where there is a way."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE, ProblemError, Profile


def check_profile(name: str, profile: Profile, *, places: int) -> None:
    """Raise `ProblemError` naming the profile and the matrix. A matrix with holes is not wrong."""
    who = f"profile {name!r}"
    _check_matrix(f"{who}: duration_s", profile.duration_s, places=places)
    _check_matrix(f"{who}: distance_m", profile.distance_m, places=places)
    holes = profile.duration_s == UNREACHABLE
    if not np.array_equal(holes, profile.distance_m == UNREACHABLE):
        raise ProblemError(f"{who}: a pair is unreachable in one matrix and not in the other")
    for number, hours in enumerate(profile.hours):
        _check_matrix(f"{who}: hours {number}: duration_s", hours.duration_s, places=places)
        if not np.array_equal(holes, hours.duration_s == UNREACHABLE):
            raise ProblemError(f"{who}: hours {number} have other unreachable pairs")
        if not np.array_equal(profile.duration_s == 0, hours.duration_s == 0):
            raise ProblemError(f"{who}: hours {number} have other pairs that take no time")
    for number, (first, second) in enumerate(pairwise(profile.hours)):
        if second.start_s <= first.start_s:
            raise ProblemError(f"{who}: hours {number + 1} do not begin after hours {number}")


def _check_matrix(who: str, matrix: NDArray[np.int32], *, places: int) -> None:
    if matrix.shape != (places, places):
        raise ProblemError(f"{who} has the shape {matrix.shape}, expected {(places, places)}")
    if matrix.dtype != np.int32:
        raise ProblemError(f"{who} is {matrix.dtype}, expected int32")
    if matrix.size and int(matrix.min()) < 0:
        raise ProblemError(f"{who} has a negative entry")
