"""What one stop more would cost a carrier's day, window by window: for slots, for changes, for today's requests.

`rounds.rounds` reads the day in a short unit of work and `days.standing` makes it, once; `offers` asks the streets, so
no transaction may be open, and answers in some tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point
from places.streets import Streets
from routing.days import CarrierDay
from routing.given import Span
from routing.nearness import guessed
from routing.solving.pricing.pricing import Priced, price, worth_asking
from routing.solving.pricing.tour import Ways
from routing.solving.problem import UNREACHABLE, Stop, Window
from routing.street_times import StreetTimes, street_times

MOST_ASKED = 80
"""Places for which street times are asked at once, both ways."""
_TURNS = 3
"""So often they are asked, for twice as many each time, while a position that is guessed at might be the cheapest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A stop that somebody may want. `demands` follow CAPACITY_NAMES; `skills` are those that its courier must have."""

    place: Point
    service_s: int = 120
    setup_s: int = 0
    demands: tuple[int, ...] = (1, 0, 0)
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a stop stands in a shift: between two of its steps, by their ids; None is the start, or the end.

    `way_in` and `way_out` are the seconds and metres of its own two drives, in the worst traffic.
    """

    shift_id: UUID
    behind_id: UUID | None
    before_id: UUID | None
    way_in: tuple[int, int]
    way_out: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The cheapest way to serve it within `window`: by this shift, after so many of its stops that stand.

    `added_cost` is in seconds of a courier's time; `added_s` and `added_m` are what the route lasts and drives more.
    `route_id` is None where the shift has no route yet.
    """

    window: Span
    shift_id: UUID
    route_id: UUID | None
    after_stops: int
    added_cost: int
    added_s: int
    added_m: int
    seat: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A stop that may be wanted on one of several days: each with the half-open windows that are asked about.

    `most` are the places of each day for which the streets are asked at once.
    """

    wanted: Wanted
    days: Mapping[date, tuple[CarrierDay, Sequence[Span]]]
    most: int = MOST_ASKED


def offers(day: CarrierDay, wanted: Wanted, *, windows: Sequence[Span], streets: Streets) -> list[Offer]:
    """Price the stop into every route of the day for each half-open window; those that no route can keep are left out.

    Street times are asked for the MOST_ASKED places that promise most by the great circle, and for more where what
    they say leaves a guess that promises more; where the day's plans know traffic, drives count as in the worst of it.
    A window that has begun must be cut to what is still to come: the day does not know how late it is.
    """
    (found,) = offers_on_days([Question(wanted=wanted, days={date.min: (day, windows)})], streets=streets)
    return found[date.min]


def offers_on_days(questions: Sequence[Question], *, streets: Streets) -> list[dict[date, list[Offer]]]:
    """As `offers`, for several stops and days at once: the streets are asked for all of them together."""
    asked = [
        [_Asked.of(at, day, question, windows) for at, (day, windows) in question.days.items()]
        for question in questions
    ]
    guessed = [*chain(*asked)]
    for turn in range(_TURNS):
        wanting = [(one, near) for one in guessed if (near := one.worth_asking(one.most << turn))]
        if not wanting:
            break
        tables = street_times(
            [
                (one.day.travels[profile], one.wanted.place, one.day.places[number])
                for one, near in wanting
                for profile, numbers in near.items()
                for number in numbers
            ],
            streets=streets,
        )
        for one, near in wanting:
            one.learn(tables, near)
        guessed = [one for one, _ in wanting]
    return [{one.at: one.offers() for one in each} for each in asked]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One stop on one day, with its ways as far as they are `known` by profile and place; the others are guesses."""

    at: date
    day: CarrierDay
    wanted: Wanted
    stop: Stop
    spans: Mapping[Window, Span]
    most: int
    ways: Mapping[str, Ways]
    known: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, at: date, day: CarrierDay, question: Question, windows: Sequence[Span]) -> _Asked:
        wanted, stop = question.wanted, stop_of(day, question.wanted)
        spans = {_seconds(day, span): span for span in windows}
        spans = {window: span for window, span in spans.items() if window[0] < window[1]}
        ways = guessed(day.xy, wanted.place, paces=day.paces)
        known = {profile: np.zeros(len(day.places), dtype=np.bool_) for profile in ways}
        return cls(at, day, wanted, stop, spans, question.most, ways, known)

    def worth_asking(self, most: int) -> dict[str, list[int]]:
        """The places by profile between which its cheapest positions may lie, and whose street times are not known."""
        if not self.spans:
            return {}
        return worth_asking(self.day.day, self.stop, self.ways, [*self.spans], most=most, known=self.known)

    def learn(self, tables: StreetTimes, near: Mapping[str, Sequence[int]]) -> None:
        """Know the ways between it and these places."""
        for profile, numbers in near.items():
            there, back = tables.ways(self.day, profile, self.wanted.place, numbers)
            ways = self.ways[profile]
            ways.to_s[numbers], ways.to_m[numbers] = there
            ways.from_s[numbers], ways.from_m[numbers] = back
            self.known[profile][numbers] = True

    def offers(self) -> list[Offer]:
        """By the ways that are known; nobody drives the others."""
        if not self.spans:
            return []
        day = self.day
        ways = {profile: _closed(each, ~self.known[profile]) for profile, each in self.ways.items()}
        return [
            Offer(
                window=self.spans[one.window],
                shift_id=day.rounds[one.tour].shift.id,
                route_id=day.rounds[one.tour].route_id,
                after_stops=one.index,
                added_cost=day.prices.seconds(one.added_cost),
                added_s=one.added_s,
                added_m=one.added_m,
                seat=_seat(day, one, ways),
            )
            for one in price(day.day, self.stop, ways, list(self.spans))
        ]


def _closed(ways: Ways, where: NDArray[np.bool_]) -> Ways:
    lines = (np.where(where, UNREACHABLE, line) for line in (ways.to_s, ways.to_m, ways.from_s, ways.from_m))
    to_s, to_m, from_s, from_m = (line.astype(np.int32) for line in lines)
    return Ways(to_s=to_s, to_m=to_m, from_s=from_s, from_m=from_m)


def _seat(day: CarrierDay, one: Priced, ways: Mapping[str, Ways]) -> Seat:
    tour = day.day.tours[one.tour]
    way = ways[tour.vehicle.profile]
    before, after = (int(line[one.tour, one.index]) for line in (day.day.stack.before, day.day.stack.after))
    out = (0, 0) if after < 0 else (int(way.from_s[after]), int(way.from_m[after]))
    stops = tour.stops
    return Seat(
        shift_id=day.rounds[one.tour].shift.id,
        behind_id=UUID(stops[one.index - 1].id) if one.index else None,
        before_id=UUID(stops[one.index].id) if one.index < len(stops) else None,
        way_in=(int(way.to_s[before]), int(way.to_m[before])),
        way_out=out,
    )


def stop_of(day: CarrierDay, wanted: Wanted) -> Stop:
    """The wanted stop as the day's; without windows of its own."""
    return Stop(
        id="wanted",
        place=day.numbers.get(wanted.place, len(day.places)),
        service_s=wanted.service_s,
        setup_s=wanted.setup_s,
        demands=wanted.demands,
        skills=wanted.skills,
    )


def _seconds(day: CarrierDay, span: Span) -> Window:
    return day.origin.up(span[0]), day.origin.up(span[1])
