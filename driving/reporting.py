"""Reporting what happened at a stop: the courier sets out, arrives, is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deliveries import progress
from deliveries.models import DeliveryState
from driving import device_time
from driving.completion import complete, refuse_before_pickup
from driving.facts import StopArrived, StopEnroute
from driving.models import StopEvent, StopEventKind
from driving.queries import held_route_of, live_drops, live_errands, waits_for_pickup
from kernel import facts
from kernel.database import violated
from kernel.errors import Conflict
from kernel.geo import Point
from routing.models import Outcome, Route, Stop
from tracking import refreshing


class EventAlreadyRecorded(Conflict):
    """An event with this id was recorded before."""


@dataclass(frozen=True)
class Report:
    """What a device reports. `outcomes` are by delivery id, in the order in which they were sent."""

    id: UUID
    stop_id: UUID
    kind: StopEventKind
    device_time: datetime
    outcomes: tuple[tuple[UUID, Outcome], ...] = ()
    note: str | None = None
    place: Point | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Reported:
    """The stop after a report, and the version of the route that every device must now read."""

    stop: Stop
    route_version: int


def report(session: Session, said: Report, *, driver_id: UUID, now: datetime) -> Reported:
    """Take down a report and do what it means, for the stop, the deliveries, the arrivals and the route's version.

    StopNotFound, EventAlreadyRecorded, StopOutOfOrder, DeviceTimeInvalid, OutcomesDoNotFit, ProofMissing,
    DeliveryNotInState.
    """
    route = held_route_of(session, said.stop_id, driver_id=driver_id)
    stop = next(stop for stop in route.stops if stop.id == said.stop_id)
    _refuse_known(session, said, stop)
    _check_time(said, stop, now)

    _DEEDS[said.kind](session, route, stop, said, driver_id, now)
    _write_down(session, said, stop, driver_id, now)
    route.changed()
    session.flush()

    refreshing.refresh(session, route_id=route.id, travel=None, now=now)
    return Reported(stop, route.version)


def _depart(session: Session, route: Route, stop: Stop, said: Report, driver_id: UUID, now: datetime) -> None:
    stop.depart_for(at=said.device_time)
    # The first departure of the day takes all parcels along, a later one whatever was added meanwhile.
    for drop in [drop for each in route.stops for drop in live_drops(each)]:
        # What is fetched on the way sets out from there.
        if drop.delivery.state is DeliveryState.SCHEDULED and not waits_for_pickup(route, drop.delivery_id):
            progress.send_out(session, drop.delivery, now=now, by=driver_id)
    facts.record(session, StopEnroute(**_told(route, stop, said), at=now, by=driver_id))


def _arrive(session: Session, route: Route, stop: Stop, said: Report, driver_id: UUID, now: datetime) -> None:
    stop.arrive(at=said.device_time)
    for drop in live_drops(stop):
        refuse_before_pickup(route, drop.delivery_id)
        progress.courier_arrived(session, drop.delivery, now=now, by=driver_id)
    facts.record(session, StopArrived(**_told(route, stop, said), at=now, by=driver_id))


def _finish(session: Session, route: Route, stop: Stop, said: Report, driver_id: UUID, now: datetime) -> None:
    complete(session, route, stop, outcomes=said.outcomes, device_time=said.device_time, driver_id=driver_id, now=now)


_DEEDS = {StopEventKind.ENROUTE: _depart, StopEventKind.ARRIVED: _arrive, StopEventKind.DONE: _finish}


def _told(route: Route, stop: Stop, said: Report) -> dict[str, Any]:
    return {
        "route_id": route.id,
        "stop_id": stop.id,
        "delivery_ids": [each.delivery_id for each in live_errands(stop)],
        "device_time": said.device_time,
    }


def _refuse_known(session: Session, said: Report, stop: Stop) -> None:
    known = session.get(StopEvent, said.id)
    if known is None:
        return
    if known.stop_id != stop.id:
        raise EventAlreadyRecorded("it was for another stop")
    raise EventAlreadyRecorded(
        f"it was '{known.kind}'; the stop is {stop.state}", stop_id=stop.id, event=known.kind, state=stop.state
    )


def _check_time(said: Report, stop: Stop, now: datetime) -> None:
    device_time.check(said.device_time, now=now, field="device_time")
    before = max((at for at in (stop.enroute_at, stop.arrived_at, stop.done_at) if at is not None), default=None)
    if before is not None and said.device_time < before:
        raise device_time.refusal("device_time", "lies before the stop's last event")


def _write_down(session: Session, said: Report, stop: Stop, driver_id: UUID, now: datetime) -> None:
    event = StopEvent(
        id=said.id,
        stop_id=stop.id,
        driver_id=driver_id,
        kind=said.kind,
        device_time=said.device_time,
        received_at=now,
        outcomes={str(delivery_id): outcome for delivery_id, outcome in said.outcomes} or None,
        note=said.note,
        place=said.place,
        accuracy_m=said.accuracy_m,
    )
    session.flush()
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError as error:
        # Another route's device sent the same id a moment ago: the lock on this route does not see it.
        if violated(error) != "pk_stop_events":
            raise
        raise EventAlreadyRecorded("it was for another stop") from None
