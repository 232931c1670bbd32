"""What set partitioning is asked: routes, what they cost and what they serve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Routes to choose from. Column `c` serves the deliveries `serves[begins[c]:begins[c + 1]]`.

    `leaving_out[d]` is the cost of leaving delivery `d` out; of vehicles of kind `k` there are `vehicles[k]`;
    `incumbent` are columns that are a plan already, with what they leave out.
    """

    costs: NDArray[np.float64]
    kinds: NDArray[np.int32]
    begins: NDArray[np.int32]
    serves: NDArray[np.int32]
    leaving_out: NDArray[np.float64]
    vehicles: NDArray[np.int32]
    incumbent: NDArray[np.int32]
    seconds: float | None
