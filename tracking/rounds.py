"""The round as it stands: which stops lie ahead of the courier, in which order, and what each needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deliveries.models import Delivery, Pickup
from routing.models import Drop, Fetch, Route, Stop, StopKind, StopState
from tracking.estimating import Ahead, Window


def held_round(session: Session, route_id: UUID) -> Route | None:
    """Return the published route, its row locked, with stops, drops and windows; None when it is not published."""
    locked = session.scalar(
        select(Route.id).where(Route.id == route_id, Route.published_at.is_not(None)).with_for_update(key_share=True)
    )
    if locked is None:
        return None
    return session.scalars(
        select(Route)
        .where(Route.id == route_id)
        .options(
            selectinload(Route.stops).selectinload(Stop.drops).joinedload(Drop.delivery).selectinload(Delivery.windows),
            selectinload(Route.stops)
            .selectinload(Stop.fetches)
            .joinedload(Fetch.delivery)
            .selectinload(Delivery.pickup),
        )
        .execution_options(populate_existing=True)
    ).one()


def stops_ahead(route: Route) -> list[Stop]:
    """Return the stops that are not done: where the courier is or drives to, then the planned ones in order."""
    ahead = [stop for stop in route.stops if is_live(stop) and stop.state is not StopState.DONE]
    return sorted(ahead, key=_turn)


def ahead_of(route: Route) -> list[Ahead]:
    """Return the stops ahead as the estimate needs them."""
    way = {stop.id: (leg_s, pause_s) for stop, leg_s, pause_s in _ways(route)}
    return [_ahead(stop, *way[stop.id], _rest_s(route, stop)) for stop in stops_ahead(route)]


def left_at(route: Route) -> datetime:
    """Return when the courier was through with the last stop; before the first, when the round is to begin.

    A round planned anew goes on when it is planned to.
    """
    done = max((stop.done_at for stop in route.stops if stop.done_at is not None), default=route.departs_at)
    return done if route.resumes_at is None else max(done, route.resumes_at)


def last_event_at(route: Route) -> datetime | None:
    """Return when the last thing happened that the courier reported of a stop; None before the first."""
    times = [at for stop in route.stops for at in (stop.enroute_at, stop.arrived_at, stop.done_at) if at is not None]
    return max(times, default=None)


def is_live(stop: Stop) -> bool:
    """Say whether the courier halts there: something is still to be brought, fetched or loaded, or was."""
    if stop.withdrawn_at is not None:
        return False
    return stop.kind is StopKind.RELOAD or any(each.withdrawn_at is None for each in stop.errands)


def live_delivery_ids(stop: Stop) -> list[UUID]:
    """Return the deliveries of a stop that are not withdrawn."""
    return [drop.delivery_id for drop in stop.drops if drop.withdrawn_at is None]


def _turn(stop: Stop) -> tuple[int, float]:
    if stop.state is StopState.ARRIVED:
        return 0, 0.0
    if stop.state is StopState.ENROUTE and stop.enroute_at is not None:
        # Two at once: the courier chose another in between, and the last choice counts.
        return 1, -stop.enroute_at.timestamp()
    return 2, float(stop.sequence)


def _ways(route: Route) -> Sequence[tuple[Stop, int, int]]:
    """Return each stop with the seconds of the leg to it and of planned rest before that leg.

    Past a withdrawn stop the courier drives the planned way still: its leg is added to the next.
    """
    ways: list[tuple[Stop, int, int]] = []
    left, passed_s = route.departs_at, 0
    for stop in route.stops:
        if route.resumes_at is not None and stop.state is not StopState.DONE:
            left = max(left, route.resumes_at)  # planned anew: what lay idle before was no rest
        rest = stop.planned_arrival_at - left - timedelta(seconds=stop.leg_duration_s)
        ways.append((stop, passed_s + stop.leg_duration_s, max(0, round(rest.total_seconds()))))
        passed_s = 0 if is_live(stop) else passed_s + stop.leg_duration_s
        left = stop.planned_departure_at
    return ways


def _rest_s(route: Route, stop: Stop) -> int:
    """Return the seconds of the breaks that the plan puts between the arrival at a stop and its service."""
    breaks = [[datetime.fromisoformat(taken[end]) for end in ("starts_at", "ends_at")] for taken in route.breaks]
    at_the_stop = [
        ends_at - starts_at
        for starts_at, ends_at in breaks
        if stop.planned_arrival_at <= starts_at and ends_at <= stop.planned_start_at
    ]
    return round(sum(at_the_stop, timedelta()).total_seconds())


def _ahead(stop: Stop, leg_s: int, pause_s: int, rest_s: int) -> Ahead:
    return Ahead(
        stop_id=stop.id,
        state=stop.state,
        service_s=stop.service_s,
        leg_s=leg_s,
        pause_s=pause_s,
        rest_s=rest_s,
        windows=tuple(_all_windows(stop)),
        enroute_at=stop.enroute_at,
        arrived_at=stop.arrived_at,
    )


def _all_windows(stop: Stop) -> Iterator[tuple[Window, ...]]:
    for drop in stop.drops:
        if drop.withdrawn_at is None:
            yield _windows(drop.delivery)
    for fetch in stop.fetches:
        if fetch.withdrawn_at is None and fetch.delivery.pickup is not None:
            yield _windows(fetch.delivery.pickup)


def _windows(place: Delivery | Pickup) -> tuple[Window, ...]:
    return tuple((window.starts_at, window.ends_at) for window in place.windows)
