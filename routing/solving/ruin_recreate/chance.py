"""Random numbers inside compiled code: xorshift64 (Marsaglia 2003), one word of state, the same on every machine."""

import math

import numpy as np
from numpy.typing import NDArray

from routing.solving.ruin_recreate.compiled import inlined

type Word = NDArray[np.uint64]
"""One element: the generator's state, never zero."""


def seeded(seed: int) -> Word:
    """A generator for this seed."""
    return np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)


@inlined
def chance(word: Word) -> float:
    """Uniform in [0, 1)."""
    x = word[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    word[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def below(word: Word, count: int) -> int:
    """Uniform among 0 to `count - 1`."""
    return int(chance(word) * count)


@inlined
def impatience(word: Word) -> float:
    """`-ln(u)`: times the temperature, how much worse an accepted plan may be."""
    return -math.log(chance(word) + 1e-300)
