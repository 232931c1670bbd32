"""How far each stop of a published route is settled, and so what a replan may still do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from deliveries.models import DeliveryState
from kernel.errors import Conflict
from kernel.geo import Point
from routing.given import Span
from routing.models import Drop, Route, Stop, StopKind, StopState
from routing.replan_terms import Seen, Terms


class Level(StrEnum):
    """From what cannot be changed any more to what can be changed at will."""

    DRIVING_TO = "driving_to"
    """The courier is on the way there, or there: it comes first."""
    SEQUENCE_FIXED = "sequence_fixed"
    """It keeps its driver and its turn, as the dispatcher wished."""
    VEHICLE_FIXED = "vehicle_fixed"
    """Its parcels are on board: it keeps its driver."""
    FREE = "free"
    """Its parcels are at the depot: any driver who has not left yet may bring it."""


@dataclass(frozen=True, kw_only=True)
class StandingStop:
    """A stop that is not done. `service_s` is what is left of it; by delivery, what is promised and which other place
    it goes to instead of its own address. `collected`: those promised a slot at a point, which binds no courier.
    """

    stop_id: UUID
    delivery_ids: tuple[UUID, ...]
    level: Level
    state: StopState
    service_s: int
    promises: Mapping[UUID, Span | None]
    alternatives: Mapping[UUID, UUID | None]
    collected: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Driven:
    """What of a route's limits is used up."""

    duration_s: int
    distance_m: int
    stops: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A published route as it stands: the stops to come in the order of driving, from where the courier is.

    `departed`: the parcels are on board. `broken`: it drives no more. `rested` are the breaks begun by now.
    """

    route_id: UUID
    shift_id: UUID
    driver_id: UUID
    revision: int
    departed: bool
    broken: bool
    place: Point
    ready_at: datetime
    rested: tuple[Span, ...]
    driven: Driven
    stops: tuple[StandingStop, ...]

    @property
    def locked(self) -> tuple[StandingStop, ...]:
        """The stops that stay first, in their order."""
        return tuple(stop for stop in self.stops if stop.level in (Level.DRIVING_TO, Level.SEQUENCE_FIXED))


def standing(route: Route, *, terms: Terms, now: datetime) -> Standing:
    """Return how a published route stands whose shift, stops, drops and deliveries are loaded."""
    ahead = ahead_of(route)
    broken = route.shift_id in terms.broken
    return Standing(
        route_id=route.id,
        shift_id=route.shift_id,
        driver_id=route.driver_id,
        revision=route.revision,
        departed=departed(route),
        broken=broken,
        place=_place(route, ahead, terms.seen.get(route.driver_id)),
        ready_at=_ready_at(route, terms, now),
        rested=tuple(each for each in _breaks(route) if each[0] <= now) if departed(route) else (),
        driven=_driven(route, now),
        stops=tuple(_standing_stop(stop, level, now) for stop, level in _levels(route, ahead, broken, terms)),
    )


def ahead_of(route: Route) -> list[Stop]:
    """Return the live stops that are not done: where the courier is or drives to, then the planned ones in order."""
    return sorted((stop for stop in route.stops if is_ahead(stop)), key=_turn)


class RoundHasTrips(Conflict):
    """Pickups or ways back to load are still to come on this round: it cannot be made anew before they are done."""


def check_no_trips(routes: Iterable[Route]) -> None:
    """Refuse rounds with stops to come at which nothing is brought. RoundHasTrips."""
    found = [route.id for route in routes if any(_is_trip(stop) for stop in route.stops)]
    if found:
        raise RoundHasTrips(route_ids=found)


def _is_trip(stop: Stop) -> bool:
    to_come = stop.state is not StopState.DONE and stop.withdrawn_at is None
    return to_come and stop.kind is not StopKind.DELIVERY


def is_ahead(stop: Stop) -> bool:
    """Say whether something is still to be brought there."""
    return stop.state is not StopState.DONE and bool(live_drops(stop))


def live_drops(stop: Stop) -> list[Drop]:
    """Return the drops that are still to be made: not withdrawn, and not cancelled a moment ago either."""
    if stop.withdrawn_at is not None:
        return []
    return [
        drop for drop in stop.drops if drop.withdrawn_at is None and drop.delivery.state is not DeliveryState.CANCELLED
    ]


def departed(route: Route) -> bool:
    """Say whether the courier has left the depot with the parcels."""
    return any(stop.state is not StopState.PLANNED or stop.enroute_at is not None for stop in route.stops)


def _turn(stop: Stop) -> tuple[int, float]:
    if stop.state is StopState.ARRIVED:
        return 0, 0.0
    if stop.state is StopState.ENROUTE and stop.enroute_at is not None:
        # Two at once: the courier chose another in between, and the last choice counts.
        return 1, -stop.enroute_at.timestamp()
    return 2, float(stop.sequence)


def _levels(route: Route, ahead: Sequence[Stop], broken: bool, terms: Terms) -> list[tuple[Stop, Level]]:
    found, fixed = [], 0
    for stop in ahead:
        planned = stop.state is StopState.PLANNED
        keeps = planned and not broken and not _is_refused(route, stop) and _keeps_turn(stop, fixed, terms)
        fixed += keeps
        found.append((stop, _level(stop, keeps, broken)))
    return found


def _is_refused(route: Route, stop: Stop) -> bool:
    """Say whether the driver refused some of what is brought there: that goes before any wish to keep the order."""
    driver = str(route.driver_id)
    return any(driver in drop.delivery.refused_driver_ids for drop in live_drops(stop))


def _keeps_turn(stop: Stop, fixed: int, terms: Terms) -> bool:
    soon = terms.fixed_until is not None and stop.planned_start_at < terms.fixed_until
    return soon or fixed < terms.fixed_stops


def _level(stop: Stop, keeps_turn: bool, broken: bool) -> Level:
    if stop.state is not StopState.PLANNED and not broken:
        return Level.DRIVING_TO
    if keeps_turn:
        return Level.SEQUENCE_FIXED
    on_board = any(drop.delivery.state is DeliveryState.OUT_FOR_DELIVERY for drop in live_drops(stop))
    return Level.VEHICLE_FIXED if on_board else Level.FREE


def _standing_stop(stop: Stop, level: Level, now: datetime) -> StandingStop:
    drops = live_drops(stop)
    spent_s = 0 if stop.arrived_at is None else round((now - stop.arrived_at).total_seconds())
    return StandingStop(
        stop_id=stop.id,
        delivery_ids=tuple(drop.delivery_id for drop in drops),
        level=level,
        state=stop.state,
        service_s=max(0, stop.service_s - max(0, spent_s)),
        promises={drop.delivery_id: _promise(drop) for drop in drops},
        alternatives={drop.delivery_id: drop.alternative_id for drop in drops},
        collected=frozenset(drop.delivery_id for drop in drops if _is_collected(drop)),
    )


def _promise(drop: Drop) -> Span | None:
    promise = drop.delivery.bound_to
    return None if promise is None else (promise.from_, promise.until)


def _is_collected(drop: Drop) -> bool:
    return drop.delivery.promise is not None and drop.delivery.bound_to is None


def _place(route: Route, ahead: Sequence[Stop], seen: Seen | None) -> Point:
    """Return where the courier is: at the door, else where last seen since the last stop, else at that stop."""
    if ahead and ahead[0].state is StopState.ARRIVED:
        return ahead[0].place
    done = [stop for stop in route.stops if stop.done_at is not None]
    last = max(done, key=lambda stop: stop.done_at or stop.planned_departure_at, default=None)
    if seen is not None and departed(route) and (last is None or last.done_at is None or seen.at >= last.done_at):
        return seen.place
    return route.shift.start_place if last is None else last.place


def _ready_at(route: Route, terms: Terms, now: datetime) -> datetime:
    """Return when the courier can go on: not before the shift, the end of a break under way, or what was told."""
    resting = [ends_at for starts_at, ends_at in _breaks(route) if departed(route) and starts_at <= now < ends_at]
    return max([route.shift.starts_at, now, terms.available_at.get(route.shift_id, now), *resting])


def _driven(route: Route, now: datetime) -> Driven:
    if not departed(route):
        return Driven(0, 0, 0)
    done = [stop for stop in route.stops if stop.state is StopState.DONE]
    since_s = max(0, round((now - route.departs_at).total_seconds()))
    return Driven(since_s, sum(stop.leg_distance_m for stop in done), len(done))


def _breaks(route: Route) -> list[Span]:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text)

    return [(at(taken["starts_at"]), at(taken["ends_at"])) for taken in route.breaks]
