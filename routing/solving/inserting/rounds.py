"""All routes of a plan under way, and every place in them for something more, the cheapest first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routing.solving.inserting.fits import DoesNotFit, check_may_serve
from routing.solving.inserting.placements import placements
from routing.solving.inserting.roads import Roads
from routing.solving.inserting.round import Round, round_of
from routing.solving.inserting.units import Unit
from routing.solving.price import HOUR_S, preference
from routing.solving.problem import Measure, Problem, Sequences, Step, Stop, Vehicle


@dataclass(frozen=True, slots=True)
class Placement:
    """The steps of one vehicle with something put in."""

    vehicle: int
    steps: list[Step]


class Rounds:
    """The sequences that can be driven, ready to be asked again and again."""

    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        self._problem = problem
        self._roads = {name: Roads(profile) for name, profile in problem.profiles.items()}
        self._rounds = [self._round(vehicle, steps) for vehicle, steps in zip(problem.vehicles, sequences, strict=True)]

    def change(self, vehicle: int, steps: list[Step]) -> None:
        """From now on this vehicle drives these steps."""
        self._rounds[vehicle] = self._round(self._problem.vehicles[vehicle], steps)

    def placements(self, unit: Unit) -> Iterator[Placement]:
        """Every way of the unit at every position where it may be possible, the least added cost first.

        The cost is that of driving, of the vehicle and of the balance, without waiting and breaks.
        """
        found = [
            (number, surcharge, some)
            for number, (vehicle, round) in enumerate(zip(self._problem.vehicles, self._rounds, strict=True))
            for way in unit.ways
            if _may_serve(self._problem, vehicle, way)
            for surcharge in [self._surcharge(vehicle, round, way)]
            for some in placements(vehicle, round, self._roads[vehicle.profile], way)
            if some.cost.size
        ]
        if not found:
            return
        costs = np.concatenate([some.cost + surcharge for _, surcharge, some in found])
        group = np.repeat(np.arange(len(found)), [some.cost.size for _, _, some in found])
        ends = np.cumsum([0, *(some.cost.size for _, _, some in found)])
        for place in np.argsort(costs, kind="stable").tolist():
            number, _, some = found[int(group[place])]
            yield Placement(number, some.steps(place - int(ends[group[place]])))

    def _round(self, vehicle: Vehicle, steps: list[Step]) -> Round:
        return round_of(self._problem, vehicle, steps, self._roads[vehicle.profile])

    def _surcharge(self, vehicle: Vehicle, round: Round, way: tuple[Stop, ...]) -> int:
        """What does not depend on the position."""
        cost = preference(vehicle, list(way)) + (0 if round.steps else vehicle.fixed_cost)
        balance = self._problem.balance
        if balance is None:
            return cost
        if balance.measure is Measure.STOPS:
            before = sum(isinstance(step, Stop) for step in round.steps)
            return cost + balance.cost * ((before + len(way)) ** 2 - before**2)
        after_s = round.busy_s + sum(stop.service_s for stop in way)
        return cost + balance.cost * (after_s**2 - round.busy_s**2) // HOUR_S**2


def _may_serve(problem: Problem, vehicle: Vehicle, way: tuple[Stop, ...]) -> bool:
    try:
        for stop in way:
            check_may_serve(vehicle, stop)
    except DoesNotFit:
        return False
    return all(problem.locked_to.get(stop.id, vehicle.id) == vehicle.id for stop in way)
