"""Random numbers inside compiled code: xorshift64 (Marsaglia 2003), one word of state, the same on every machine."""

import math
from typing import Any

import numpy as np

from routing.solving.ruin_recreate.compiled import inlined
from routing.solving.ruin_recreate.rows import counts


def seeded(seed: int) -> int:
    """The first state for this seed: any but zero."""
    return int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]) | 1


@inlined
def chance(work: Any) -> float:
    """Uniform in [0, 1)."""
    now = counts(work)
    x = now.word
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    now.word = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def below(work: Any, count: int) -> int:
    """Uniform among 0 to `count - 1`."""
    return int(chance(work) * count)


@inlined
def impatience(work: Any) -> float:
    """`-ln(u)`: times the temperature, how much worse an accepted plan may be."""
    return -math.log(chance(work) + 1e-300)


@inlined
def until_rare(work: Any, share: float) -> int:
    """How many trials, at least one, until something happens that happens in so small a share of them."""
    return 1 + int(math.log(1.0 - chance(work)) / math.log(1.0 - share)) if share > 0 else 1 << 40
