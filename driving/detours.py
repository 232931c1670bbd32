"""One more stop in a published route: behind the one whose point is full, if the rest of the round can bear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from driving.queries import live_drops
from kernel.geo import distance_m
from kernel.ids import new_id
from pickup_points.models import PickupPoint
from routing.models import Drop, Profile, Route, Shift, Stop, StopKind, StopState, Vehicle

LONGEST = timedelta(minutes=15)
# No street is asked for in a transaction: a crow's metres times this, at these metres a second, are on the safe side.
_WINDING = 1.4
_PACE_MPS = {Profile.CAR: 6.0, Profile.BICYCLE: 3.5, Profile.FOOT: 1.2}


@dataclass(frozen=True)
class Detour:
    """A new stop behind another, and how much later each stop behind it then begins."""

    after: Stop
    stop: Stop
    later: Sequence[tuple[Stop, timedelta, timedelta]]  # arrival and start later by
    longer: timedelta
    pace_mps: float


def stop_at(route: Route, point: PickupPoint, *, behind: Stop) -> Stop | None:
    """Return a stop to come behind another at which something is left at the point already."""
    for stop in route.stops:
        to_come = stop.state is StopState.PLANNED and stop.withdrawn_at is None and stop.sequence >= behind.sequence
        if to_come and any(drop.delivery.pickup_point_id == point.id for drop in live_drops(stop)):
            return stop
    return None


def detour(session: Session, route: Route, point: PickupPoint, *, behind: Stop) -> Detour | None:
    """Return the detour by the point behind the stop, None when the rest of the round cannot bear it.

    It must not take more than a quarter of an hour, break a promise that is kept as planned, or outlast the shift.
    """
    rest = [stop for stop in route.stops if stop.sequence > behind.sequence]
    pace_mps = _PACE_MPS[session.get_one(Vehicle, route.vehicle_id).profile]
    leg_m, leg = _leg(behind, point, pace_mps)
    arrives_at = behind.planned_departure_at + leg
    departs_at = arrives_at + timedelta(seconds=behind.service_s)
    if rest:
        late = departs_at + _leg(rest[0], point, pace_mps)[1] - rest[0].planned_arrival_at
    else:
        late = departs_at + leg - behind.planned_departure_at
    later = _later(rest, max(late, timedelta()))
    longer = later[-1][2] if later else max(late, timedelta())
    if (
        late > LONGEST
        or route.ends_at + longer > session.get_one(Shift, route.shift_id).ends_at
        or any(map(_breaks_promise, later))
    ):
        return None
    made = Stop(
        id=new_id(),
        route_id=route.id,
        sequence=behind.sequence + 1,
        place=point.place,
        kind=StopKind.DELIVERY,
        state=StopState.PLANNED,
        service_s=behind.service_s,
        leg_duration_s=int(leg.total_seconds()),
        leg_distance_m=leg_m,
        leg_by_streets=False,
        planned_arrival_at=arrives_at,
        planned_start_at=arrives_at,
        planned_departure_at=departs_at,
        drops=[],
        fetches=[],
    )
    return Detour(behind, made, later, longer, pace_mps)


def put_in(session: Session, route: Route, made: Detour, point: PickupPoint) -> None:
    """Write the detour into the locked route: the stops behind it move on by one and are later."""
    for stop, arrival, start in reversed(made.later):
        stop.sequence += 1
        stop.planned_arrival_at += arrival
        stop.planned_start_at += start
        stop.planned_departure_at += start
        session.flush()  # one by one, from the end: no two have the same number meanwhile
    if made.later:
        following = made.later[0][0]
        following.leg_distance_m, leg = _leg(following, point, made.pace_mps)
        following.leg_duration_s, following.leg_by_streets = int(leg.total_seconds()), False
    route.ends_at += made.longer
    route.duration_s += int(made.longer.total_seconds())
    session.add(made.stop)
    session.flush()
    route.stops.insert(route.stops.index(made.after) + 1, made.stop)


def move_drop(session: Session, drop: Drop, to: Stop) -> None:
    """Bring the delivery of a drop that was withdrawn to another stop."""
    moved = Drop(stop_id=to.id, delivery_id=drop.delivery_id, fingerprint=drop.fingerprint, delivery=drop.delivery)
    to.drops.append(moved)
    session.flush()


def _later(rest: Sequence[Stop], late: timedelta) -> list[tuple[Stop, timedelta, timedelta]]:
    """Return by how much each stop's arrival and start are later: waiting for a window takes some of it up."""
    told = []
    for stop in rest:
        start = max(timedelta(), stop.planned_arrival_at + late - stop.planned_start_at)
        told.append((stop, late, start))
        late = start
    return told


def _breaks_promise(each: tuple[Stop, timedelta, timedelta]) -> bool:
    stop, _, start = each
    promises = [drop.delivery.promise for drop in live_drops(stop)]
    return any(
        promise is not None and stop.planned_start_at < promise.until <= stop.planned_start_at + start
        for promise in promises
    )


def _leg(stop: Stop, point: PickupPoint, pace_mps: float) -> tuple[int, timedelta]:
    metres = distance_m(stop.place, point.place) * _WINDING
    return round(metres), timedelta(seconds=round(metres / pace_mps))
