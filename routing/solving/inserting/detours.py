"""What it takes to pass through something new at each position of a route, and where that may be possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.inserting.roads import FAR, Roads
from routing.solving.inserting.round import NOWHERE, Numbers, Round
from routing.solving.problem import Reload, Step, Vehicle, Window


@dataclass(frozen=True, eq=False, slots=True)
class Detour:
    """By position: what the vehicle's rates make of the way round, and where neither time nor metres forbid it."""

    cost: Numbers
    possible: NDArray[np.bool_]


def detour(vehicle: Vehicle, round: Round, roads: Roads, through: Sequence[Step]) -> Detour:
    """Through these steps, one after the other."""
    here: Numbers | int = round.before
    now_s, added_s, added_m = round.free_s, -round.gap_s, -round.gap_m
    open = np.ones(round.positions, dtype=np.bool_)
    for step in through:
        drive_s = roads.least_s(here, step.place)
        now_s, added_s = now_s + drive_s, added_s + drive_s
        added_m = added_m + roads.metres(here, step.place)
        if isinstance(step, Reload):
            lasts_s = step.duration_s
        else:
            parked_s = np.where(here == step.place, 0, step.setup_s)
            now_s, added_s, lasts_s = now_s + parked_s, added_s + parked_s, step.service_s
            now_s, open = _begun(now_s, step.windows, open)
        now_s, added_s, here = now_s + lasts_s, added_s + lasts_s, step.place
    onward = round.after != NOWHERE
    assert isinstance(here, int), "there is something to pass through"
    back_s = np.where(onward, roads.least_s(here, round.after), 0)
    added_s, added_m = added_s + back_s, added_m + np.where(onward, roads.metres(here, round.after), 0)
    most_m = FAR // 2 if vehicle.max_distance_m is None else vehicle.max_distance_m - round.distance_m
    possible = open & (now_s + back_s <= round.due_s) & (added_m <= most_m)
    return Detour(vehicle.cost_per_s * added_s + vehicle.cost_per_m * added_m, possible)


def _begun(ready_s: Numbers, windows: Sequence[Window], open: NDArray[np.bool_]) -> tuple[Numbers, NDArray[np.bool_]]:
    """When the service begins, and where a window is still open for that."""
    if not windows:
        return ready_s, open
    starts, ends = np.array(windows, dtype=np.int64).T
    number = np.searchsorted(ends, ready_s, side="right")
    still = number < len(ends)
    return np.maximum(ready_s, starts[np.minimum(number, len(ends) - 1)]), open & still
