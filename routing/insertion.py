"""What one stop more would cost a carrier's day, window by window: for slots, for changes, for today's requests.

`rounds.rounds` reads the day in a short unit of work and `days.standing` makes it, once; `offers` asks the streets, so
no transaction may be open, and answers in some tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kernel.geo import Point
from places.streets import Streets
from routing.days import CarrierDay
from routing.given import Span, Travel
from routing.nearness import guessed
from routing.solving.pricing.pricing import price, worth_asking
from routing.solving.pricing.tour import Ways
from routing.solving.problem import UNREACHABLE, Stop, Window
from routing.traffic import slowed

MOST_ASKED = 80
"""Places for which street times are asked, both ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A stop that somebody may want. `demands` follow CAPACITY_NAMES; `skills` are those that its courier must have."""

    place: Point
    service_s: int = 120
    setup_s: int = 0
    demands: tuple[int, ...] = (1, 0, 0)
    skills: frozenset[str] = frozenset()


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


def offers(day: CarrierDay, wanted: Wanted, *, windows: Sequence[Span], streets: Streets) -> list[Offer]:
    """Price the stop into every route of the day for each half-open window; those that no route can keep are left out.

    Street times are asked for the MOST_ASKED places that promise most by the great circle; where the day's plans know
    traffic, the new drives count as in the worst of it. A window that has begun must be cut to what is still to come:
    the day does not know how late it is.
    """
    stop = _stop(day, wanted)
    spans = {_seconds(day, span): span for span in windows}
    asked = [window for window in spans if window[0] < window[1]]
    guess = guessed(day.xy, wanted.place, paces=day.paces)
    near = worth_asking(day.day, stop, guess, asked, most=MOST_ASKED)
    ways = {profile: _ways(day, wanted.place, near[profile], day.travels[profile], streets) for profile in near}
    found = price(day.day, stop, ways, asked)
    return [
        Offer(
            window=spans[one.window],
            shift_id=day.rounds[one.tour].shift.id,
            route_id=day.rounds[one.tour].route_id,
            after_stops=one.index,
            added_cost=day.prices.seconds(one.added_cost),
            added_s=one.added_s,
            added_m=one.added_m,
        )
        for one in found
    ]


def _stop(day: CarrierDay, wanted: Wanted) -> Stop:
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


def _ways(day: CarrierDay, place: Point, near: Sequence[int], travel: Travel, streets: Streets) -> Ways:
    """The ways by the streets to and from the places that are near, in the worst traffic; nobody drives the others."""
    points = [day.places[number] for number in near]
    there = streets.table(travel.profile.value, points, [place], kerb_side=travel.kerb_side)
    back = streets.table(travel.profile.value, [place], points, kerb_side=travel.kerb_side)
    return Ways(
        to_s=_at(day, near, slowed(there.duration_s, day.slowest)),
        to_m=_at(day, near, there.distance_m),
        from_s=_at(day, near, slowed(back.duration_s, day.slowest)),
        from_m=_at(day, near, back.distance_m),
    )


def _at(day: CarrierDay, near: Sequence[int], figures: NDArray[np.int32]) -> NDArray[np.int32]:
    line = np.full(len(day.places), UNREACHABLE, dtype=np.int32)
    line[near] = figures.ravel()
    return line
