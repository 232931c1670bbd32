"""What is served or left out as a whole: a stop, one of several alternatives, or a pickup with its delivery."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.solving.problem import Problem, Stop
from routing.solving.ruin_recreate.layout import NEVER, NOWHERE, REQUEST


class Requests(NamedTuple):
    """`REQUEST` of each, the stops that they point to, and by stop its request and its partner."""

    rows: NDArray[Any]
    members: NDArray[np.int64]
    of: NDArray[np.int32]
    partners: NDArray[np.int32]
    torn: list[int]
    """Stops whose other half is not to be planned, so that they cannot be either."""


def requests_of(problem: Problem, stops: Sequence[Stop]) -> Requests:
    """Sort `stops` into requests, in the order of the first of each."""
    number = {stop.id: at for at, stop in enumerate(stops)}
    partners = np.full(len(stops), NOWHERE, np.int32)
    groups: dict[str, list[int]] = {}
    torn: list[int] = []
    for at, stop in enumerate(stops):
        delivery = problem.deliveries.get(stop.id)
        other = stop.pickup if delivery is None else delivery.id
        if other is not None and other in number:
            partners[at] = number[other]
        elif other is not None:
            torn.append(at)
        key = f"choice {stop.choice}" if stop.choice is not None else f"stop {stop.pickup or stop.id}"
        groups.setdefault(key, []).append(at)
    rows = np.zeros(len(groups), REQUEST)
    of = np.zeros(len(stops), np.int32)
    members: list[int] = []
    for row, (request, group) in zip(rows, enumerate(groups.values()), strict=True):
        _fill(row, [stops[at] for at in group], first=len(members), half_locked=_half_locked(problem, stops, group))
        of[group] = request
        members += sorted(group, key=lambda at: stops[at].pickup is not None)
    return Requests(rows, np.array(members, np.int64), of, partners, torn)


def _fill(row: Any, group: Sequence[Stop], *, first: int, half_locked: bool) -> None:
    pair = any(stop.pickup is not None for stop in group) and len(group) == 2
    parts = group if pair else group[:1]
    row["first"], row["count"], row["pair"] = first, 1 if pair else len(group), pair
    row["must"] = sum(stop.penalty is None for stop in parts)
    row["penalty"] = NEVER if half_locked else sum(stop.penalty or 0 for stop in parts)


def _half_locked(problem: Problem, stops: Sequence[Stop], group: Sequence[int]) -> bool:
    """Whether a pickup is locked and its delivery is not: leaving the delivery out is no choice."""
    locked = [stops[at].id in problem.locked_to for at in group]
    return any(stops[at].pickup is not None for at in group) and any(locked) and not all(locked)
