"""The distinct routes that a search has passed through: what set partitioning chooses from."""

from collections.abc import Sequence
from typing import NamedTuple

from routing.solving.problem import Sequences, Step


class PooledRoute(NamedTuple):
    """A route of the vehicle with this number in the problem, or of any that is alike."""

    vehicle: int
    steps: tuple[Step, ...]
    cost: int


class Pool:
    """Keeps the routes met last, `most` of them."""

    def __init__(self, kind_of: Sequence[int], *, most: int) -> None:
        self._kind_of = kind_of
        self._most = most
        self._met: dict[tuple[int, tuple[str | None, ...]], PooledRoute] = {}

    def meet(self, sequences: Sequences, costs: Sequence[int]) -> None:
        """Take in the routes of a plan."""
        for vehicle, (steps, cost) in enumerate(zip(sequences, costs, strict=True)):
            if steps:
                key = (self._kind_of[vehicle], tuple(getattr(step, "id", None) for step in steps))
                self._met.pop(key, None)
                self._met[key] = PooledRoute(vehicle, tuple(steps), cost)
        for key in list(self._met)[: max(0, len(self._met) - self._most)]:
            del self._met[key]

    def routes(self, most: int) -> list[PooledRoute]:
        """The last `most`, the newest first."""
        return list(self._met.values())[: -most - 1 : -1]
