"""Taking up a replan: the routes as they stand, turned into a job that begins where each courier is now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from deliveries.models import Delivery
from deliveries.queries import by_ids, plannable
from routing.answering import CannotPlan
from routing.familiarity import familiar
from routing.fleet import lacks_driver, shifts_by_ids
from routing.given import GivenDelivery, GivenShift, Job, Span, fingerprint, given_delivery, given_shift
from routing.models import Drop, Fetch, Pause, Plan, Route, Shift, Stop, StopState
from routing.point_hours import opened
from routing.replan_levels import Level, Standing, StandingStop, standing
from routing.replan_terms import Terms, terms_of
from routing.wishes import read_wishes

ON_BOARD = "ON_BOARD"
NO_VAN_AT_DEPOT = "NO_VAN_AT_DEPOT"


@dataclass(frozen=True, kw_only=True)
class ReplanJob(Job):
    """A replan to make. `standing` are the routes as they were read, `aside` who is left out before any search.

    `sound` are the fingerprints of shifts and deliveries as they are, for the job's own are bent to the moment;
    `windows` are theirs by the place where they may go, `alternatives` where they go now.
    """

    terms: Terms
    standing: tuple[Standing, ...]
    aside: tuple[tuple[UUID, str, str], ...]
    sound: Mapping[UUID, str]
    windows: Mapping[UUID, Mapping[UUID | None, tuple[Span, ...]]]
    alternatives: Mapping[UUID, UUID | None]
    at_depot: frozenset[UUID]


def live_routes(session: Session, shift_ids: Collection[UUID]) -> Sequence[Route]:
    """Return the published routes of these shifts, by id, with their shifts, stops, drops and deliveries."""
    return session.scalars(
        select(Route)
        .where(Route.shift_id.in_(shift_ids), Route.published_at.is_not(None))
        .order_by(Route.id)
        .options(
            selectinload(Route.stops).selectinload(Stop.fetches).joinedload(Fetch.delivery, innerjoin=True),
            joinedload(Route.shift, innerjoin=True).options(joinedload(Shift.driver), joinedload(Shift.vehicle)),
            selectinload(Route.stops)
            .selectinload(Stop.drops)
            .joinedload(Drop.delivery, innerjoin=True)
            .options(
                selectinload(Delivery.windows),
                selectinload(Delivery.parcels),
                selectinload(Delivery.alternatives),
                selectinload(Delivery.pickup),
            ),
        )
        .execution_options(populate_existing=True)
    ).all()


def replan_job(session: Session, plan: Plan, *, now: datetime) -> ReplanJob:
    """Read what the plan is to be made from. CannotPlan."""
    terms = terms_of(plan.terms or {})
    ids = [UUID(each) for each in plan.shift_ids]
    shifts = [each for each in shifts_by_ids(session, ids, carrier_id=plan.carrier_id) if each.ends_at > now]
    terms = replace(terms, broken=terms.broken | {each.id for each in shifts if lacks_driver(each)})
    if all(shift.id in terms.broken for shift in shifts):
        raise CannotPlan("changed meanwhile: no shift is left that could drive")
    return job_of(session, plan, shifts, live_routes(session, [each.id for each in shifts]), terms=terms, now=now)


def job_of(
    session: Session, plan: Plan, shifts: Sequence[Shift], routes: Sequence[Route], *, terms: Terms, now: datetime
) -> ReplanJob:
    """Return the job of making the live `routes` of these shifts anew, with the wishes of the plan."""
    wishes = read_wishes(plan)
    rounds = tuple(standing(route, terms=terms, now=now) for route in routes)
    driving = [each for each in shifts if each.id not in terms.broken]
    levels = {each: stop for round_ in rounds for stop in round_.stops for each in stop.delivery_ids}
    new = plannable(session, carrier_id=plan.carrier_id, delivery_ids=terms.new) if terms.new else ()
    all_of = [*by_ids(session, levels.keys()), *new]
    departed = {round_.shift_id for round_ in rounds if round_.departed}
    at_depot = frozenset(each.id for each in driving if each.id not in departed)
    aside = dict(_aside(rounds, [each.id for each in new], at_depot=at_depot))
    bent_shifts = tuple(_bent_shift(given_shift(each), rounds, terms) for each in driving)
    begins = min((each.starts_at for each in bent_shifts), default=now)
    bent = [_bent_delivery(each, levels, max(now, begins)) for each in all_of if each.id not in aside]
    return ReplanJob(
        plan_id=plan.id,
        seed=plan.seed,
        limit_s=plan.limit_s,
        now=now,
        shifts=bent_shifts,
        deliveries=opened(session, bent, shifts=bent_shifts),
        taken=tuple(each for each in terms.new if each not in {found.id for found in new}),
        groups=tuple(stop.delivery_ids for round_ in rounds for stop in round_.stops),
        wishes=wishes,
        familiar=_familiar(session, driving, all_of) if wishes.familiarity_cost else frozenset(),
        terms=terms,
        standing=rounds,
        aside=tuple((delivery_id, *why) for delivery_id, why in aside.items()),
        sound=_sound(shifts, all_of),
        windows={each.id: _windows(each) for each in all_of},
        alternatives={each: stop.alternatives[each] for each, stop in levels.items()},
        at_depot=at_depot,
    )


def basis(job: ReplanJob) -> dict[str, Any]:
    """Return what publishing compares the routes with, as JSON holds it: by route, with the live stops by id."""
    routes = {
        str(each.route_id): {
            "revision": each.revision,
            "departed": each.departed,
            "begun": [str(stop.stop_id) for stop in each.stops if stop.state is not StopState.PLANNED],
            "stops": {str(stop.stop_id): [*map(str, stop.delivery_ids)] for stop in each.stops},
        }
        for each in job.standing
    }
    return {"at": job.now.isoformat(), "routes": routes}


def _familiar(
    session: Session, shifts: Sequence[Shift], deliveries: Sequence[Delivery]
) -> frozenset[tuple[UUID, UUID]]:
    drivers = {shift.driver_id for shift in shifts}
    return familiar(session, delivery_ids={each.id for each in deliveries}, driver_ids=drivers)


def _aside(
    rounds: Sequence[Standing], new: Sequence[UUID], *, at_depot: frozenset[UUID]
) -> Iterator[tuple[UUID, tuple[str, str]]]:
    """Yield the deliveries that nobody can bring whatever the order, and why."""
    for round_ in rounds:
        for stop in round_.stops:
            if stop.level is Level.VEHICLE_FIXED and round_.broken:
                why = (ON_BOARD, "its parcels are on board of a vehicle that drives no more")
            elif stop.level is Level.FREE and round_.broken and not at_depot:
                why = (NO_VAN_AT_DEPOT, _NOBODY)
            else:
                continue
            yield from ((each, why) for each in stop.delivery_ids)
    if not at_depot:
        yield from ((each, (NO_VAN_AT_DEPOT, _NOBODY)) for each in new)


_NOBODY = "every vehicle has left the depot, and none comes back to load"


def _bent_shift(shift: GivenShift, rounds: Sequence[Standing], terms: Terms) -> GivenShift:
    """Return the shift as it is from now on: it begins where the courier is, with the breaks that are to come."""
    found = next((round_ for round_ in rounds if round_.shift_id == shift.id), None)
    if found is None:  # it had no route so far
        return replace(shift, starts_at=max(shift.starts_at, terms.available_at.get(shift.id, shift.starts_at)))
    return replace(
        shift,
        start_place=found.place,
        starts_at=found.ready_at,
        breaks=_to_come(shift.breaks, found.rested),
        max_duration_s=_left(shift.max_duration_s, found.driven.duration_s),
        max_distance_m=_left(shift.max_distance_m, found.driven.distance_m),
        max_stops=_left(shift.max_stops, found.driven.stops),
        reloads=None,
    )


def _to_come(breaks: Sequence[Pause], rested: Sequence[Span]) -> tuple[Pause, ...]:
    taken, kept = [starts_at for starts_at, _ in rested], []
    for pause in breaks:
        begun = next((at for at in taken if pause.earliest_at <= at <= pause.latest_at), None)
        if begun is None:
            kept.append(pause)
        else:
            taken.remove(begun)
    return tuple(kept)


def _left(most: int | None, used: int) -> int | None:
    return None if most is None else max(1, most - used)


def _bent_delivery(delivery: Delivery, stops: Mapping[UUID, StandingStop], begins: datetime) -> GivenDelivery:
    """Return the delivery as it is brought: to the place that was chosen, without windows that do not count any more.

    Over before anybody goes on, or of a stop where the courier is going anyway.
    """
    given = given_delivery(delivery)
    stop = stops.get(delivery.id)
    if stop is None:
        return given
    chosen = next((each for each in given.alternatives if each.id == stop.alternatives[delivery.id]), None)
    windows = given.windows if chosen is None else chosen.windows
    return replace(
        given,
        place=given.place if chosen is None else chosen.place,
        service_s=given.service_s if chosen is None else chosen.service_s,
        windows=() if stop.level is Level.DRIVING_TO else tuple(window for window in windows if window[1] > begins),
        penalty_s=None,
        alternatives=(),
        point=None if stop.level is Level.DRIVING_TO else given.point,
        pickup=None,  # on board: a round with pickups to come is not made anew
    )


def _windows(delivery: Delivery) -> Mapping[UUID | None, tuple[Span, ...]]:
    given = given_delivery(delivery)
    return {None: given.windows} | {each.id: each.windows for each in given.alternatives}


def _sound(shifts: Sequence[Shift], deliveries: Sequence[Delivery]) -> Mapping[UUID, str]:
    found = {each.id: fingerprint(given_shift(each)) for each in shifts}
    return found | {each.id: fingerprint(given_delivery(each)) for each in deliveries}
