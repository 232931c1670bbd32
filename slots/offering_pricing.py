"""Pricing all that may be offered into the routes of all days: the address anew, the points as they are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from kernel.geo import Point
from places.streets import Streets
from routing.given import Span
from routing.guests import Hosting
from routing.insertion import Offer, Question, Wanted, offers_on_days
from routing.kept_offers import kept_offers
from slots.offered import Asked, Candidate
from slots.standing import Standing

HOME_PLACES, POINT_PLACES = 40, 12
"""Places of each day between which the streets are asked for a stop at the address, and for one at a point."""

type Windows = Mapping[Point, Mapping[date, Sequence[Span]]]


def best_offers(
    asked: Asked,
    candidates: Sequence[Candidate],
    stands: Standing,
    days: Mapping[date, Hosting],
    *,
    streets: Streets,
    now: datetime,
) -> list[Offer | None]:
    """Return for each candidate the cheapest place in the routes, None where there is none; let no unit be open."""
    at_home = [each for each in candidates if each.point is None]
    at_points = [each for each in candidates if each.point is not None]
    home = [
        _question(asked, place, by_day, days, most=HOME_PLACES)
        for place, by_day in _windows(at_home, stands, days).items()
    ]
    points = [
        _question(asked, place, by_day, days, most=POINT_PLACES)
        for place, by_day in _windows(at_points, stands, days).items()
    ]
    offers = [*offers_on_days(home, streets=streets), *kept_offers(points, streets=streets, now=now)]
    found: dict[tuple[Point, Span], Offer] = {}
    for question, by_day in zip([*home, *points], offers, strict=True):
        place = question.wanted.place
        for one in (each for offers in by_day.values() for each in offers):
            found[place, one.window] = min(one, found.get((place, one.window), one), key=_key)
    return [
        min((found[each.place, span] for span in each.spans if (each.place, span) in found), key=_key, default=None)
        for each in candidates
    ]


def _windows(candidates: Sequence[Candidate], stands: Standing, days: Mapping[date, Hosting]) -> Windows:
    """By place and day what is asked about, each window once."""
    found: defaultdict[Point, defaultdict[date, dict[Span, None]]] = defaultdict(lambda: defaultdict(dict))
    for candidate in candidates:
        for at in days:
            for span in candidate.spans:
                if stands.works_within(span, on=at):
                    found[candidate.place][at][span] = None
    return {place: {at: list(spans) for at, spans in by_day.items()} for place, by_day in found.items()}


def _question(
    asked: Asked, place: Point, by_day: Mapping[date, Sequence[Span]], days: Mapping[date, Hosting], *, most: int
) -> Question:
    load = asked.load
    demands = (load.parcels, load.weight_g, load.volume_cm3)
    return Question(
        wanted=Wanted(place=place, service_s=asked.service_s, demands=demands),
        days={at: (days[at].day, windows) for at, windows in by_day.items()},
        most=most,
    )


def _key(offer: Offer) -> tuple[int, str]:
    return offer.added_cost, str(offer.shift_id)
