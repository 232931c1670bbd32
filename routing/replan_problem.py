"""What binds a replan beside the usual rules: who has which parcels on board, what comes first, what was promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from routing.given import Span
from routing.models import StopState
from routing.replan_job import ReplanJob
from routing.replan_levels import Level, Standing, StandingStop
from routing.seconds import Origin
from routing.solving.problem import Problem, SoftWindow, Stop, Vehicle
from routing.translation import Question


@dataclass(frozen=True)
class Binding:
    """A replan's question with the problem that it translates to, in seconds of `origin`."""

    job: ReplanJob
    question: Question
    origin: Origin

    @property
    def promise_move_cost_per_h(self) -> int:
        """What an hour outside a promise costs, in the optimiser's units."""
        return self.job.terms.promise_move_cost_per_h * self.question.prices.scale

    def bind(self, problem: Problem) -> Problem:
        """Return the problem with what a replan must keep, and with what a change costs."""
        return replace(
            problem,
            vehicles=tuple(self._vehicle(each) for each in problem.vehicles),
            stops=tuple(self._stop(each, frozenset(one.id for one in problem.vehicles)) for each in problem.stops),
        )

    def start(self, problem: Problem) -> list[list[str]]:
        """Return the ids of the stops that each vehicle of the problem would drive if nothing were changed."""
        known = {each.id for each in problem.stops}
        rounds = {str(each.shift_id): each for each in self.job.standing}
        return [
            [name for stop in rounds[vehicle.id].stops if (name := _name(stop)) in known]
            if vehicle.id in rounds
            else []
            for vehicle in problem.vehicles
        ]

    @cached_property
    def _known(self) -> dict[str, tuple[Standing, StandingStop]]:
        return {_name(stop): (round_, stop) for round_ in self.job.standing for stop in round_.stops}

    @cached_property
    def _depot(self) -> frozenset[str]:
        return frozenset(map(str, self.job.at_depot))

    def _vehicle(self, vehicle: Vehicle) -> Vehicle:
        locked = [stop for each in self.job.standing if str(each.shift_id) == vehicle.id for stop in each.locked]
        return replace(vehicle, locked=tuple(map(_name, locked)))

    def _stop(self, stop: Stop, driving: frozenset[str]) -> Stop:
        if stop.id not in self._known:
            return replace(stop, allowed_vehicles=_both(stop.allowed_vehicles, self._depot))
        round_, known = self._known[stop.id]
        own = str(round_.shift_id)
        if known.level is Level.FREE:
            allowed, refused = _both(stop.allowed_vehicles, self._depot | {own} & driving), stop.refused_vehicles
        else:
            allowed, refused = frozenset({own}), stop.refused_vehicles
        if known.level in (Level.DRIVING_TO, Level.SEQUENCE_FIXED):
            # It is settled: what a driver wished, or can do, no longer decides.
            stop, refused = replace(stop, skills=frozenset(), excluded_skills=frozenset()), frozenset()
        return replace(
            stop,
            service_s=known.service_s,
            penalty=None,
            allowed_vehicles=allowed,
            refused_vehicles=refused,
            soft_window=self._soft(stop, known),
            vehicle_costs=self._dislikes(stop, own, driving),
        )

    def _soft(self, stop: Stop, known: StandingStop) -> SoftWindow | None:
        soft = self._promised(known.promises.values()) or stop.soft_window
        if soft is None or known.state is not StopState.ARRIVED:
            return soft
        return replace(soft, early_cost_per_h=0)  # who is at the door does not wait there for a promise

    def _dislikes(self, stop: Stop, own: str, driving: frozenset[str]) -> tuple[tuple[str, int], ...]:
        """Return what each driver costs for the stop: as in any plan, and more for another than it has."""
        change = self.job.terms.driver_change_cost * self.question.prices.scale
        costs = {each: 0 if each == own else change for each in sorted(driving)}
        for each, cost in stop.vehicle_costs:
            costs[each] = costs.get(each, 0) + cost
        return tuple((each, cost) for each, cost in costs.items() if cost)

    def _promised(self, promises: Iterable[Span | None]) -> SoftWindow | None:
        """Return what all promises of a halt have in common; of those that exclude each other the first."""
        told = sorted(each for each in promises if each is not None)
        if not told:
            return None
        origin, cost = self.origin, self.promise_move_cost_per_h
        start_s, end_s = origin.up(told[-1][0]), origin.up(min(until for _, until in told))
        if start_s >= end_s:
            start_s, end_s = origin.up(told[0][0]), origin.up(told[0][1])
        # To begin at the very end is outside of the promise, and must not be free.
        end_s = max(start_s + 1, end_s - 1)
        return SoftWindow(start_s=start_s, end_s=end_s, early_cost_per_h=cost, late_cost_per_h=cost)


def _name(stop: StandingStop) -> str:
    """Return what the optimiser calls the stop: as `Halt.id` does, the first delivery's id."""
    return str(stop.delivery_ids[0])


def _both(allowed: frozenset[str] | None, these: frozenset[str]) -> frozenset[str]:
    return these if allowed is None else allowed & these
