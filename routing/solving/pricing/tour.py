"""One vehicle's route as it stands, small enough to be driven again with one stop more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.solving.price import route_cost
from routing.solving.problem import UNREACHABLE, Problem, Profile, Sequences, Step, Stop, Vehicle
from routing.solving.solution import Route
from routing.solving.steps import stops_of
from routing.solving.timing.retime import retime

type Line = NDArray[np.int32]
"""One figure for each place of the day."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Ways:
    """The drives between one place and those of the day, int32, UNREACHABLE where there is none or nobody asked.

    `to_s[place]` and `to_m[place]` lead to it, `from_s[place]` and `from_m[place]` away from it. `to_hours_s` and
    `from_hours_s` follow the profile's `hours`.
    """

    to_s: Line
    to_m: Line
    from_s: Line
    from_m: Line
    to_hours_s: tuple[Line, ...] = ()
    from_hours_s: tuple[Line, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Tour:
    """A vehicle with what it drives, in the order of driving; no step: it stands.

    `problem` knows the places of this tour alone, and only the drives between neighbours of the order need to be
    known; `places` says for each of them its number in the day. Vehicle and steps speak of the tour's own places.
    """

    problem: Problem
    vehicle: Vehicle
    steps: tuple[Step, ...]
    places: tuple[int, ...]
    route: Route | None = field(init=False)
    cost: int = field(init=False)

    def __post_init__(self) -> None:
        """Drive it. Raises `DoesNotFit` when the steps cannot be driven in this order."""
        route = retime(self.problem, self.vehicle, self.steps) if self.steps else None
        object.__setattr__(self, "route", route)
        cost = route_cost(self.problem, self.vehicle, route, self.stops) if route else 0
        object.__setattr__(self, "cost", cost)

    @property
    def duration_s(self) -> int:
        """Seconds from leaving the start to reaching the end; zero while it stands."""
        return self.route.duration_s if self.route else 0

    @property
    def distance_m(self) -> int:
        """Metres of the whole tour."""
        return self.route.distance_m if self.route else 0

    @property
    def profile(self) -> Profile:
        """How its vehicle moves between the tour's places."""
        return self.problem.profiles[self.vehicle.profile]

    @cached_property
    def stops(self) -> list[Stop]:
        """The steps without the reloads."""
        return stops_of(self.steps)

    def with_stop(self, stop: Stop, index: int, ways: Ways) -> "Tour":
        """The tour with `stop` before step `index`. `stop.place` is the day's number. Raises `DoesNotFit`."""
        if stop.place in self.places:
            places, profile = self.places, self.profile
        else:
            places, profile = (*self.places, stop.place), _with_place(self.profile, self.places, ways)
        here = replace(stop, place=places.index(stop.place))
        return Tour(
            problem=replace(
                self.problem,
                places=len(places),
                profiles={self.vehicle.profile: profile},
                stops=(*self.problem.stops, here),
            ),
            vehicle=self.vehicle,
            steps=(*self.steps[:index], here, *self.steps[index:]),
            places=places,
        )


def tours(problem: Problem, sequences: Sequences) -> list[Tour]:
    """The day that drives these sequences: a tour for each vehicle, in their order. Raises `DoesNotFit`."""
    return [tour(problem, vehicle, steps) for vehicle, steps in zip(problem.vehicles, sequences, strict=True)]


def tour(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> Tour:
    """Cut one vehicle's tour out of a problem; the problem's places are the day's."""
    places = _places(vehicle, steps)
    profile = _within(problem.profiles[vehicle.profile], places)
    return _tour(problem, vehicle, steps, profile, places)


def tour_along(problem: Problem, vehicle: Vehicle, steps: Sequence[Step], legs: Sequence[tuple[int, int]]) -> Tour:
    """A tour of which no more is known than the seconds and metres of its own `legs`, from the start to the end.

    One that stands has none. Of the `problem`, only the names of the capacities and the balance count.
    """
    places = _places(vehicle, steps)
    duration_s = np.full((len(places), len(places)), UNREACHABLE, dtype=np.int32)
    np.fill_diagonal(duration_s, 0)
    distance_m = duration_s.copy()
    ends = [] if vehicle.end_place is None else [vehicle.end_place]
    way = [places.index(place) for place in (vehicle.start_place, *(step.place for step in steps), *ends)]
    way = way if steps else []
    for pair, (leg_s, leg_m) in zip(pairwise(way), legs, strict=True):
        duration_s[pair], distance_m[pair] = leg_s, leg_m
    return _tour(problem, vehicle, steps, Profile(duration_s=duration_s, distance_m=distance_m), places)


def _places(vehicle: Vehicle, steps: Sequence[Step]) -> tuple[int, ...]:
    ends = (vehicle.start_place, vehicle.end_place, None if vehicle.reload is None else vehicle.reload.place)
    return tuple(dict.fromkeys([*(end for end in ends if end is not None), *(step.place for step in steps)]))


def _tour(problem: Problem, vehicle: Vehicle, steps: Sequence[Step], profile: Profile, places: tuple[int, ...]) -> Tour:
    """The tour with places of its own."""
    local = {place: number for number, place in enumerate(places)}
    reload = None if vehicle.reload is None else replace(vehicle.reload, place=local[vehicle.reload.place])
    own = tuple(replace(step, place=local[step.place]) if isinstance(step, Stop) else reload or step for step in steps)
    vehicle = replace(
        vehicle,
        start_place=local[vehicle.start_place],
        end_place=None if vehicle.end_place is None else local[vehicle.end_place],
        reload=reload,
    )
    return Tour(
        problem=Problem(
            places=len(places),
            profiles={vehicle.profile: profile},
            vehicles=(vehicle,),
            stops=tuple(stops_of(own)),
            capacity_names=problem.capacity_names,
            balance=problem.balance,
        ),
        vehicle=vehicle,
        steps=own,
        places=places,
    )


def ways_to(problem: Problem, place: int) -> dict[str, Ways]:
    """The ways between one of the problem's places and all of them, by profile."""
    return {
        name: Ways(
            to_s=profile.duration_s[:, place],
            to_m=profile.distance_m[:, place],
            from_s=profile.duration_s[place],
            from_m=profile.distance_m[place],
            to_hours_s=tuple(each.duration_s[:, place] for each in profile.hours),
            from_hours_s=tuple(each.duration_s[place] for each in profile.hours),
        )
        for name, profile in problem.profiles.items()
    }


def _within(profile: Profile, places: Sequence[int]) -> Profile:
    """The profile between these places alone."""
    pairs = np.ix_(places, places)
    return Profile(
        duration_s=profile.duration_s[pairs],
        distance_m=profile.distance_m[pairs],
        hours=tuple(replace(each, duration_s=each.duration_s[pairs]) for each in profile.hours),
    )


def _with_place(profile: Profile, places: Sequence[int], ways: Ways) -> Profile:
    """The profile with one place more, the last."""
    at = list(places)
    hours = zip(profile.hours, ways.to_hours_s, ways.from_hours_s, strict=True)
    return Profile(
        duration_s=_grown(profile.duration_s, ways.to_s[at], ways.from_s[at]),
        distance_m=_grown(profile.distance_m, ways.to_m[at], ways.from_m[at]),
        hours=tuple(
            replace(each, duration_s=_grown(each.duration_s, to_s[at], from_s[at])) for each, to_s, from_s in hours
        ),
    )


def _grown(matrix: Line, column: Line, row: Line) -> Line:
    size = len(matrix)
    grown = np.zeros((size + 1, size + 1), dtype=np.int32)
    grown[:size, :size] = matrix
    grown[:size, size] = column
    grown[size, :size] = row
    return grown
