"""Where a stop, or a pickup with its delivery, could stand in one route, and how much further one drives for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.inserting.detours import detour
from routing.solving.inserting.roads import Roads
from routing.solving.inserting.round import Numbers, Round
from routing.solving.problem import Step, Stop, Vehicle

type Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Placements:
    """Side by side: `parts[0]` put in before step `first[n]`, `parts[1]` before step `second[n]`, costs `cost[n]` more.

    The cost is that of driving, without waiting and breaks.
    """

    round: Round
    parts: tuple[Sequence[Step], Sequence[Step]]
    cost: Numbers
    first: Numbers
    second: Numbers

    def steps(self, number: int) -> list[Step]:
        """The whole route then."""
        first, second, steps = int(self.first[number]), int(self.second[number]), self.round.steps
        return [*steps[:first], *self.parts[0], *steps[first:second], *self.parts[1], *steps[second:]]


def placements(vehicle: Vehicle, round: Round, roads: Roads, way: Sequence[Stop]) -> Iterator[Placements]:
    """All that may be possible: what is missing here no exact timing would allow."""
    count = sum(isinstance(step, Stop) for step in round.steps)
    if vehicle.max_stops is not None and count + len(way) > vehicle.max_stops:
        return
    room = np.array(vehicle.capacities, dtype=np.int64)[:, None]
    taken = np.array(way[-1].demands, dtype=np.int64)[:, None]
    if len(way) == 1:
        collected = np.array(way[0].collects or [0] * len(room), dtype=np.int64)[:, None]
        fits = (round.load_until + taken <= room) & (round.load_from + collected <= room)
    else:
        fits = round.load + taken <= room
    together: Flags = fits.all(axis=0)
    yield _at_one(vehicle, round, roads, way, together)
    if len(way) == 2:
        yield _apart(vehicle, round, roads, way, together)
    reload = vehicle.reload
    if reload is not None and len(round.steps) - count < reload.most:
        yield _at_one(vehicle, round, roads, [reload, *way], round.follows_stop)
        yield _at_one(vehicle, round, roads, [*way, reload], round.precedes_stop)


def _at_one(vehicle: Vehicle, round: Round, roads: Roads, part: Sequence[Step], where: Flags) -> Placements:
    found = detour(vehicle, round, roads, part)
    (some,) = np.nonzero(found.possible & where)
    return Placements(round, (part, ()), found.cost[some], round.first + some, round.first + some)


def _apart(vehicle: Vehicle, round: Round, roads: Roads, way: Sequence[Stop], room: Flags) -> Placements:
    """The pickup at one position, the delivery at a later one of the same trip, with room for it all the way."""
    pickup, delivery = (detour(vehicle, round, roads, [stop]) for stop in way)
    full = np.cumsum(~room)
    later = np.triu(np.ones((round.positions, round.positions), dtype=np.bool_), k=1)
    same_trip = round.trip[:, None] == round.trip[None, :]
    never_full = room[:, None] & (full[:, None] == full[None, :])
    possible = later & same_trip & never_full & pickup.possible[:, None] & delivery.possible[None, :]
    first, second = np.nonzero(possible)
    cost = pickup.cost[first] + delivery.cost[second]
    return Placements(round, (way[:1], way[1:]), cost, round.first + first, round.first + second)
