"""Foreseen routes as rounds, so that one stop more can be priced into a day for which no plan has been made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import PLANNABLE, Delivery
from deliveries.queries import by_ids
from routing.foreseen import ForeseenRoute
from routing.given import GivenDelivery, given_delivery
from routing.rounds import GivenStop, Round, rounds_of


def rounds_ahead(session: Session, shift_ids: Collection[UUID]) -> list[Round]:
    """Read these shifts as `rounds_of` does; those without a route have the one that is foreseen, if any."""
    found = rounds_of(session, shift_ids)
    bare = [each.shift.id for each in found if each.route_id is None]
    foreseen = _foreseen(session, bare)
    deliveries = _still_wanted(session, foreseen.values())
    return [_round(each, foreseen[each.shift.id], deliveries) if each.shift.id in foreseen else each for each in found]


def as_promised(delivery: Delivery) -> GivenDelivery:
    """Return what the foreseen plan is made from: at its own address, within what binds the courier."""
    given = given_delivery(delivery)
    promise = delivery.bound_to
    windows = given.windows if promise is None else ((promise.from_, promise.until),)
    return replace(given, windows=windows, alternatives=(), preferred=None)


def _foreseen(session: Session, shift_ids: Sequence[UUID]) -> Mapping[UUID, ForeseenRoute]:
    asked = select(ForeseenRoute).where(ForeseenRoute.shift_id.in_(shift_ids))
    return {each.shift_id: each for each in session.scalars(asked)} if shift_ids else {}


def _still_wanted(session: Session, routes: Iterable[ForeseenRoute]) -> Mapping[UUID, GivenDelivery]:
    ids = {UUID(each) for route in routes for stop in route.stops for each in stop["delivery_ids"]}
    found = by_ids(session, ids) if ids else []
    return {each.id: as_promised(each) for each in found if each.state in PLANNABLE}


def _round(bare: Round, route: ForeseenRoute, deliveries: Mapping[UUID, GivenDelivery]) -> Round:
    stops = tuple(_stops(route, deliveries))
    return replace(bare, stops=stops, last_leg=(route.last_leg_s, route.last_leg_m) if stops else (0, 0))


def _stops(route: ForeseenRoute, deliveries: Mapping[UUID, GivenDelivery]) -> Iterator[GivenStop]:
    """The stops that are still to be made. Past one that is not wanted any more, the way counts as it was foreseen."""
    way_s = way_m = 0
    for stop in route.stops:
        way_s, way_m = way_s + stop["leg_s"], way_m + stop["leg_m"]
        given = [deliveries[UUID(each)] for each in stop["delivery_ids"] if UUID(each) in deliveries]
        if not given:
            continue
        service_s = sum(each.service_s for each in given)
        yield GivenStop(given[0].id, given[0].place, tuple(given), service_s, way_s, way_m, False)
        way_s = way_m = 0
