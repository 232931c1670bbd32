"""Offering: everything that a customer may choose for one basket and address, priced into the routes of the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from accounts.principals import Principal
from places.streets import Streets
from routing.guests import Hosting
from routing.insertion import Offer
from slots.emissions import grams_co2e
from slots.offered import Asked, Candidate, Feasibility, Ineligible, Offered, Option, Reason
from slots.offered_prices import discounted
from slots.offering_pricing import best_offers
from slots.offering_reading import read
from slots.ranking import marked, ranked
from slots.standing import Unit, ready

KEPT_FOR = timedelta(minutes=5)
"""So long an answer is worth showing; whoever holds a slot is told what holds then."""


def offer(asked: Asked, *, caller: Principal, unit: Unit, streets: Streets, now: datetime) -> Offered:
    """Return what can be had, ranked, and what cannot; let no unit be open, it opens short ones of its own.

    DayPast; all that `deliveries.locating.locate` refuses.
    """
    with unit() as session:
        question = read(session, asked, caller=caller, now=now)
    days = ready(question.stands, unit=unit, streets=streets)
    best = best_offers(asked, question.candidates, question.stands, days, streets=streets, now=now)

    judged = []
    for candidate, found in zip(question.candidates, best, strict=True):
        driven = any(question.stands.works_within(span) for span in candidate.spans)
        judged.append(_no_room(candidate) if found is None and driven else _option(candidate, found, days))
    options = marked(ranked(each for each in judged if isinstance(each, Option)))
    return Offered(
        options=[each for each in options if each.eco or not asked.only_eco],
        ineligible=[*question.ineligible, *(each for each in judged if isinstance(each, Ineligible))],
        zone=question.located.zone,
        expires_at=now + KEPT_FOR,
    )


def _no_room(candidate: Candidate) -> Ineligible:
    return Ineligible(reason=Reason.NO_ROUTE_ROOM, kind=candidate.kind, slot=candidate.slot, point=candidate.point)


def _option(candidate: Candidate, best: Offer | None, days: Mapping[date, Hosting]) -> Option:
    """The candidate as it is offered. Without routes its count alone says that it can be done."""
    slot = candidate.slot
    option = Option(
        kind=candidate.kind,
        slot=slot,
        point=candidate.point,
        distance_m=candidate.distance_m,
        price_minor=discounted(slot.price_minor, added_cost=None if best is None else best.added_cost),
        feasibility=Feasibility.CAPACITY,
    )
    if best is None:
        return option
    day = next(each.day for each in days.values() if best.shift_id in each.day.at)
    profile = day.rounds[day.at[best.shift_id]].shift.profile
    return replace(
        option,
        feasibility=Feasibility.ROUTES,
        added_m=max(0, best.added_m),
        added_s=max(0, best.added_s),
        near_m=min(_neighbours_m(best), default=None),
        co2e_g=grams_co2e(best.added_m, profile=profile),
    )


def _neighbours_m(best: Offer) -> Iterator[int]:
    """The drives from and to the stops beside it; where the tour begins or ends, no courier stops."""
    if best.seat.behind_id is not None:
        yield best.seat.way_in[1]
    if best.seat.before_id is not None:
        yield best.seat.way_out[1]
