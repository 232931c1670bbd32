"""Points in the plane for places of which only the ways between them are known."""

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import UNREACHABLE, Profile

_LANDMARKS = 12


def points(profile: Profile, places: NDArray[np.intp]) -> NDArray[np.float64]:
    """`[place, 2]`: near each other where the ways are short, after de Silva and Tenenbaum (2004), landmark scaling.

    Classical scaling of some places that lie far from each other, in seconds; the others by their ways from and to
    those. Directions and mirror images are arbitrary.
    """
    landmarks, ways_s = _landmarks(profile.duration_s, places)
    squares = ways_s[:, landmarks] ** 2
    mean = squares.mean(axis=1)
    centred = squares - mean[:, None] - mean[None, :] + mean.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    largest = np.argsort(values)[:-3:-1]
    scale = np.sqrt(np.maximum(values[largest], 1.0))
    found: NDArray[np.float64] = -((vectors[:, largest] / scale).T @ (ways_s**2 - mean[:, None]) / 2).T
    return found if found.shape[1] == 2 else np.pad(found, ((0, 0), (0, 2 - found.shape[1])))


def _landmarks(duration_s: NDArray[np.int32], places: NDArray[np.intp]) -> tuple[list[int], NDArray[np.float64]]:
    """Which of `places`, each far from those before it, and `[landmark, place]` the mean way there and back."""
    chosen = [0]
    ways = [_ways(duration_s, places, 0)]
    nearest = ways[0]
    for _ in range(min(_LANDMARKS, len(places)) - 1):
        chosen.append(int(nearest.argmax()))
        ways.append(_ways(duration_s, places, chosen[-1]))
        nearest = np.minimum(nearest, ways[-1])
    return chosen, np.array(ways)


def _ways(duration_s: NDArray[np.int32], places: NDArray[np.intp], landmark: int) -> NDArray[np.float64]:
    there, back = duration_s[places[landmark], places], duration_s[places, places[landmark]]
    ways: NDArray[np.float64] = (there.astype(np.float64) + back) / 2
    open = (there < UNREACHABLE) & (back < UNREACHABLE)
    ways[~open] = ways[open].max(initial=0.0)
    return ways
