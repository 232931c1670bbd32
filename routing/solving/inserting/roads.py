"""The drives of one profile at their fastest, and how far they are, for many pairs at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE, Profile

type Places = NDArray[np.int64] | int

FAR = 2**40
"""Seconds or metres where there is no way: more than any shift has."""


@dataclass(frozen=True, eq=False, slots=True)
class Roads:
    """Looks only at the pairs asked for: a matrix of the fastest of all hours would be as large as theirs."""

    profile: Profile

    def least_s(self, start: Places, end: Places) -> NDArray[np.int64]:
        """Seconds at the hours when it goes fastest."""
        found = self.profile.duration_s[start, end]
        for hours in self.profile.hours:
            found = np.minimum(found, hours.duration_s[start, end])
        return _far(found)

    def metres(self, start: Places, end: Places) -> NDArray[np.int64]:
        """Metres."""
        return _far(self.profile.distance_m[start, end])


def _far(found: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.where(found == UNREACHABLE, FAR, np.asarray(found, dtype=np.int64))
