"""Whether published routes are still as a replan found them, or have gone on as it would have them go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliveries.models import PLANNABLE, Delivery, DeliveryState
from deliveries.queries import by_ids
from routing.changes import same_stop
from routing.given import fingerprint, given_delivery
from routing.models import Route, StopState
from routing.replan_job import live_routes
from routing.replan_levels import departed, live_drops
from routing.settling import drops_of, outdated_shifts

_UNDER_WAY = frozenset({DeliveryState.SCHEDULED, DeliveryState.OUT_FOR_DELIVERY})


def contradictions(
    session: Session,
    routes: Sequence[Route],
    *,
    basis: Mapping[str, Any],
    shift_ids: Collection[UUID],
    carrier_id: UUID,
    for_update: bool = False,
) -> dict[str, list[UUID]]:
    """Return what has become of the routes that the proposed `routes` do not fit any more; empty: they still fit.

    A stop that was set out for, or done, in the turn that the proposal gives it is no contradiction. With `for_update`
    the routes, the shifts and the deliveries are locked, always in this order.
    """
    if for_update:
        lock_routes(session, shift_ids)
    shifts = outdated_shifts(session, list(routes), carrier_id=carrier_id, for_update=for_update)
    deliveries = _deliveries(session, routes, basis, for_update=for_update)
    live = {route.id: route for route in live_routes(session, shift_ids)}
    proposed = {route.shift_id: route for route in routes}
    found = {
        "shift_ids": shifts,
        "route_ids": list(_other_routes(live, basis, proposed)),
        "stop_ids": [stop for route in live.values() for stop in _out_of_turn(route, basis, proposed)],
        "delivery_ids": list(dict.fromkeys(_outdated_deliveries(live, routes, basis, deliveries))),
    }
    return {name: ids for name, ids in found.items() if ids}


def stops_by_deliveries(stood: Mapping[str, Sequence[str]]) -> dict[frozenset[UUID], UUID]:
    """Return the live stops of a route as the replan found it, by what they bring."""
    return {frozenset(map(UUID, deliveries)): UUID(stop_id) for stop_id, deliveries in stood.items()}


def lock_routes(session: Session, shift_ids: Collection[UUID]) -> None:
    """Lock the published routes of these shifts, by id: two who lock them do not wait for each other in a ring."""
    asked = select(Route.id).where(Route.shift_id.in_(shift_ids), Route.published_at.is_not(None)).order_by(Route.id)
    session.execute(asked.with_for_update(of=Route, key_share=True)).all()


def _deliveries(
    session: Session, routes: Sequence[Route], basis: Mapping[str, Any], *, for_update: bool
) -> Mapping[UUID, Delivery]:
    ids = {drop.delivery_id for drop in drops_of(list(routes))}
    for stood in basis["routes"].values():
        ids |= {UUID(each) for deliveries in stood["stops"].values() for each in deliveries}
    return {each.id: each for each in by_ids(session, ids, for_update=for_update)}


def _other_routes(
    live: Mapping[UUID, Route], basis: Mapping[str, Any], proposed: Mapping[UUID, Route]
) -> Iterator[UUID]:
    """Yield the routes that were planned anew, or published, or that left the depot with other parcels."""
    for route in live.values():
        stood = basis["routes"].get(str(route.id))
        if stood is None or _is_another(route, stood, proposed.get(route.shift_id)):
            yield route.id
    yield from (UUID(each) for each in basis["routes"] if UUID(each) not in live)


def _is_another(route: Route, stood: Mapping[str, Any], proposal: Route | None) -> bool:
    if route.revision != stood["revision"]:
        return True
    left_meanwhile = departed(route) and not stood["departed"]
    return left_meanwhile and _load_changed(stood, proposal)


def _load_changed(stood: Mapping[str, Any], proposal: Route | None) -> bool:
    before = {UUID(each) for deliveries in stood["stops"].values() for each in deliveries}
    after = set() if proposal is None else {drop.delivery_id for drop in drops_of([proposal])}
    return before != after


def _out_of_turn(route: Route, basis: Mapping[str, Any], proposed: Mapping[UUID, Route]) -> Iterator[UUID]:
    """Yield the stops that the courier has turned to meanwhile, though the proposal has others before them."""
    stood = basis["routes"].get(str(route.id))
    if stood is None:
        return
    known = stops_by_deliveries(stood["stops"])
    begun = [stop.id for stop in route.stops if str(stop.id) in stood["stops"] and stop.state is not StopState.PLANNED]
    proposal = proposed.get(route.shift_id)
    turns = [] if proposal is None else [same_stop(stop, known) for stop in proposal.stops]
    fresh = [stop_id for stop_id in begun if str(stop_id) not in stood["begun"]]
    yield from (stop_id for stop_id in fresh if stop_id not in turns[: len(begun)])


def _outdated_deliveries(
    live: Mapping[UUID, Route],
    routes: Sequence[Route],
    basis: Mapping[str, Any],
    deliveries: Mapping[UUID, Delivery],
) -> Iterator[UUID]:
    """Yield what is not brought any more, or not what it was when it was planned, or waits for no plan."""
    stops = {stop.id: stop for route in live.values() for stop in route.stops}
    done: set[UUID] = set()
    standing: set[UUID] = set()
    for stood in basis["routes"].values():
        for stop_id, ids in stood["stops"].items():
            stop = stops.get(UUID(stop_id))
            expected = {UUID(each) for each in ids}
            standing |= expected
            if stop is not None and stop.state is StopState.DONE:
                done |= expected
            else:
                yield from expected - ({drop.delivery_id for drop in live_drops(stop)} if stop is not None else set())
    for drop in drops_of(list(routes)):
        if drop.delivery_id in done:
            continue
        delivery = deliveries.get(drop.delivery_id)
        states = _UNDER_WAY if drop.delivery_id in standing else PLANNABLE
        sound = delivery is not None and delivery.state in states
        if not sound or delivery is None or fingerprint(given_delivery(delivery)) != drop.fingerprint:
            yield drop.delivery_id
