"""A benchmark instance in its own numbers, and the whole numbers that every solver is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_HAIR = 1e-6
"""So that a distance of exactly 3 does not become 3.001 by the last bit of a square root."""

FLEET_PRICE = 2_000
"""What a vehicle costs, in the instance's own units of distance, where fewer vehicles come before less distance."""


class Objective(StrEnum):
    """What the instance's literature counts."""

    DISTANCE = "distance"
    VEHICLES_FIRST = "vehicles, then distance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best known answer. `vehicles` is `None` where only the distance counts."""

    vehicles: int | None
    distance: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Instance:
    """Node 0 is the depot of all vehicles. `travel` is time and distance in one, as in all of these sets.

    Windows are closed and for the begin of the service; the depot's is the day. `demands` are signed: with `pairs`
    (pickup to delivery) what is picked up is delivered in the same route, without them everything comes from the depot.
    """

    set: str
    name: str
    travel: NDArray[np.float64]
    windows: tuple[tuple[float, float], ...]
    service: tuple[float, ...]
    demands: tuple[int, ...]
    capacity: int
    vehicles: int
    objective: Objective
    pairs: Mapping[int, int] = field(default_factory=dict)
    scale: int = 1
    best: Best | None = None

    @property
    def stops(self) -> int:
        """How many nodes are to be visited."""
        return len(self.demands) - 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Whole:
    """The instance times its scale: what is feasible here is feasible there, because travel is rounded up."""

    travel: NDArray[np.int32]
    windows: tuple[tuple[int, int], ...]
    service: tuple[int, ...]
    fixed_cost: int


def whole(instance: Instance) -> Whole:
    """The numbers for the solvers."""
    scale = instance.scale
    first = instance.objective is Objective.VEHICLES_FIRST
    return Whole(
        travel=np.ceil(instance.travel * scale - _HAIR).astype(np.int32),
        windows=tuple((_up(start * scale), _down(end * scale)) for start, end in instance.windows),
        service=tuple(_up(length * scale) for length in instance.service),
        fixed_cost=FLEET_PRICE * scale if first else 0,
    )


def _up(number: float) -> int:
    return int(np.ceil(number - _HAIR))


def _down(number: float) -> int:
    return int(np.floor(number + _HAIR))
