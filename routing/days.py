"""A carrier's day as it stands: the tours that its shifts drive, ready to be asked what one stop more would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point, distance_m
from routing.given import Job, Travel
from routing.nearness import Drive, Pace, pace
from routing.pricing import Prices
from routing.rounds import GivenStop, NothingDriven, Round
from routing.seconds import Origin
from routing.solving import problem as solving
from routing.solving.fits import DoesNotFit
from routing.solving.pricing.day import Day, day_of
from routing.solving.pricing.tour import Tour, tour_along
from routing.solving.solution import Reason
from routing.stating import reload_place
from routing.translation import Question

_NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, eq=False)
class CarrierDay:
    """The day to price stops into; `rounds` follow its tours, `unsound` are those that cannot be driven as they stand.

    `places` by their number in the day, `xy` the same as rows of longitude and latitude; `travels` and `paces` by the
    names of the day's profiles. `guests` are the numbers of the places that stops have which no plan knows yet.
    """

    day: Day
    origin: Origin
    prices: Prices
    rounds: tuple[Round, ...]
    unsound: tuple[Round, ...]
    places: tuple[Point, ...]
    travels: Mapping[str, Travel]
    paces: Mapping[str, Pace]
    guests: Mapping[UUID, int] = field(default_factory=dict)

    @cached_property
    def xy(self) -> NDArray[np.float64]:
        """Longitude and latitude of the places, in degrees."""
        return np.array([(place.longitude, place.latitude) for place in self.places])

    @cached_property
    def slowest(self) -> int:
        """The percentage of their free time that drives take in the worst traffic."""
        return max(each.slowest for each in self.rounds)

    @cached_property
    def at(self) -> Mapping[UUID, int]:
        """The number of each shift's tour."""
        return {each.shift.id: number for number, each in enumerate(self.rounds)}

    @cached_property
    def stops(self) -> int:
        """How many stops its tours have."""
        return sum(len(tour.steps) for tour in self.day.tours)

    @cached_property
    def brings(self) -> frozenset[UUID]:
        """The deliveries of its stops."""
        return frozenset(each.id for round in self.rounds for stop in round.stops for each in stop.deliveries)

    @cached_property
    def numbers(self) -> Mapping[Point, int]:
        """The number of each place."""
        return {place: number for number, place in enumerate(self.places)}


def standing(rounds: Sequence[Round]) -> CarrierDay:
    """Make the day of these rounds. Seconds for thousands of stops: keep it. NothingDriven."""
    whole = Question(_job(rounds))
    places = _places(rounds)
    terms = _Terms(whole.origin, whole.prices, {place: number for number, place in enumerate(places)})
    made = [(each, _made(each, terms)) for each in rounds]
    sound = [(each, tour) for each, tour in made if tour is not None]
    if not sound:
        raise NothingDriven("no route of the day can be driven as it stands")
    return CarrierDay(
        day_of([tour for _, tour in sound]),
        whole.origin,
        whole.prices,
        tuple(each for each, _ in sound),
        tuple(each for each, tour in made if tour is None),
        places,
        {str(travel): travel for travel in whole.travels},
        _paces([each for each, _ in sound]),
    )


def restated(day: CarrierDay, changed: Sequence[Round]) -> CarrierDay:
    """Return the day with other routes in some of its shifts; milliseconds for each. NothingDriven."""
    numbers = dict(day.numbers)
    for place in _places(changed):
        numbers.setdefault(place, len(numbers))
    terms = _Terms(day.origin, day.prices, numbers)
    made = {each.shift.id: (each, _made(each, terms)) for each in changed}
    if any(tour is None or shift_id not in day.at for shift_id, (_, tour) in made.items()):
        same = [each for each in (*day.rounds, *day.unsound) if each.shift.id not in made]
        return standing(sorted([*same, *changed], key=lambda each: (each.shift.starts_at, each.shift.id)))
    tours = {day.at[shift_id]: tour for shift_id, (_, tour) in made.items() if tour is not None}
    return replace(
        day,
        day=day.day.with_tours(tours),
        rounds=tuple(made[each.shift.id][0] if each.shift.id in made else each for each in day.rounds),
        places=tuple(numbers),
    )


def _places(rounds: Sequence[Round]) -> tuple[Point, ...]:
    """Every place once: the shifts' own, then those of the stops."""
    shifts = [each.shift for each in rounds]
    ends = [(shift.start_place, shift.end_place) for shift in shifts]
    again = [reload_place(shift) for shift in shifts if shift.reloads is not None]
    own = [place for place in [*chain.from_iterable(ends), *again] if place is not None]
    return tuple(dict.fromkeys([*own, *(stop.place for each in rounds for stop in each.stops)]))


def _paces(rounds: Sequence[Round]) -> dict[str, Pace]:
    travels = {each.shift.travel for each in rounds}
    return {
        str(travel): pace(drive for each in rounds if each.shift.travel == travel for drive in _drives(each))
        for travel in travels
    }


def _drives(round: Round) -> Iterator[Drive]:
    before = round.shift.start_place
    for stop in round.stops:
        yield Drive(distance_m(before, stop.place), stop.leg_s, stop.leg_m)
        before = stop.place


def _job(rounds: Sequence[Round]) -> Job:
    shifts = tuple(each.shift for each in rounds)
    return Job(
        plan_id=rounds[0].shift.id,
        seed=1,
        limit_s=None,
        now=min(shift.starts_at for shift in shifts),
        shifts=shifts,
        deliveries=tuple(chain.from_iterable(stop.deliveries for each in rounds for stop in each.stops)),
        taken=(),
    )


@dataclass(frozen=True, eq=False)
class _Terms:
    """What the tours of a day have in common. `numbers` has the day's number of each place."""

    origin: Origin
    prices: Prices
    numbers: Mapping[Point, int]


@dataclass(frozen=True)
class _Within(Question):
    """A round asked about with the day's own origin and prices."""

    terms: _Terms

    @cached_property
    def origin(self) -> Origin:
        """The day's."""
        return self.terms.origin

    @cached_property
    def prices(self) -> Prices:
        """The day's."""
        return self.terms.prices


def _made(each: Round, terms: _Terms) -> Tour | None:
    """The round as a tour, None when the times that were planned can no longer be kept."""
    question = _Within(_job([each]), terms)
    problem = question.problem({})
    known = {stop.id: stop for stop in problem.stops}
    of_delivery = {one.id: known[id] for id, halt in question.open.items() for one in halt.deliveries}
    (vehicle,) = problem.vehicles
    try:
        return _tour(each, _numbered(vehicle, each, terms.numbers), of_delivery, terms.numbers, problem)
    except DoesNotFit:
        return None


def _numbered(vehicle: solving.Vehicle, each: Round, numbers: Mapping[Point, int]) -> solving.Vehicle:
    """The vehicle with the day's numbers of its places."""
    shift, reload = each.shift, vehicle.reload
    return replace(
        vehicle,
        start_place=numbers[shift.start_place],
        end_place=None if shift.end_place is None else numbers[shift.end_place],
        reload=None if reload is None else replace(reload, place=numbers[reload_place(shift)]),
    )


def _known(of_delivery: Mapping[UUID, solving.Stop], stop: GivenStop) -> solving.Stop:
    try:
        return of_delivery[stop.deliveries[0].id]
    except KeyError:
        raise DoesNotFit(Reason.TIME_WINDOW, "none of its windows is open during the shifts any more") from None


def _tour(
    each: Round,
    vehicle: solving.Vehicle,
    of_delivery: Mapping[UUID, solving.Stop],
    numbers: Mapping[Point, int],
    problem: solving.Problem,
) -> Tour:
    """The round as a tour. DoesNotFit when the times that were planned can no longer be kept."""
    capacities = [_NO_LIMIT if room is None else room for room in each.shift.capacities]
    fixed = tuple(str(stop.id) for stop in each.stops if stop.fixed)
    vehicle = replace(vehicle, capacities=tuple(capacities), locked=fixed)
    steps = [
        replace(
            _known(of_delivery, stop),
            id=str(stop.id),
            place=numbers[stop.place],
            service_s=stop.service_s,
            setup_s=each.setup_s if stop.deliveries[0].setup_s is None else stop.deliveries[0].setup_s,
            demands=tuple(sum(column) for column in zip(*(one.demands for one in stop.deliveries), strict=True)),
        )
        for stop in each.stops
    ]
    legs = [(stop.leg_s, stop.leg_m) for stop in each.stops]
    if vehicle.end_place is not None and steps:
        legs.append(each.last_leg)
    return tour_along(problem, vehicle, steps, legs)
